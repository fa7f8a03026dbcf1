using System;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

public sealed class FakeLimitTests
{
    [Theory]
    [InlineData(99, 200)]
    [InlineData(100, 400)]
    public async Task A_payload_has_1000_blocks_at_most(int nested, int status)
    {
        await using var fake = await FakeClient.StartAsync();
        JsonObject Block(JsonArray children) => new()
        {
            ["toggle"] = new JsonObject { ["rich_text"] = new JsonArray(), ["children"] = children },
        };
        JsonArray Blocks(int count, Func<JsonArray> inner) =>
            new([.. Enumerable.Range(0, count).Select(_ => (JsonNode)Block(inner()))]);
        var body = new JsonObject { ["children"] = Blocks(10, () => Blocks(nested, () => [])) };
        var answer = await fake.ApiAsync("PATCH", $"v1/blocks/{fake.Sample.PageId}/children", body.ToJsonString());
        Assert.Equal(status, answer.Status);
        if (status != 200)
            Assert.Contains("≤ `1000`", (string?)answer.Json["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Link", "url", 2000)]
    [InlineData("Contact", "email", 200)]
    public async Task A_text_of_a_property_has_a_longest_length(string name, string type, int most)
    {
        await using var fake = await FakeClient.StartAsync();
        JsonObject Of(int length) => new() { [name] = new JsonObject { [type] = new string('x', length) } };
        _ = (await CreateRowAsync(fake, Of(most))).Ok();
        var answer = await CreateRowAsync(fake, Of(most + 1));
        Assert.Equal(
            $"body failed validation: body.properties.{name}.{type}.length should be ≤ `{most}`, " +
            string.Create(CultureInfo.InvariantCulture, $"instead was `{most + 1}`."),
            (string?)answer.Json["message"]);
    }

    [Theory]
    [InlineData("Assignee", "people")]
    [InlineData("Tags", "multi_select")]
    public async Task A_property_has_100_items_at_most(string name, string type)
    {
        await using var fake = await FakeClient.StartAsync();
        JsonObject Of(int count) => new()
        {
            [name] = new JsonObject
            {
                [type] = new JsonArray([.. Enumerable.Range(0, count).Select(i => type == "people"
                    ? new JsonObject { ["id"] = Guid.NewGuid().ToString() }
                    : new JsonObject { ["name"] = string.Create(CultureInfo.InvariantCulture, $"tag {i}") })]),
            },
        };
        _ = (await CreateRowAsync(fake, Of(100))).Ok();
        Assert.Contains(
            "should be ≤ `100`, instead was `101`", (string?)(await CreateRowAsync(fake, Of(101))).Json["message"],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_name_of_an_option_has_no_comma()
    {
        await using var fake = await FakeClient.StartAsync();
        var row = new JsonObject { ["Tags"] = JsonNode.Parse("""{"multi_select":[{"name":"a, b"}]}""") };
        Assert.Equal(
            "Invalid select option, commas not allowed: a, b",
            (string?)(await CreateRowAsync(fake, row)).Json["message"]);
        var schema = """{"properties":{"New":{"select":{"options":[{"name":"a,b"}]} } } }""";
        Assert.Equal(400, (await fake.ApiAsync("PATCH", $"v1/data_sources/{fake.Sample.DataSourceId}", schema)).Status);
    }

    [Theory]
    [InlineData("archived", "true")]
    [InlineData("id", "\"x\"")]
    [InlineData("has_children", "false")]
    public async Task A_block_has_its_own_members_and_no_others(string name, string value)
    {
        await using var fake = await FakeClient.StartAsync();
        var answer = await AppendAsync(fake, $$"""{"type":"divider","divider":{},"{{name}}":{{value}} }""");
        Assert.Equal(
            $"body failed validation: body.children[0].{name} should be not present, instead was `{value}`.",
            (string?)answer.Json["message"]);
    }

    [Theory]
    [InlineData("""{"bookmark":{"url":"?"} }""", "bookmark.url.length")]
    [InlineData("""{"image":{"external":{"url":"?"} } }""", "image.external.url.length")]
    [InlineData("""{"paragraph":{"rich_text":[{"text":{"content":"x","link":{"url":"?"} } }]} }""",
        "paragraph.rich_text[0].text.link.url.length")]
    public async Task A_URL_has_2000_characters_at_most(string block, string field)
    {
        await using var fake = await FakeClient.StartAsync();
        string Of(int length) => block.Replace("?", "https://" + new string('x', length - 8), StringComparison.Ordinal);
        _ = (await AppendAsync(fake, Of(2000))).Ok();
        Assert.Equal(
            $"body failed validation: body.children[0].{field} should be ≤ `2000`, instead was `2001`.",
            (string?)(await AppendAsync(fake, Of(2001))).Json["message"]);
    }

    [Fact]
    public async Task A_page_shows_25_references_of_a_property_and_says_that_there_are_more()
    {
        await using var fake = await FakeClient.StartAsync();
        async Task<(JsonObject Value, int Items)> WithAsync(int count)
        {
            var people = new JsonArray(
                [.. Enumerable.Range(0, count).Select(_ => new JsonObject { ["id"] = Guid.NewGuid().ToString() })]);
            var row = (await CreateRowAsync(
                fake, new JsonObject { ["Assignee"] = new JsonObject { ["people"] = people } })).Ok();
            var read = (await fake.ApiAsync("GET", $"v1/pages/{row["id"]}")).Ok();
            Assert.True(JsonNode.DeepEquals(row["properties"], read["properties"]));
            var value = read["properties"]!["Assignee"]!.AsObject();
            var items = (await fake.ApiAsync("GET", $"v1/pages/{row["id"]}/properties/{value["id"]}")).Ok();
            return (value, items["results"]!.AsArray().Count);
        }

        var (whole, all) = await WithAsync(25);
        Assert.Equal((25, 25, false), (whole["people"]!.AsArray().Count, all, whole.ContainsKey("has_more")));
        var (cut, more) = await WithAsync(26);
        Assert.Equal((25, 26, true), (cut["people"]!.AsArray().Count, more, (bool)cut["has_more"]!));
    }

    [Fact]
    public async Task A_plan_can_have_no_room_for_more_blocks()
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.BlockLimit = 121;
        const string block = """{"divider":{} }""";
        _ = (await AppendAsync(fake, block)).Ok();
        var answer = await AppendAsync(fake, block);
        Assert.Equal((403, "restricted_resource"), (answer.Status, answer.Code));
        Assert.Equal(121, (int)answer.Json["additional_data"]!["block_limit"]!);
    }

    private static Task<Answer> CreateRowAsync(FakeClient fake, JsonObject properties) => fake.ApiAsync(
        "POST", "v1/pages",
        new JsonObject
        {
            ["parent"] = new JsonObject { ["data_source_id"] = fake.Sample.DataSourceId.ToString() },
            ["properties"] = properties,
        }.ToJsonString());

    private static Task<Answer> AppendAsync(FakeClient fake, string block) =>
        fake.ApiAsync("PATCH", $"v1/blocks/{fake.Sample.PageId}/children", $$"""{"children":[{{block}}]}""");
}
