using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NotionAuth.FakeNotion.Content;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

public sealed class FakePaginationTests
{
    [Fact]
    public async Task A_list_is_cut_into_pages_that_hold_each_item_once()
    {
        await using var fake = await FakeClient.StartAsync();
        var (ids, pages) = await AllRowsAsync(fake);
        Assert.Equal((260, 3), (ids.Count, pages));
        Assert.Equal(260, ids.Distinct().Count());
    }

    [Fact]
    public async Task A_list_says_what_it_holds()
    {
        await using var fake = await FakeClient.StartAsync();
        var list = (await fake.ApiAsync("GET", "v1/users?page_size=100")).Ok();
        Assert.Equal(
            ["object", "results", "next_cursor", "has_more", "type", "user", "request_id"], list.Select(p => p.Key));
        Assert.Equal(("list", false), ((string?)list["object"], (bool)list["has_more"]!));
        Assert.Null(list["next_cursor"]);
        Assert.Empty(list["user"]!.AsObject());
        var templates = (await fake.ApiAsync("GET", $"v1/data_sources/{fake.Sample.DataSourceId}/templates")).Ok();
        Assert.Equal(["templates", "next_cursor", "has_more", "request_id"], templates.Select(p => p.Key));
    }

    [Theory]
    [InlineData("101")]
    [InlineData("-1")]
    [InlineData("\"x\"")]
    [InlineData("1.5")]
    public async Task Page_sizes_go_from_1_to_100(string size)
    {
        await using var fake = await FakeClient.StartAsync();
        Assert.Equal(
            "validation_error", (await fake.ApiAsync("POST", "v1/search", $$"""{"page_size":{{size}}}""")).Code);
        Assert.Equal("validation_error", (await fake.ApiAsync("GET", $"v1/users?page_size={size.Trim('"')}")).Code);
    }

    [Fact]
    public async Task A_page_size_of_0_is_the_default_but_for_comments()
    {
        await using var fake = await FakeClient.StartAsync();
        var children = (await fake.ApiAsync("GET", $"v1/blocks/{fake.Sample.PageId}/children?page_size=0")).Ok();
        Assert.Equal(100, children["results"]!.AsArray().Count);
        var found = (await fake.ApiAsync("POST", "v1/search", """{"page_size":0}""")).Ok();
        Assert.Equal(100, found["results"]!.AsArray().Count);
        var comments = await fake.ApiAsync("GET", $"v1/comments?block_id={fake.Sample.PageId}&page_size=0");
        Assert.Equal("validation_error", comments.Code);
    }

    [Theory]
    [InlineData("GET", "blocks/?/children", "query")]
    [InlineData("GET", "comments?block_id=?", "query")]
    [InlineData("GET", "file_uploads", "query")]
    [InlineData("POST", "search", "body")]
    [InlineData("GET", "users", null)]
    [InlineData("POST", "data_sources/!/query", null)]
    public async Task A_cursor_that_is_none_is_refused_in_the_words_of_its_list(
        string method, string path, string? uuidIn)
    {
        await using var fake = await FakeClient.StartAsync();
        path = "v1/" + path.Replace("?/", fake.Sample.PageId + "/", StringComparison.Ordinal)
            .Replace("=?", "=" + fake.Sample.PageId, StringComparison.Ordinal)
            .Replace("!", fake.Sample.DataSourceId.ToString(), StringComparison.Ordinal);
        var query = path.Contains('?', StringComparison.Ordinal) ? "&start_cursor=bogus" : "?start_cursor=bogus";
        var answer = method == "GET"
            ? await fake.ApiAsync(method, path + query)
            : await fake.ApiAsync(method, path, """{"start_cursor":"bogus"}""");
        var expected = uuidIn is null
            ? "The start_cursor provided is invalid: bogus"
            : $"{uuidIn} failed validation: {uuidIn}.start_cursor should be a valid uuid or `undefined`, " +
                "instead was `\"bogus\"`.";
        Assert.Equal((400, expected), (answer.Status, (string?)answer.Json["message"]));
    }

    [Fact]
    public async Task The_cursor_of_children_is_the_id_of_the_next_one()
    {
        await using var fake = await FakeClient.StartAsync();
        var children = $"v1/blocks/{fake.Sample.PageId}/children";
        var cursor = (string?)(await fake.ApiAsync("GET", children + "?page_size=2")).Ok()["next_cursor"];
        var next = (await fake.ApiAsync("GET", $"{children}?page_size=2&start_cursor={cursor}")).Ok();
        Assert.Equal(cursor, (string?)next["results"]![0]!["id"]);
    }

    [Fact]
    public async Task A_page_can_be_shorter_than_asked_for_although_more_follow()
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.ShortPages = true;
        var (ids, pages) = await AllRowsAsync(fake);
        Assert.Equal((260, 4), (ids.Distinct().Count(), pages));
        var one = (await fake.ApiAsync("GET", $"v1/blocks/{fake.Sample.PageId}/children?page_size=1")).Ok();
        Assert.Single(one["results"]!.AsArray());
    }

    [Fact]
    public async Task A_cursor_is_good_for_its_own_list_only()
    {
        await using var fake = await FakeClient.StartAsync();
        var query = $"v1/data_sources/{fake.Sample.DataSourceId}/query";
        var cursor = (string)(await fake.ApiAsync("POST", query, """{"page_size":1}""")).Ok()["next_cursor"]!;
        Assert.Equal(200, (await fake.ApiAsync("POST", query, $$"""{"start_cursor":"{{cursor}}"}""")).Status);
        Assert.Equal(
            "validation_error", (await fake.ApiAsync("POST", "v1/search", $$"""{"start_cursor":"{{cursor}}"}""")).Code);
        var filtered =
            $$$"""{"start_cursor":"{{{cursor}}}","filter":{"property":"Urgent","checkbox":{"equals":true} } }""";
        Assert.Equal("validation_error", (await fake.ApiAsync("POST", query, filtered)).Code);
        foreach (var broken in new[] { "", "x", cursor[..^1] + "!", cursor + cursor })
            Assert.Equal(
                "validation_error", (await fake.ApiAsync("POST", query, $$"""{"start_cursor":"{{broken}}"}""")).Code);
    }

    [Fact]
    public async Task A_query_ends_at_the_cap_and_says_that_it_is_incomplete()
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.QueryRowCap = 150;
        var query = $"v1/data_sources/{fake.Sample.DataSourceId}/query";
        var first = (await fake.ApiAsync("POST", query, "{}")).Ok();
        Assert.True((bool)first["has_more"]!);
        Assert.Equal("incomplete", (string?)first["request_status"]!["type"]);
        var last = (await fake.ApiAsync("POST", query, $$"""{"start_cursor":"{{(string?)first["next_cursor"]}}"}"""))
            .Ok();
        Assert.Equal((50, false), (last["results"]!.AsArray().Count, (bool)last["has_more"]!));
        Assert.Null(last["next_cursor"]);
        Assert.Equal(
            """{"type":"incomplete","incomplete_reason":"query_result_limit_reached"}""",
            last["request_status"]!.ToJsonString());
    }

    [Fact]
    public async Task Seeded_rows_have_the_size_that_was_asked_for()
    {
        await using var fake = await FakeClient.StartAsync();
        var big = fake.State.Seed(new SeedOptions { Title = "Big", Rows = 20, RowBytes = 3000, Blocks = 0 });
        var rows = (await fake.ApiAsync("POST", $"v1/data_sources/{big.DataSourceId}/query", "{}"))
            .Ok()["results"]!.AsArray();
        Assert.Equal(20, rows.Count);
        Assert.All(rows, r => Assert.InRange(r!.ToJsonString().Length, 2700, 3400));
    }

    [Fact]
    public async Task Filters_and_sorts_choose_and_order_the_rows()
    {
        await using var fake = await FakeClient.StartAsync();
        var query = $"v1/data_sources/{fake.Sample.DataSourceId}/query";
        var body = """
            {"filter":{"and":[{"property":"Status","status":{"equals":"Done"}},
            {"or":[{"property":"Points","number":{"greater_than":18}},
            {"property":"Name","title":{"contains":"task 3"}}]}]},
            "sorts":[{"property":"Points","direction":"descending"}]}
            """;
        var rows = (await fake.ApiAsync("POST", query, body)).Ok()["results"]!.AsArray();
        var points = rows.Select(r => (int)r!["properties"]!["Points"]!["number"]!).ToList();
        Assert.NotEmpty(points);
        Assert.Equal(points.OrderDescending(), points);
        Assert.All(rows, r => Assert.Equal("Done", (string?)r!["properties"]!["Status"]!["status"]!["name"]));
        var wrong = await fake.ApiAsync("POST", query, """{"filter":{"property":"Nope","checkbox":{"equals":true}}}""");
        Assert.Equal("Could not find property with name or id: Nope", (string?)wrong.Json["message"]);
    }

    private static async Task<(List<string> Ids, int Pages)> AllRowsAsync(FakeClient fake)
    {
        var ids = new List<string>();
        var pages = 0;
        for (string? cursor = null; ; pages++)
        {
            var body = cursor is null ? "{}" : $$"""{"start_cursor":"{{cursor}}"}""";
            var page = (await fake.ApiAsync("POST", $"v1/data_sources/{fake.Sample.DataSourceId}/query", body)).Ok();
            ids.AddRange(page["results"]!.AsArray().Select(r => (string)r!["id"]!));
            cursor = (string?)page["next_cursor"];
            Assert.Equal(cursor is not null, (bool)page["has_more"]!);
            if (cursor is null)
                return (ids, pages + 1);
        }
    }
}
