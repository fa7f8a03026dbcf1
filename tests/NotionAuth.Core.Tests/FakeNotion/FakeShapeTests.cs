using System;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

/// <summary>
/// The members that Notion's API description (version 2026-03-11, copy of April 2026) wants of each kind of object:
/// these, and no others.
/// </summary>
public sealed class FakeShapeTests
{
    private const string Page =
        "object id created_time last_edited_time in_trash is_archived is_locked url public_url parent properties " +
        "icon cover created_by last_edited_by";

    private const string Block =
        "object id parent type created_time created_by last_edited_time last_edited_by has_children in_trash";

    private const string Database =
        "object id title description parent is_inline in_trash is_locked created_time last_edited_time data_sources " +
        "icon cover url public_url";

    private const string Source =
        "object id title description parent database_parent is_inline in_trash created_time last_edited_time " +
        "created_by last_edited_by properties icon cover url public_url";

    private const string Comment =
        "object id parent discussion_id created_time last_edited_time created_by rich_text display_name";

    private const string User = "object id name avatar_url type";

    private const string List = "object results next_cursor has_more type";

    [Theory]
    [InlineData("GET", "v1/pages/{page}", Page)]
    [InlineData("PATCH", "v1/pages/{page}", Page)]
    [InlineData("GET", "v1/databases/{database}", Database)]
    [InlineData("PATCH", "v1/databases/{database}", Database)]
    [InlineData("GET", "v1/data_sources/{source}", Source)]
    [InlineData("PATCH", "v1/data_sources/{source}", Source)]
    [InlineData("GET", "v1/blocks/{page}", Block + " child_page")]
    [InlineData("GET", "v1/users/{user}", User + " person")]
    [InlineData("GET", "v1/users/me", User + " bot")]
    public async Task An_object_has_the_members_of_its_kind(string method, string path, string members)
    {
        await using var fake = await FakeClient.StartAsync();
        AssertMembers(members, (await fake.ApiAsync(method, Path(fake, path), method == "GET" ? null : "{}")).Ok());
    }

    [Theory]
    [InlineData("GET", "v1/blocks/{page}/children?page_size=1", "block", Block + " heading_2")]
    [InlineData("GET", "v1/comments?block_id={page}", "comment", Comment)]
    [InlineData("GET", "v1/users", "user", User + " person")]
    [InlineData("GET", "v1/custom_emojis", "custom_emoji", "id name url")]
    [InlineData("POST", "v1/data_sources/{source}/query", "page_or_data_source", Page)]
    public async Task A_list_has_its_members_and_so_has_the_first_of_it(
        string method, string path, string type, string members)
    {
        await using var fake = await FakeClient.StartAsync();
        var list = (await fake.ApiAsync(method, Path(fake, path), method == "GET" ? null : "{}")).Ok();
        Assert.Equal(("list", type), ((string?)list["object"], (string?)list["type"]));
        AssertMembers($"{List} {type}", list);
        AssertMembers(members, list["results"]![0]!.AsObject());
    }

    [Fact]
    public async Task What_is_made_has_the_members_of_its_kind()
    {
        await using var fake = await FakeClient.StartAsync();
        var parent = $$"""{"parent":{"page_id":"{{fake.Sample.PageId}}"} }""";
        AssertMembers(Page, (await fake.ApiAsync("POST", "v1/pages", parent)).Ok());
        AssertMembers(Database, (await fake.ApiAsync("POST", "v1/databases", parent)).Ok());
        AssertMembers(Page, (await fake.ApiAsync(
            "POST", "v1/pages", $$"""{"parent":{"data_source_id":"{{fake.Sample.DataSourceId}}"} }""")).Ok());
        var added = (await fake.ApiAsync(
            "PATCH", $"v1/blocks/{fake.Sample.PageId}/children", """{"children":[{"paragraph":{"rich_text":[]} }]}"""))
            .Ok()["results"]![0]!.AsObject();
        AssertMembers(Block + " paragraph", added);
        AssertMembers("rich_text color icon", added["paragraph"]!.AsObject(), "icon");
    }

    [Fact]
    public async Task Every_value_of_a_row_has_its_id_and_its_type_and_every_piece_of_text_is_whole()
    {
        await using var fake = await FakeClient.StartAsync();
        var row = (await fake.ApiAsync("POST", $"v1/data_sources/{fake.Sample.DataSourceId}/query")).Ok()
            ["results"]![0]!;
        foreach (var (_, value) in row["properties"]!.AsObject())
            AssertMembers($"id type {value!["type"]} has_more", value.AsObject(), "has_more");
        AssertMembers("start end time_zone", row["properties"]!["Due"]!["date"]!.AsObject());
        AssertMembers("id name color", row["properties"]!["Status"]!["status"]!.AsObject());
        AssertMembers(
            "type text annotations plain_text href", row["properties"]!["Name"]!["title"]![0]!.AsObject());
        AssertMembers(
            "bold italic strikethrough underline code color",
            row["properties"]!["Name"]!["title"]![0]!["annotations"]!.AsObject());
    }

    [Fact]
    public async Task Every_column_has_its_members()
    {
        await using var fake = await FakeClient.StartAsync();
        var columns = (await fake.ApiAsync("GET", $"v1/data_sources/{fake.Sample.DataSourceId}")).Ok()["properties"]!;
        foreach (var (_, column) in columns.AsObject())
            AssertMembers($"id name description type {column!["type"]}", column.AsObject());
        AssertMembers("id name color description", columns["Tags"]!["multi_select"]!["options"]![0]!.AsObject());
        AssertMembers("format", columns["Points"]!["number"]!.AsObject());
    }

    [Theory]
    [InlineData("GET", "v1/nowhere", 400)]
    [InlineData("GET", "v1/pages/00000000-0000-4000-8000-000000000000", 404)]
    public async Task An_error_has_its_members(string method, string path, int status)
    {
        await using var fake = await FakeClient.StartAsync();
        var answer = await fake.ApiAsync(method, path);
        Assert.Equal(status, answer.Status);
        AssertMembers("object status code message additional_data", answer.Json, "additional_data");
    }

    private static string Path(FakeClient fake, string path) => path
        .Replace("{page}", fake.Sample.PageId.ToString(), StringComparison.Ordinal)
        .Replace("{database}", fake.Sample.DatabaseId.ToString(), StringComparison.Ordinal)
        .Replace("{source}", fake.Sample.DataSourceId.ToString(), StringComparison.Ordinal)
        .Replace("{user}", fake.State.DefaultWorkspace.Users[0].Id.ToString(), StringComparison.Ordinal);

    /// <summary>Replies have a request id besides.</summary>
    private static void AssertMembers(string wanted, JsonObject json, params string[] optional)
    {
        string[] all = wanted.Split(' ');
        Assert.Equal(
            all.Where(n => !optional.Contains(n) || json.ContainsKey(n)).Order(StringComparer.Ordinal),
            json.Select(m => m.Key).Where(n => n != "request_id").Order(StringComparer.Ordinal));
    }
}
