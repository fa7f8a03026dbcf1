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
using NotionAuth.Core.Common;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

public sealed partial class PaginatorTests
{
    [Fact]
    public async Task A_query_that_Notion_capped_says_so_on_its_last_page()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.QueryRowCap = 150, Seed);
        var pages = new List<NotionPage>();
        await foreach (
            NotionPage page in Paginator.PagesAsync(
                notion.Client(), Query(notion.Fake.DefaultWorkspace.Sample.DataSourceId), null, default)) pages.Add(
                page);
        Assert.Equal([false, true], pages.Select(p => p.IsCapped));
        Assert.Equal(150, pages.Sum(p => p.Items.Count));
    }

    [Theory]
    [InlineData("""{"object":"list","results":[1],"next_cursor":null,"has_more":true}""")]
    [InlineData("""{"object":"list","results":[1],"next_cursor":"","has_more":true}""")]
    [InlineData("""{"object":"list","results":[1],"next_cursor":5,"has_more":true}""")]
    [InlineData("""{"object":"list","results":{},"next_cursor":"x","has_more":true}""")]
    [InlineData("""{"object":"list","has_more":true}""")]
    public async Task A_list_that_has_more_and_names_no_next_page_is_InvalidReply(string body)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.RawBody, Status = 200, Body = body });
        await Expect.ErrorAsync(ErrorIds.InvalidReply, async () =>
        {
            await foreach (
                NotionPage _ in Paginator.PagesAsync(
                    notion.Client(), new NotionRequest { Path = "users" }, null, default))
            {
            }
        });
    }

    [Theory]
    [InlineData("""{"object":"list","results":[1],"next_cursor":"again","has_more":true}""")]
    [InlineData("""{"results":[1],"has_more":true,"next_cursor":"\u0061gain"}""")]
    public async Task A_cursor_that_comes_again_is_RepeatedCursor(string body)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.RawBody, Status = 200, Body = body, Times = null });
        int pages = 0;
        await Expect.ErrorAsync(ErrorIds.RepeatedCursor, async () =>
        {
            await foreach (
                NotionPage page in Paginator.PagesAsync(
                    notion.Client(), new NotionRequest { Path = "users" }, null, default)) pages++;
        });
        Assert.Equal(1, pages);
        Assert.Equal(2, notion.Fake.Requests.Count);
    }

    [Fact]
    public async Task A_reply_without_a_body_is_a_list_without_items_and_no_further_page()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.RawBody, Status = 204, Body = string.Empty });
        var pages = new List<NotionPage>();
        await foreach (
            NotionPage page in Paginator.PagesAsync(
                notion.Client(), new NotionRequest { Path = "users" }, null, default)) pages.Add(page);
        Assert.Empty(Assert.Single(pages).Items);
        Assert.Equal(204, pages[0].Response.Status);

        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                Body = """{"results":[1],"has_more":true,"next_cursor":"x"}"""
            });
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.RawBody, Status = 204, Body = string.Empty });
        await Expect.ErrorAsync(ErrorIds.InvalidReply, async () =>
        {
            await foreach (
                NotionPage _ in Paginator.PagesAsync(
                    notion.Client(), new NotionRequest { Path = "users" }, null, default))
            {
            }
        });
    }

    [Theory]
    [InlineData("""{"object":"user","id":"x"}""", 1)]
    [InlineData("""{"object":"thing","results":null}""", 1)]
    [InlineData("""{"results":{"a":[1]}}""", 1)]
    [InlineData("""[1,2]""", 1)]
    [InlineData("""{"object":"list","results":[],"has_more":false}""", 0)]
    [InlineData(
        """{"results":[{"results":[1,2,{"next_cursor":"x"}]},null,"a",[[]]],"has_more":null,"next_cursor":null}""", 4)]
    [InlineData("""{"results":[1],"has_more":false,"next_cursor":"x"}""", 1)]
    public async Task A_reply_is_a_page_of_its_items_or_is_the_one_item_itself(string body, int items)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.RawBody, Status = 200, Body = body, Times = null });
        var pages = new List<NotionPage>();
        await foreach (
            NotionPage page in Paginator.PagesAsync(
                notion.Client(), new NotionRequest { Path = "users" }, null, default)) pages.Add(page);
        Assert.Equal(items, Assert.Single(pages).Items.Count);
        Assert.All(pages[0].Items, i => JsonDocument.Parse(i).Dispose());
        if (!body.Contains("results\":[", StringComparison.Ordinal))
            Assert.Equal(body, Encoding.UTF8.GetString(pages[0].Items[0].Span));
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("")]
    [InlineData("""{"results":[1,2""")]
    [InlineData("""{"results":[1]} trailing""")]
    [InlineData("""{"results":[1],"next_cursor":"\ud800","has_more":true}""")]
    public async Task A_reply_that_is_no_JSON_is_InvalidReply(string body)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.RawBody, Status = 200, Body = body, Times = null });
        await Expect.ErrorAsync(
            ErrorIds.InvalidReply, () => IdsAsync(notion, new NotionRequest { Path = "users" }, null));
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("\"x\"")]
    [InlineData("{")]
    public async Task A_body_that_is_no_object_cannot_be_paginated(string body)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await Expect.ErrorAsync(
            ErrorIds.InvalidBody,
            () => IdsAsync(
                notion, new NotionRequest
                {
                    Path = "search",
                    Method = HttpMethod.Post,
                    Body = Encoding.UTF8.GetBytes(body)
                }, null));
        Assert.Empty(notion.Fake.Requests);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_for_a_page_at_once()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        notion.Fake.Faults.Add(
            new Fault { Kind = FaultKind.Delay, Until = new TaskCompletionSource().Task, SkipFirst = 1, Times = null });
        using var cancel = new CancellationTokenSource();
        await using IAsyncEnumerator<NotionPage> pages =
            Paginator.PagesAsync(
                notion.Client(), Query(notion.Fake.DefaultWorkspace.Sample.DataSourceId), 10, cancel.Token)
                .GetAsyncEnumerator(CancellationToken.None);
        Assert.True(await pages.MoveNextAsync());
        Task<bool> second = pages.MoveNextAsync().AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(TestNotion.Soon));
    }
}
