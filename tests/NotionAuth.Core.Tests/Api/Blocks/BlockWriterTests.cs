using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Api.Blocks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Api.Blocks;

public sealed class BlockWriterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task What_fits_into_one_request_is_left_to_it_as_it_is(int count)
    {
        await using TestNotion notion = await StartAsync();
        NotionRequest request = Append(PageOf(notion), Paragraphs(count));
        Assert.False(BlockWriter.Takes(request));
        Assert.Null(await BlockWriter.SendAsync(notion.Client(), request, default));
        Assert.Empty(notion.Fake.Requests);
    }

    [Theory]
    [InlineData("""{"children":"x"}""")]
    [InlineData("""{"children":[1,null]}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void What_is_no_list_of_blocks_is_left_to_Notion(string body) => Assert.False(BlockWriter.Takes(
        new NotionRequest { Path = "pages", Method = HttpMethod.Post, Body = Encoding.UTF8.GetBytes(body) }));

    [Fact]
    public async Task More_than_100_blocks_are_appended_in_order_and_come_as_one_list()
    {
        await using TestNotion notion = await StartAsync();
        NotionReply reply = await SendAsync(notion, Append(PageOf(notion), Paragraphs(250)));
        JsonObject list = Json(reply);
        Assert.Equal(("list", false, 250), (
            (string?)list["object"], (bool)list["has_more"]!, list["results"]!.AsArray().Count));
        Assert.Null(list["next_cursor"]);
        Assert.Equal(Texts(250), list["results"]!.AsArray().Select(TextOf));
        Assert.Equal(3, notion.Fake.Requests.Count);
        Assert.Equal(Texts(250), (await TreeAsync(notion, PageOf(notion))).TakeLast(250));
    }

    [Theory]
    [InlineData("2026-03-11", """{"type":"start"}""")]
    [InlineData("2026-03-11", """{"type":"after_block","after_block":{"id":"FIRST"}}""")]
    [InlineData("2025-09-03", "\"FIRST\"")]
    public async Task The_place_of_the_first_is_where_all_of_them_go(string version, string place)
    {
        await using TestNotion notion = await StartAsync();
        string page = PageOf(notion);
        JsonArray before = Json(await notion.Client()
            .SendAsync(new NotionRequest { Path = $"blocks/{page}/children" }, default))["results"]!.AsArray();
        int at = place.Contains("FIRST", StringComparison.Ordinal) ? 1 : 0;
        place = place.Replace("FIRST", (string)before[0]!["id"]!, StringComparison.Ordinal);
        NotionRequest request = Append(
            page, Paragraphs(150), (version == "2025-09-03" ? "after" : "position", JsonNode.Parse(place)!));
        await SendAsync(notion, request with { NotionVersion = version });
        Assert.Equal(Texts(150), (await TreeAsync(notion, page)).Skip(at).Take(150));
    }

    [Fact]
    public async Task Nesting_deeper_than_two_levels_and_long_lists_within_blocks_arrive_whole()
    {
        await using TestNotion notion = await StartAsync();
        JsonObject deep = Toggle("0", Toggle("1", Toggle("2", Toggle("3", Toggle("4", Toggle("5"))))));
        JsonObject wide = Toggle("w", [.. Paragraphs(120).Select(p => p!.DeepClone().AsObject())]);
        JsonObject both = Toggle("b", Toggle("c", [.. Enumerable.Range(0, 3).Select(i => Toggle(
            $"d{i}", [.. Paragraphs(101).Select(p => p!.DeepClone().AsObject())]))]));
        var blocks = new JsonArray(Paragraph("first"), deep, wide, both, Paragraph("last"));
        List<string> wanted = [.. blocks.SelectMany(b => Flat(b!, 0))];
        NotionReply reply = await SendAsync(notion, Append(PageOf(notion), blocks));
        Assert.Equal(["first", "0", "w", "b", "last"], Json(reply)["results"]!.AsArray().Select(TextOf));
        Assert.Equal(wanted, (await TreeAsync(notion, PageOf(notion))).TakeLast(wanted.Count));
    }

    [Fact]
    public async Task More_than_1000_blocks_in_all_go_in_several_requests()
    {
        await using TestNotion notion = await StartAsync();
        var blocks = new JsonArray([.. Enumerable.Range(0, 30).Select(i => (JsonNode)Toggle(
            $"t{i}", [.. Paragraphs(50).Select(p => p!.DeepClone().AsObject())]))]);
        List<string> wanted = [.. blocks.SelectMany(b => Flat(b!, 0))];
        await SendAsync(notion, Append(PageOf(notion), blocks));
        Assert.Equal(2, notion.Fake.Requests.Count);
        Assert.Equal(wanted, (await TreeAsync(notion, PageOf(notion))).TakeLast(wanted.Count));
    }

    [Fact]
    public async Task A_body_of_more_than_500_KB_goes_in_several_requests()
    {
        await using TestNotion notion = await StartAsync();
        var blocks = new JsonArray([.. Enumerable.Range(0, 90).Select(i => (JsonNode)new JsonObject
        {
            ["paragraph"] = new JsonObject
            {
                ["rich_text"] = new JsonArray([.. Enumerable.Range(0, 4).Select(_ => (JsonNode)new JsonObject
                {
                    ["text"] = new JsonObject { ["content"] = new string('x', 2000) },
                })]),
            },
        })]);
        NotionReply reply = await SendAsync(notion, Append(PageOf(notion), blocks));
        Assert.Equal(90, Json(reply)["results"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_page_of_many_blocks_is_made_and_filled_and_comes_as_a_page()
    {
        await using TestNotion notion = await StartAsync();
        var blocks = new JsonArray(
            [.. Paragraphs(100).Select(p => p!.DeepClone()), Toggle("0", Toggle("1", Toggle("2", Toggle("3")))),
                .. Paragraphs(30).Select(p => p!.DeepClone())]);
        List<string> wanted = [.. blocks.SelectMany(b => Flat(b!, 0))];
        NotionReply reply = await SendAsync(notion, NewPage(notion, blocks));
        Assert.Equal("page", reply.TextOf("object"));
        Assert.Equal(wanted, await TreeAsync(notion, reply.IdOfObject()));
    }

    [Fact]
    public async Task A_page_whose_first_blocks_are_too_deep_is_filled_from_its_own_list()
    {
        await using TestNotion notion = await StartAsync();
        var blocks = new JsonArray(Paragraph("p"), Toggle("0", Toggle("1", Toggle("2", Toggle("3")))));
        List<string> wanted = [.. blocks.SelectMany(b => Flat(b!, 0))];
        NotionReply reply = await SendAsync(notion, NewPage(notion, blocks));
        Assert.Equal(wanted, await TreeAsync(notion, reply.IdOfObject()));
    }

    [Fact]
    public async Task A_failure_says_how_many_are_there_and_where_to_go_on()
    {
        await using TestNotion notion = await StartAsync();
        JsonArray blocks = Paragraphs(250);
        blocks[210] = new JsonObject { ["paragraph"] = new JsonObject { ["rich_text"] = "x" } };
        NotionAuthException error = await Expect.ErrorAsync(
            "ValidationError", () => SendAsync(notion, Append(PageOf(notion), blocks)));
        Assert.Contains("Of the 250 blocks", error.Message, StringComparison.Ordinal);
        Assert.Contains("200 are there", error.Message, StringComparison.Ordinal);
        string last = (await IdsAsync(notion, PageOf(notion)))[^1];
        Assert.Contains(last, error.Message, StringComparison.Ordinal);
        Assert.Contains(last, error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_of_a_later_request_counts_what_Notion_did_all_the_same()
    {
        await using TestNotion notion = await StartAsync();
        notion.Fake.Faults.Add(new Fault
        {
            Status = 503,
            Code = "service_unavailable",
            Method = "PATCH",
            SkipFirst = 1,
            AfterCommit = true,
        });
        NotionAuthException error = await Expect.ErrorAsync(
            "ServiceUnavailable", () => SendAsync(notion, Append(PageOf(notion), Paragraphs(250))));
        Assert.Contains("200 are there", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            (await IdsAsync(notion, PageOf(notion)))[^1], error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_was_made_is_named_when_its_blocks_fail()
    {
        await using TestNotion notion = await StartAsync();
        notion.Fake.Faults.Add(new Fault { Status = 400, Code = "validation_error", Method = "PATCH" });
        NotionAuthException error = await Expect.ErrorAsync(
            "ValidationError", () => SendAsync(notion, NewPage(notion, Paragraphs(120))));
        Assert.Matches("page [0-9a-f-]{36} was made", error.Message);
        Assert.Contains("100 are there", error.Message, StringComparison.Ordinal);
    }

    private static Task<TestNotion> StartAsync() => TestNotion.StartAsync(seed: new SeedOptions { Blocks = 3 });

    private static string PageOf(TestNotion notion) => notion.Fake.DefaultWorkspace.Sample.PageId.ToString();

    private static NotionRequest Append(string id, JsonArray blocks, params (string Name, JsonNode Value)[] more)
    {
        var body = new JsonObject { ["children"] = blocks };
        foreach ((string name, JsonNode value) in more) body[name] = value;
        return new NotionRequest
        {
            Path = $"blocks/{id}/children",
            Method = HttpMethod.Patch,
            Body = Encoding.UTF8.GetBytes(body.ToJsonString()),
        };
    }

    private static NotionRequest NewPage(TestNotion notion, JsonArray blocks)
    {
        var body = new JsonObject
        {
            ["parent"] = new JsonObject { ["page_id"] = PageOf(notion) },
            ["children"] = blocks,
        };
        return new NotionRequest
        {
            Path = "pages",
            Method = HttpMethod.Post,
            Body = Encoding.UTF8.GetBytes(body.ToJsonString()),
        };
    }

    private static async Task<NotionReply> SendAsync(TestNotion notion, NotionRequest request)
    {
        NotionReply? reply = await BlockWriter.SendAsync(notion.Client(), request, default);
        Assert.NotNull(reply);
        return reply;
    }

    private static JsonArray Paragraphs(int count) => new([.. Texts(count).Select(t => (JsonNode)Paragraph(t))]);

    private static IEnumerable<string> Texts(int count) =>
        Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture));

    private static JsonObject Paragraph(string text) => Block("paragraph", text);

    private static JsonObject Toggle(string text, params JsonObject[] children)
    {
        JsonObject block = Block("toggle", text);
        if (children.Length > 0) block["toggle"]!["children"] = new JsonArray([.. children]);
        return block;
    }

    private static JsonObject Block(string type, string text) => new()
    {
        ["type"] = type,
        [type] = new JsonObject
        {
            ["rich_text"] = new JsonArray(
                new JsonObject { ["text"] = new JsonObject { ["content"] = text } }),
        },
    };

    private static JsonObject Json(NotionReply reply) => JsonNode.Parse(reply.Body.Span)!.AsObject();

    private static string? TextOf(JsonNode? block) =>
        (string?)block![(string)block["type"]!]!["rich_text"]?[0]?["text"]?["content"];

    private static IEnumerable<string> Flat(JsonNode block, int depth)
    {
        yield return new string('>', depth) + TextOf(block);
        foreach (JsonNode? child in block[(string)block["type"]!]!["children"] as JsonArray ?? [])
        {
            foreach (string line in Flat(child!, depth + 1)) yield return line;
        }
    }

    private static async Task<List<string>> IdsAsync(TestNotion notion, string id) =>
        [.. (await ChildrenAsync(notion, id)).Select(b => (string)b["id"]!)];

    private static async Task<List<JsonObject>> ChildrenAsync(TestNotion notion, string id)
    {
        var blocks = new List<JsonObject>();
        await foreach (Core.Api.Lists.NotionPage page in Core.Api.Lists.Paginator.PagesAsync(
            notion.Client(), new NotionRequest { Path = $"blocks/{id}/children" }, null, default))
            blocks.AddRange(page.Items.Select(i => JsonNode.Parse(i.Span)!.AsObject()));
        return blocks;
    }

    private static async Task<List<string>> TreeAsync(TestNotion notion, string id, int depth = 0)
    {
        var lines = new List<string>();
        foreach (JsonObject block in await ChildrenAsync(notion, id))
        {
            lines.Add(new string('>', depth) + TextOf(block));
            if ((bool)block["has_children"]!)
                lines.AddRange(await TreeAsync(notion, (string)block["id"]!, depth + 1));
        }

        return lines;
    }
}
