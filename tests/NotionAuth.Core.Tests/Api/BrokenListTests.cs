using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Api.Lists;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

public sealed class BrokenListTests
{
    // The page's children are its blocks and the database.
    private static readonly SeedOptions Seed = new() { Rows = 250, Blocks = 120 };

    [Theory]
    [InlineData("The start_cursor provided is invalid: x", false)]
    [InlineData(
        "body failed validation: body.start_cursor should be a valid uuid or `undefined`, instead was `\"x\"`.", false)]
    [InlineData("The start_cursor provided is invalid: x", true)]
    public async Task A_list_whose_cursor_has_ended_is_read_again_without_what_was_returned(
        string message, bool returnsErrorReplies)
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.Status,
                Status = 400,
                Code = "validation_error",
                Message = message,
                SkipFirst = 2
            });
        NotionRequest query =
            Query(notion.Fake.DefaultWorkspace.Sample.DataSourceId) with { ReturnsErrorReplies = returnsErrorReplies };
        List<string> ids = await IdsAsync(notion, query, null);
        Assert.Equal(250, ids.Count);
        Assert.Equal(250, ids.Distinct().Count());
        Assert.Equal(6, notion.Fake.Requests.Count);
    }

    [Fact]
    public async Task What_was_added_meanwhile_comes_too_when_a_list_is_read_again()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string id1 = Guid.NewGuid().ToString(), id2 = Guid.NewGuid().ToString(), id3 = Guid.NewGuid().ToString(),
            id4 = Guid.NewGuid().ToString();
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                Body = $$"""{"results":[{"id":"{{id1}}"},{"id":"{{id2}}"}],"has_more":true,"next_cursor":"a"}"""
            });
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.Status,
            Status = 400,
            Code = "validation_error",
            Message =
            "The start_cursor provided is invalid: a"
        });
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                Body = $$"""{"results":[{"id":"{{id3}}"},{"id":"{{id1}}"}],"has_more":true,"next_cursor":"a"}"""
            });
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                Body = $$"""{"results":[{"id":"{{id2}}"},{"id":"{{id4}}"}],"has_more":false,"next_cursor":null}"""
            });
        Assert.Equal([id1, id2, id3, id4], await IdsAsync(notion, new NotionRequest { Path = "users" }, null));
    }

    [Fact]
    public async Task A_views_query_whose_results_are_gone_is_made_anew()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string id1 = Guid.NewGuid().ToString(), id2 = Guid.NewGuid().ToString();
        string first =
            $$"""{"object":"view_query","id":"q","view_id":"v","results":[{"id":"{{id1}}"}],"has_more":""" +
            $$"""true,"next_cursor":"two"}""";
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.RawBody, Status = 200, Body = first });
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.Status,
            Status = 404,
            Code = "object_not_found",
            Message =
            "Could not find view query."
        });
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.RawBody, Status = 200, Body = first });
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                Body = $$"""{"object":"list","results":[{"id":"{{id2}}"}],"has_more":false,"next_cursor":""" +
                    $$"""null,"type":"page"}"""
            });
        Assert.Equal(
            [id1, id2],
            await IdsAsync(notion, new NotionRequest { Path = "views/v/queries", Method = HttpMethod.Post }, null));
        Assert.Equal(["POST", "GET", "POST", "GET"], notion.Fake.Requests.Select(r => r.Method));
    }

    [Fact]
    public async Task A_list_whose_cursor_ends_twice_says_how_much_was_read_and_which_cursor_was_the_last()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.Status,
            Status = 400,
            Code = "validation_error",
            Message = "The start_cursor provided is invalid: x",
            Times = null,
            When = r => r.Query.Contains("start_cursor", StringComparison.Ordinal),
        });
        (int items, string? cursor, NotionApiException error) = await BrokenAsync(notion, new NotionRequest
        {
            Path =
            $"blocks/{notion.Fake.DefaultWorkspace.Sample.PageId}/children"
        });
        Assert.Equal(100, items);
        Assert.Equal(4, notion.Fake.Requests.Count);
        Assert.Contains(
            $"100 items of the list were returned before; the last cursor was '{cursor}'.", error.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "Run the command again to read the list from its first page.", error.RecommendedAction,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Items_without_ids_are_not_read_again()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                Body = """{"object":"list","results":""" +
                    """[{"object":"property_item","id":"title"}],"next_cursor":"two","has_more":true}"""
            });
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.Status,
            Status = 400,
            Code = "validation_error",
            Message =
            "The start_cursor provided is invalid: two"
        });
        (int items, _, NotionApiException error) = await BrokenAsync(notion, new NotionRequest
        {
            Path =
            "pages/p/properties/title"
        });
        Assert.Equal(1, items);
        Assert.Contains(
            "1 item of the list was returned before; the last cursor was 'two'.", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_breaks_off_says_where_to_read_on()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.Status,
                Status = 503,
                Code = "service_unavailable",
                SkipFirst = 1,
                Times = null
            });
        NotionRequest request =
            new() { Path = $"blocks/{notion.Fake.DefaultWorkspace.Sample.PageId}/children", MaximumRetryCount = 0 };
        (_, string? cursor, NotionApiException error) = await BrokenAsync(notion, request);
        Assert.Equal(503, error.Status);
        Assert.Contains(
            $"100 items of the list were returned before; the last cursor was '{cursor}'.", error.Message,
            StringComparison.Ordinal);
        notion.Fake.Faults.Clear();
        Assert.Equal(21, (await IdsAsync(notion, request with { Query = [new("start_cursor", cursor!)] }, null)).Count);
    }

    private static async Task<(int Items, string? Cursor, NotionApiException Error)> BrokenAsync(
        TestNotion notion, NotionRequest request)
    {
        int items = 0;
        string? cursor = null;
        try
        {
            await foreach (NotionPage page in Paginator.PagesAsync(notion.Client(), request, null, default))
                (items, cursor) = (items + page.Items.Count, page.NextCursor ?? cursor);
        }
        catch (NotionApiException e)
        {
            return (items, cursor, e);
        }

        throw new Xunit.Sdk.XunitException("The list ended well.");
    }

    private static NotionRequest Query(Guid source) =>
        new() { Path = $"data_sources/{source}/query", Method = HttpMethod.Post };

    private static async Task<List<string>> IdsAsync(TestNotion notion, NotionRequest request, int? pageSize)
    {
        var ids = new List<string>();
        await foreach (NotionPage page in Paginator.PagesAsync(notion.Client(), request, pageSize, default))
            ids.AddRange(
                page.Items.Select(
                    i => TestNotion.Json(Encoding.UTF8.GetString(i.Span)).GetProperty("id").GetString()!));
        return ids;
    }
}
