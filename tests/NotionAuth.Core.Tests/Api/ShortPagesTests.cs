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
using Xunit;

namespace NotionAuth.Core.Tests.Api;

/// <summary>A page may hold fewer items than were asked for, although more follow.</summary>
public sealed class ShortPagesTests
{
    [Theory]
    [InlineData("GET", "users", 2)]
    [InlineData("GET", "blocks/{page}/children", 30)]
    [InlineData("GET", "comments?block_id={page}", 1)]
    [InlineData("GET", "data_sources/{source}/templates", 2)]
    [InlineData("POST", "data_sources/{source}/query", null)]
    [InlineData("POST", "search", 7)]
    public async Task A_list_is_read_to_its_end_however_short_its_pages_are(string method, string path, int? pageSize)
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: new SeedOptions { Rows = 250 });
        Sample sample = notion.Fake.DefaultWorkspace.Sample;
        var request = new NotionRequest
        {
            Path = path.Replace("{page}", sample.PageId.ToString(), StringComparison.Ordinal)
                .Replace("{source}", sample.DataSourceId.ToString(), StringComparison.Ordinal),
            Method = new HttpMethod(method),
        };
        (List<string> whole, int pages) = await ReadAsync(notion, request, pageSize);
        notion.Fake.Behavior.ShortPages = true;
        (List<string> items, int shortPages) = await ReadAsync(notion, request, pageSize);
        Assert.Equal(whole, items);
        Assert.True(whole.Count == 3 || shortPages > pages, $"{pages} pages, and {shortPages} where they are short");
    }

    private static async Task<(List<string> Ids, int Pages)> ReadAsync(
        TestNotion notion, NotionRequest request, int? pageSize)
    {
        var ids = new List<string>();
        int pages = 0;
        await foreach (NotionPage page in QueryReader.PagesAsync(notion.Client(), request, pageSize, default))
        {
            pages++;
            ids.AddRange(page.Items.Select(
                i => TestNotion.Json(Encoding.UTF8.GetString(i.Span)).GetProperty("id").GetString()!));
        }

        return (ids, pages);
    }
}
