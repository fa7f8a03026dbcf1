using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Api.Lists;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

public sealed partial class PaginatorTests
{
    // The page's children are its blocks and the database.
    private static readonly SeedOptions Seed = new() { Rows = 250, Blocks = 120 };

    [Fact]
    public async Task A_GET_has_its_cursor_in_the_query()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        Guid page = notion.Fake.DefaultWorkspace.Sample.PageId;
        List<string> ids =
            await IdsAsync(notion, new NotionRequest { Path = $"blocks/{page}/children?page_size=7" }, 100);
        Assert.Equal(121, ids.Distinct().Count());
        IReadOnlyList<RecordedRequest> requests = notion.RequestsTo("/v1/blocks/");
        Assert.Equal(2, requests.Count);
        Assert.Equal("?page_size=100", requests[0].Query);
        Assert.Matches("^[?]page_size=100&start_cursor=[^&]+$", requests[1].Query);
    }

    [Fact]
    public async Task A_page_size_of_the_callers_own_is_kept_from_page_to_page()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        Guid page = notion.Fake.DefaultWorkspace.Sample.PageId;
        Assert.Equal(
            121, (await IdsAsync(notion, new NotionRequest { Path = $"blocks/{page}/children?page%5Fsize=61" }, null))
            .Distinct().Count());
        Assert.Equal(121, (await IdsAsync(notion, new NotionRequest
        {
            Path = $"blocks/{page}/children",
            Query = [new(
            "page_size", "61")]
        }, null)).Distinct().Count());
        Assert.Equal(4, notion.Fake.Requests.Count);
        Assert.All(
            notion.Fake.Requests,
            r => Assert.Single(r.Query.Split('&'), p => Uri.UnescapeDataString(p).TrimStart('?') == "page_size=61"));
    }

    [Theory]
    [InlineData("users/me", "")]
    [InlineData("users/0a1cde09-aee2-41ca-a622-2430befa76dc", "")]
    [InlineData("unheard/of", "")]
    [InlineData("users", "?page_size=100")]
    [InlineData("/v1/comments?block_id=x", "?block_id=x&page_size=100")]
    [InlineData("custom_emojis", "?page_size=100")]
    [InlineData("file_uploads", "?page_size=100")]
    [InlineData("views/v/queries/q", "?page_size=100")]
    [InlineData("pages/p/properties/title", "?page_size=100")]
    [InlineData("data_sources/d/templates", "?page_size=100")]
    public async Task A_page_size_is_sent_to_lists_alone(string path, string query)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.RawBody, Status = 200, Body = """{"object":"x"}""" });
        await foreach (
            NotionPage page in Paginator.PagesAsync(
                notion.Client(), new NotionRequest { Path = path }, null, default)) Assert.Single(page.Items);
        Assert.Equal(query, Assert.Single(notion.Fake.Requests).Query);
    }

    [Fact]
    public async Task An_unknown_endpoint_that_gives_a_list_is_walked_all_the_same()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                Body = """{"results":[{"id":"a"}],"has_more":true,"next_cursor":"c 1"}"""
            });
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                Body = """{"results":[{"id":"b"}],"has_more":false,"next_cursor":null}"""
            });
        Assert.Equal(["a", "b"], await IdsAsync(notion, new NotionRequest { Path = "agents/x/threads" }, null));
        Assert.Equal(["", "?start_cursor=c%201"], notion.Fake.Requests.Select(r => r.Query));
    }

    [Fact]
    public async Task A_views_query_is_made_once_and_its_further_pages_are_read()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                Body = """{"object":"view_query","id":"q/1","view_id":"v","results":[{"id":"a"}],"has_more":""" +
                    """true,"next_cursor":"two"}"""
            });
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                Body = """{"object":"list","results":[{"id":"b"}],"has_more":""" +
                    """true,"next_cursor":"three","type":"page","page":{}}"""
            });
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                Body = """{"object":"list","results":[{"id":"c"}],"has_more":false,"next_cursor":""" +
                    """null,"type":"page","page":{}}"""
            });
        Assert.Equal(
            ["a", "b", "c"],
            await IdsAsync(notion, new NotionRequest { Path = "views/v/queries?x=1", Method = HttpMethod.Post }, 50));
        Assert.Equal(
            ["POST /v1/views/v/queries?x=1", "GET /v1/views/v/queries/q%2F1?x=1&page_size=50&start_cursor=two",
                "GET /v1/views/v/queries/q%2F1?x=1&page_size=50&start_cursor=three"],
            notion.Fake.Requests.Select(r => $"{r.Method} {r.Path}{r.Query}"));
        Assert.Equal("""{"page_size":50}""", notion.Fake.Requests[0].Body);
    }

    [Fact]
    public async Task A_property_is_a_list_of_items_or_an_item()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                Body = """{"object":"list","results":""" +
                    """[{"object":"property_item","id":"a"}],"next_cursor":"two","has_more":""" +
                    """true,"type":"property_item","property_item":""" +
                    """{"id":"t","next_url":"https://api.notion.com/v1/pages/p/properties/t?start_cursor=two",""" +
                    """ "type":"title","title":{}}}"""
            });
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                Body = """{"object":"list","results":[{"object":"property_item","id":"b"}],"next_cursor":""" +
                    """null,"has_more":false,"type":"property_item","property_item":{"id":"t","next_url":""" +
                    """null,"type":"title","title":{}}}"""
            });
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                Body = """{"object":"property_item","id":"n","type":"number","number":1}"""
            });
        Assert.Equal(["a", "b"], await IdsAsync(notion, new NotionRequest { Path = "pages/p/properties/t" }, null));
        Assert.Equal(["n"], await IdsAsync(notion, new NotionRequest { Path = "pages/p/properties/n" }, null));
    }

    [Fact]
    public async Task The_next_url_of_a_property_is_a_beginning_too()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        Guid page = notion.Fake.DefaultWorkspace.Sample.PageId;
        NotionReply first = await notion.Client().SendAsync(new NotionRequest
        {
            Path =
            $"blocks/{page}/children?page_size=50"
        }, default);
        string cursor = TestNotion.Json(Encoding.UTF8.GetString(first.Body.Span)).GetProperty("next_cursor")
            .GetString()!;
        string url = $"{notion.BaseUri}v1/blocks/{page}/children?page_size=50&start_cursor={cursor}";
        Assert.Equal(71, (await IdsAsync(notion, new NotionRequest { Path = url }, null)).Distinct().Count());
        Assert.All(
            notion.Fake.Requests.Skip(2),
            r => Assert.Single(r.Query.Split('&'), p => p.Contains("start_cursor", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_POST_has_its_cursor_in_the_body_beside_what_the_caller_gave()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        Guid source = notion.Fake.DefaultWorkspace.Sample.DataSourceId;
        byte[] body = """{"sorts":[{"timestamp":"created_time","direction":"descending"}],"page_size":3}"""u8.ToArray();
        List<string> ids = await IdsAsync(
            notion, new NotionRequest { Path = $"data_sources/{source}/query", Method = HttpMethod.Post, Body = body },
            100);
        Assert.Equal(250, ids.Distinct().Count());
        JsonElement[] bodies = [.. notion.RequestsTo("/v1/data_sources/").Select(r => TestNotion.Json(r.Body!))];
        Assert.Equal(3, bodies.Length);
        Assert.All(bodies, b => Assert.Equal(100, b.GetProperty("page_size").GetInt32()));
        Assert.All(
            bodies, b => Assert.Equal("descending", b.GetProperty("sorts")[0].GetProperty("direction").GetString()));
        Assert.False(bodies[0].TryGetProperty("start_cursor", out _));
        Assert.True(bodies[2].TryGetProperty("start_cursor", out _));
    }

    [Theory]
    [InlineData(
        """{"a":"\ud800","\udc00":[1.0e5,  {"page_size":7}],"A":null,"a":2}""",
        """{"a":"\ud800","\udc00":[1.0e5,  {"page_size":7}],"A":null,"a":2,"page_size":5}""")]
    [InlineData(""" { "page_size" : 3 , "pag\u0065_size" : 4 , "x" : 1 } """, """{"x" : 1,"page_size":5}""")]
    [InlineData("{}", """{"page_size":5}""")]
    public async Task A_body_stays_as_it_is_but_for_the_page_size(string body, string sent)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.RawBody, Status = 200, Body = """{"results":[]}""" });
        await IdsAsync(
            notion, new NotionRequest
            {
                Path = "search",
                Method = HttpMethod.Post,
                Body = Encoding.UTF8.GetBytes(body)
            }, 5);
        Assert.Equal(sent, Assert.Single(notion.Fake.Requests).Body);
    }

    [Fact]
    public async Task Before_its_turn_nothing_beyond_the_first_page_is_fetched()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        var turn = new TaskCompletionSource();
        await using IAsyncEnumerator<NotionPage> pages = Paginator.PagesAsync(
            notion.Client(), Query(notion.Fake.DefaultWorkspace.Sample.DataSourceId), 10, default, turn.Task)
            .GetAsyncEnumerator();
        Assert.True(await pages.MoveNextAsync());
        Task<bool> second = pages.MoveNextAsync().AsTask();
        Assert.False(second.IsCompleted);
        Assert.Single(notion.Fake.Requests);
        turn.SetResult();
        Assert.True(await second.WaitAsync(TestNotion.Soon));
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_for_a_turn_that_never_comes()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        using var cancel = new CancellationTokenSource();
        await using IAsyncEnumerator<NotionPage> pages = Paginator.PagesAsync(
            notion.Client(), Query(notion.Fake.DefaultWorkspace.Sample.DataSourceId), 10, cancel.Token,
            new TaskCompletionSource().Task).GetAsyncEnumerator(CancellationToken.None);
        Assert.True(await pages.MoveNextAsync());
        Task<bool> second = pages.MoveNextAsync().AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(TestNotion.Soon));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    [InlineData(100, 1)]
    public async Task Templates_are_a_list_too_and_the_page_size_is_the_one_asked_for(int pageSize, int requests)
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed with { Rows = 1 });
        Guid source = notion.Fake.DefaultWorkspace.Sample.DataSourceId;
        List<string> ids =
            await IdsAsync(notion, new NotionRequest { Path = $"data_sources/{source}/templates" }, pageSize);
        Assert.Equal(3, ids.Distinct().Count());
        Assert.Equal(requests, notion.RequestsTo("/v1/data_sources/").Count);
    }

    [Fact]
    public async Task A_start_cursor_of_the_callers_own_is_where_it_begins()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        Guid page = notion.Fake.DefaultWorkspace.Sample.PageId;
        NotionReply first = await notion.Client()
            .SendAsync(new NotionRequest { Path = $"blocks/{page}/children" }, default);
        string cursor = TestNotion.Json(Encoding.UTF8.GetString(first.Body.Span)).GetProperty("next_cursor")
            .GetString()!;
        Assert.Equal(21, (await IdsAsync(notion, new NotionRequest
        {
            Path = $"blocks/{page}/children",
            Query = [new(
            "start_cursor", cursor)]
        }, null)).Count);
    }

    [Fact]
    public async Task Stopping_after_a_page_costs_one_extra_request_at_most()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        Guid source = notion.Fake.DefaultWorkspace.Sample.DataSourceId;
        await foreach (NotionPage page in Paginator.PagesAsync(notion.Client(), Query(source), 10, default))
        {
            Assert.Equal(10, page.Items.Count);
            break;
        }

        Assert.InRange(notion.Fake.Requests.Count, 1, 2);
    }

    [Fact]
    public async Task Each_page_is_handed_over_while_the_next_one_is_on_its_way_and_no_further_one()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        Guid source = notion.Fake.DefaultWorkspace.Sample.DataSourceId;
        var second = new TaskCompletionSource();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.Delay, Until = second.Task, SkipFirst = 1, Times = 1 });
        await using IAsyncEnumerator<NotionPage> pages =
            Paginator.PagesAsync(notion.Client(), Query(source), 10, default).GetAsyncEnumerator();

        Assert.True(await pages.MoveNextAsync().AsTask().WaitAsync(TestNotion.Soon));
        await notion.Fake.WaitForRequestAsync(_ => notion.Fake.Requests.Count == 2).WaitAsync(TestNotion.Soon);
        second.SetResult();
        Assert.True(await pages.MoveNextAsync().AsTask().WaitAsync(TestNotion.Soon));
        await notion.Fake.WaitForRequestAsync(_ => notion.Fake.Requests.Count == 3).WaitAsync(TestNotion.Soon);
        await pages.DisposeAsync();
        Assert.Equal(3, notion.Fake.Requests.Count);
    }

    [Fact]
    public async Task A_failure_of_the_page_ahead_is_not_seen_by_who_stopped_before_it()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.Status,
                Status = 400,
                Code = "validation_error",
                SkipFirst = 1,
                Times = null
            });
        await foreach (
            NotionPage page in Paginator.PagesAsync(
                notion.Client(), Query(notion.Fake.DefaultWorkspace.Sample.DataSourceId), 10, default)) break;
        await Expect.ErrorAsync(
            "ValidationError", () => IdsAsync(notion, Query(notion.Fake.DefaultWorkspace.Sample.DataSourceId), 10));
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
