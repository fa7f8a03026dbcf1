using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

public sealed class FakeBulkTests
{
    private static readonly HttpClient Http = new();

    [Fact]
    public async Task Its_list_holds_as_many_rows_as_were_asked_for_and_goes_on_beyond_the_cap()
    {
        await using var fake = await FakeClient.StartAsync();
        var (query, _) = await BulkAsync(fake, 10_250);
        var titles = new List<string>();
        string? cursor = null;
        do
        {
            var body = cursor is null ? "{}" : $$"""{"start_cursor":"{{cursor}}","page_size":100}""";
            var page = (await fake.ApiAsync("POST", query, body)).Ok();
            titles.AddRange(page["results"]!.AsArray().Select(r => (string)r!["properties"]!["Name"]!["title"]![0]![
                "plain_text"]!));
            cursor = (string?)page["next_cursor"];
            Assert.Equal(cursor is not null, (bool)page["has_more"]!);
        }
        while (cursor is not null);

        // The 10,001st is the first again.
        Assert.Equal(Enumerable.Range(0, 10_250).Select(i => string.Create(CultureInfo.InvariantCulture,
            $"Task {(i % 10_000) + 1}")), titles);
    }

    [Fact]
    public async Task Its_rows_are_page_objects_of_3_KB_and_its_page_has_1_KB()
    {
        await using var fake = await FakeClient.StartAsync();
        var paths = await BulkAsync(fake, 3);
        var rows = (await fake.ApiAsync("POST", paths.Query, """{"page_size":2}""")).Ok()["results"]!.AsArray();
        Assert.Equal(2, rows.Count);
        Assert.All(rows, r => Assert.InRange(Encoding.UTF8.GetByteCount(r!.ToJsonString()), 2_900, 3_300));
        Assert.All(rows, r => Assert.Equal("page", (string?)r!["object"]));

        var page = (await fake.ApiAsync("GET", paths.Page)).Ok();
        Assert.Equal("page", (string?)page["object"]);
        Assert.Equal(1024, Encoding.UTF8.GetByteCount(page.ToJsonString()));
    }

    [Fact]
    public async Task An_empty_one_is_one_empty_page()
    {
        await using var fake = await FakeClient.StartAsync();
        var (query, _) = await BulkAsync(fake, 0);
        var page = (await fake.ApiAsync("POST", query, "{}")).Ok();
        Assert.Empty(page["results"]!.AsArray());
        Assert.False((bool)page["has_more"]!);
    }

    [Fact]
    public async Task It_wants_a_token_a_version_and_a_cursor_of_its_own()
    {
        await using var fake = await FakeClient.StartAsync();
        var (query, _) = await BulkAsync(fake, 200);
        Assert.Equal(401, (await fake.SendAsync("POST", query, "{}", token: "wrong")).Status);
        Assert.Equal("missing_version", (await fake.ApiAsync("POST", query, "{}", version: null)).Code);
        foreach (
            var broken in new[] {
                """{"start_cursor":"x"}""", """{"start_cursor":"000000c8-b01c-4b01-8b01-b01cb01cb01c"}""",
                """{"page_size":101}""", """{"page_size":0}""" })
            Assert.Equal("validation_error", (await fake.ApiAsync("POST", query, broken)).Code);
    }

    private static async Task<(string Query, string Page)> BulkAsync(FakeClient fake, int items)
    {
        using var content = new StringContent($$"""{"items":{{items}}}""");
        using var reply = await Http.PostAsync(new System.Uri(fake.Server.BaseUri, "_control/bulk"), content);
        var made = JsonNode.Parse(await reply.Content.ReadAsStringAsync())!;
        return ($"v1/data_sources/{made["dataSourceId"]}/query", $"v1/pages/{made["pageId"]}");
    }
}
