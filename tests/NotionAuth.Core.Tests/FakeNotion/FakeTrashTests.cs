using System;
using System.Threading.Tasks;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

public sealed class FakeTrashTests
{
    private const string Archived = "Can't edit block that is archived. You must unarchive the block before editing.";
    private const string Text = """{"rich_text":[{"text":{"content":"x"}}]}""";

    [Theory]
    [InlineData("DELETE", "blocks/?", null)]
    [InlineData("PATCH", "blocks/?/children", $$"""{"children":[{"paragraph":{{Text}}}]}""")]
    [InlineData("PATCH", "pages/?", """{"icon":null}""")]
    [InlineData("PATCH", "pages/?", """{"in_trash":true}""")]
    [InlineData("PATCH", "pages/?/markdown", """{"type":"insert_content","insert_content":{"content":"x"}}""")]
    [InlineData("POST", "pages", """{"parent":{"page_id":"?"},"properties":{}}""")]
    [InlineData("POST", "databases", """{"parent":{"page_id":"?"}}""")]
    [InlineData("POST", "comments", """{"parent":{"page_id":"?"},"rich_text":[{"text":{"content":"x"}}]}""")]
    public async Task What_is_in_the_trash_can_not_be_edited_added_to_or_deleted_again(
        string method, string path, string? body)
    {
        await using var fake = await FakeClient.StartAsync();
        var id = fake.Sample.TopPages[1].ToString();
        Assert.True((bool)(await fake.ApiAsync("DELETE", "v1/blocks/" + id)).Ok()["in_trash"]!);
        string? Of(string? text) => text?.Replace("?", id, StringComparison.Ordinal);
        var answer = await fake.ApiAsync(method, "v1/" + Of(path), Of(body));
        Assert.Equal((400, Archived), (answer.Status, (string?)answer.Json["message"]));
        Assert.True((bool)(await fake.ApiAsync("GET", "v1/pages/" + id)).Ok()["in_trash"]!);
        _ = (await fake.ApiAsync("PATCH", "v1/pages/" + id, """{"in_trash":false}""")).Ok();
        Assert.Equal(200, (await fake.ApiAsync(method, "v1/" + Of(path), Of(body))).Status);
    }

    [Fact]
    public async Task A_database_and_what_is_below_it_can_not_be_edited_in_the_trash()
    {
        await using var fake = await FakeClient.StartAsync();
        var (database, source) = (fake.Sample.DatabaseId, fake.Sample.DataSourceId);
        var rows = $"v1/data_sources/{source}/query";
        var row = (string)(await fake.ApiAsync("POST", rows, """{"page_size":1}""")).Ok()["results"]![0]!["id"]!;
        _ = (await fake.ApiAsync("PATCH", $"v1/databases/{database}", """{"in_trash":true}""")).Ok();
        foreach (var (method, path, body, says) in new[]
        {
            ("PATCH", $"databases/{database}", """{"is_inline":true}""", Archived),
            ("POST", "data_sources", $$"""{"parent":{"database_id":"{{database}}"},"properties":{} }""", Archived),
            ("PATCH", $"data_sources/{source}", """{"icon":null}""", "archived ancestor"),
            ("POST", "pages", $$"""{"parent":{"data_source_id":"{{source}}"} }""", "archived ancestor"),
            ("PATCH", $"pages/{row}", """{"icon":null}""", "archived ancestor"),
            ("DELETE", $"blocks/{row}", null, "archived ancestor"),
        })
        {
            var answer = await fake.ApiAsync(method, "v1/" + path, body);
            Assert.Equal((path, 400), (path, answer.Status));
            Assert.Contains(says, (string?)answer.Json["message"], StringComparison.Ordinal);
        }
    }
}
