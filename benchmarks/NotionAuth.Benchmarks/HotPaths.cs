using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using BenchmarkDotNet.Attributes;
using NotionAuth.Core.Api;
using NotionAuth.Core.Api.Lists;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http;
using NotionAuth.Core.Http.RateLimits;

namespace NotionAuth.Benchmarks;

/// <summary>What Core does for each request, for each page of a list, and for each path.</summary>
[MemoryDiagnoser]
public class HotPaths
{
    private readonly Uri _baseUri = new("https://api.notion.com/");
    private static readonly KeyValuePair<string, string>[] Query = [new("page_size", "100"), new("start_cursor",
        "71667cb5-a4aa-4c21-9bfb-33a93bc8bbaf")];
    private static readonly NotionRequest Get = new() { Path = "pages/71667cb5-a4aa-4c21-9bfb-33a93bc8bbaf" };
    private static readonly NotionRequest List = new()
    {
        Path =
        "data_sources/71667cb5-a4aa-4c21-9bfb-33a93bc8bbaf/query",
        Method = HttpMethod.Post
    };

    private NotionClient _small = null!;
    private NotionClient _large = null!;

    [GlobalSetup]
    public void Setup()
    {
        string item = Samples.Page(3000);
        _small = Client(Samples.Page(1024));
        _large = Client(
            $$"""{"object":"list","results":[{{string.Join(',', Enumerable.Repeat(item, 100))}}],"next_cursor":""" +
            $$"""null,"has_more":false}""");
    }

    [Benchmark(Description = "path check: pages/<id>")]
    public Uri Path() => ApiPath.ToUri("pages/71667cb5-a4aa-4c21-9bfb-33a93bc8bbaf", _baseUri);

    [Benchmark(Description = "path check: data_sources/<id>/query and two query parameters")]
    public Uri PathWithQuery() =>
        ApiPath.ToUri("data_sources/71667cb5-a4aa-4c21-9bfb-33a93bc8bbaf/query", _baseUri, Query);

    [Benchmark(Description = "one GET of 1 KB through client and transport, no socket")]
    public Task<NotionReply> Request() => _small.SendAsync(Get, CancellationToken.None);

    [Benchmark(Description = "one page of 100 items of 3 KB: sent, read, cut into items, no socket")]
    public async Task<int> Page()
    {
        int items = 0;
        await foreach (
            NotionPage page in Paginator.PagesAsync(
                _large, List, null, CancellationToken.None)) items += page.Items.Count;
        return items;
    }

    private NotionClient Client(string reply) =>
        new(new NotionTransport(new StubHandler(Encoding.UTF8.GetBytes(reply))), _baseUri,
            new FixedTokenSource(new Secret("ntn_made_up_for_benchmarks")), new ConnectionLimits());

    /// <summary>Answers at once with the same reply.</summary>
    private sealed class StubHandler(byte[] reply) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(
                new HttpResponseMessage(HttpStatusCode.OK)
                {
                    Content = new ByteArrayContent(reply),
                    RequestMessage = request
                });
    }
}
