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

public sealed class QueryReaderTests
{
    private static readonly SeedOptions Seed = new() { Rows = 250 };

    [Theory]
    [InlineData(null)]
    [InlineData("""{"sorts":[]}""")]
    [InlineData("""{"sorts":[{"timestamp":"created_time","direction":"ascending"}]}""")]
    [InlineData("""{"sorts":[{"timestamp":"created_time","direction":"descending"}]}""")]
    [InlineData("""{"filter":{"property":"Points","number":{"greater_than":3}}}""")]
    [InlineData(
        """
        {"filter":{"and":[{"property":"Urgent","checkbox":{"equals":false}},
        {"or":[{"property":"Points","number":{"greater_than":3}}]}]}}
        """)]
    [InlineData(
        """
        {"filter":{"or":[{"property":"Points","number":{"equals":3}},
        {"property":"Points","number":{"less_than":15}}]}}
        """)]
    public async Task A_query_goes_on_beyond_the_cap_with_each_row_once_in_the_same_order(string? body)
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        (List<string> whole, _, _) = await ReadAsync(notion, body);
        notion.Fake.Behavior.QueryRowCap = 40;
        foreach (bool areShort in new[] { false, true })
        {
            notion.Fake.Behavior.ShortPages = areShort;
            (List<string> rows, bool isCapped, List<string> notes) = await ReadAsync(notion, body);
            Assert.True(whole.Count > 100);
            Assert.Equal(whole, rows);
            Assert.False(isCapped);
            Assert.NotEmpty(notes);
            Assert.All(notes, n => Assert.StartsWith("Notion stopped at 10,000 rows.", n));
        }
    }

    [Theory]
    [InlineData("""{"sorts":[{"property":"Name","direction":"ascending"}]}""")]
    [InlineData("""{"sorts":[{"timestamp":"last_edited_time","direction":"ascending"}]}""")]
    [InlineData(
        """{"filter":{"or":[{"and":[{"property":"Points","number":{"less_than":15}}]}]}}""")]
    public async Task Where_sorts_or_filter_forbid_it_the_last_page_says_that_it_is_capped(string body)
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.QueryRowCap = 40, Seed);
        (List<string> rows, bool isCapped, _) = await ReadAsync(notion, body);
        Assert.Equal(40, rows.Count);
        Assert.True(isCapped);
        Assert.Equal([false, false, true], await CappedAsync(notion, body, 15));
    }

    [Theory]
    [InlineData(30, 40, false)]
    [InlineData(120, 50, true)]
    public async Task Rows_that_share_a_minute_are_there_once_and_a_minute_above_the_cap_is_reported(
        int together, int cap, bool isStuck)
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: new SeedOptions { Rows = 20 });
        NotionClient client = notion.Client();

        // All within a minute, or within two: one of them has more than the cap then, too.
        Guid source = notion.Fake.DefaultWorkspace.Sample.DataSourceId;
        for (int i = 0; i < together; i++)
        {
            await client.SendAsync(
                new NotionRequest
                {
                    Path = "pages",
                    Method = HttpMethod.Post,
                    Body = Encoding.UTF8.GetBytes(
                        $"{{\"parent\":{{\"data_source_id\":\"{source}\"}},\"properties\":{{}}}}"),
                },
                default);
        }

        (List<string> whole, _, _) = await ReadAsync(notion, null);
        notion.Fake.Behavior.QueryRowCap = cap;
        (List<string> rows, bool isCapped, _) = await ReadAsync(notion, null);
        Assert.Equal(rows.Count, rows.Distinct().Count());
        Assert.Equal(isStuck, isCapped);
        if (!isStuck) Assert.Equal(whole, rows);
    }

    /// <summary>Of each page, whether it says that the query is capped.</summary>
    private static async Task<List<bool>> CappedAsync(TestNotion notion, string body, int pageSize)
    {
        var request = new NotionRequest
        {
            Path = $"data_sources/{notion.Fake.DefaultWorkspace.Sample.DataSourceId}/query",
            Method = HttpMethod.Post,
            Body = Encoding.UTF8.GetBytes(body),
        };
        var capped = new List<bool>();
        await foreach (NotionPage page in QueryReader.PagesAsync(notion.Client(), request, pageSize, default))
            capped.Add(page.IsCapped);
        return capped;
    }

    private static async Task<(List<string> Ids, bool IsCapped, List<string> Notes)> ReadAsync(
        TestNotion notion, string? body)
    {
        var request = new NotionRequest
        {
            Path = $"data_sources/{notion.Fake.DefaultWorkspace.Sample.DataSourceId}/query",
            Method = HttpMethod.Post,
            Body = body is null ? null : Encoding.UTF8.GetBytes(body),
        };
        var ids = new List<string>();
        var notes = new List<string>();
        bool isCapped = false;
        await foreach (NotionPage page in QueryReader.PagesAsync(notion.Client(), request, null, default))
        {
            ids.AddRange(page.Items.Select(
                i => TestNotion.Json(Encoding.UTF8.GetString(i.Span)).GetProperty("id").GetString()!));
            isCapped |= page.IsCapped;
            if (page.Note is not null) notes.Add(page.Note);
        }

        return (ids, isCapped, notes);
    }
}
