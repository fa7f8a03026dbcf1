using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Rows;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Rows;

public sealed class RowReaderTests
{
    private static readonly SeedOptions Seed = new() { Rows = 3 };
    private static readonly NotionRequest Request = new() { Path = "search", Method = HttpMethod.Post };

    [Fact]
    public async Task A_row_has_its_columns_in_the_order_of_the_data_source_which_is_asked_once()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: Seed);
        Guid source = notion.Fake.DefaultWorkspace.Sample.DataSourceId;
        string[] schema = await NamesAsync(notion, $"data_sources/{source}");
        string parent = $"\"parent\":{{\"type\":\"data_source_id\",\"data_source_id\":\"{source}\"}}";
        string properties = string.Join(",", (await PropertiesAsync(notion, source)).Reverse());
        string page = $"{{\"object\":\"page\",\"id\":\"p\",\"url\":\"u\",{parent},\"properties\":{{{properties}}}}}";
        int before = notion.Fake.Requests.Count;
        for (int i = 0; i < 2; i++)
        {
            Row row = (await ReaderOf(notion).ReadAsync(Utf8(page), default))!;
            Assert.Equal(["Id", "Url", .. schema], row.Columns.Select(c => c.Key));
        }

        Assert.Equal($"/v1/data_sources/{source}", Assert.Single(notion.Fake.Requests.Skip(before)).Path);
    }

    [Fact]
    public async Task A_data_source_that_cannot_be_read_leaves_the_columns_as_they_come_and_is_asked_once()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string page = "{\"object\":\"page\",\"id\":\"p\",\"parent\":{\"data_source_id\":\"" + Guid.NewGuid()
            + "\"},\"properties\":{\"B\":{\"type\":\"url\",\"url\":\"b\"},\"A\":{\"type\":\"url\",\"url\":\"a\"}}}";
        RowReader reader = ReaderOf(notion);
        for (int i = 0; i < 2; i++)
            Assert.Equal(["Id", "Url", "B", "A"],
                (await reader.ReadAsync(Utf8(page), default))!.Columns.Select(c => c.Key));
        Assert.Single(notion.Fake.Requests);
    }

    [Fact]
    public async Task Names_that_differ_in_case_alone_and_those_that_are_taken_get_a_number()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string[] names = ["id", "Name", "name", "NAME", "URL", "psobject", "name (2)", ""];
        string properties = string.Join(",", names.Select(n => $"\"{n}\":{{\"type\":\"url\",\"url\":\"{n}!\"}}"));
        string page = $"{{\"object\":\"page\",\"id\":\"p\",\"url\":\"u\",\"properties\":{{{properties}}}}}";
        Row row = (await ReaderOf(notion).ReadAsync(Utf8(page), default))!;
        Assert.Equal(
            ["Id", "Url", "id (2)", "Name", "name (2)", "NAME (3)", "URL (2)", "psobject (2)", "name (2) (2)", "(2)"],
            row.Columns.Select(c => c.Key));
        Assert.Equal(["p", "u", .. names.Select(n => n + "!")], row.Columns.Select(c => c.Value));
    }

    [Fact]
    public async Task What_a_page_shows_cut_is_read_to_its_end()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string id = Guid.NewGuid().ToString();
        string Entries(int from, int count) => string.Join(",", Enumerable.Range(from, count).Select(i =>
            $"{{\"object\":\"property_item\",\"type\":\"relation\",\"relation\":{{\"id\":\"r{i}\"}}}}"));
        foreach (string reply in new[]
        {
            $"{{\"object\":\"list\",\"results\":[{Entries(0, 100)}],\"next_cursor\":\"c\",\"has_more\":true}}",
            $"{{\"object\":\"list\",\"results\":[{Entries(100, 20)}],\"next_cursor\":null,\"has_more\":false}}",
        })
            notion.Fake.Faults.Add(new Fault { Kind = FaultKind.RawBody, Status = 200, Body = reply });
        string shown = string.Join(",", Enumerable.Range(0, 25).Select(i => $"{{\"id\":\"r{i}\"}}"));
        string page = $"{{\"object\":\"page\",\"id\":\"{id}\",\"properties\":{{\"Tasks\":{{\"id\":\"a%3Bb\","
            + $"\"type\":\"relation\",\"relation\":[{shown}],\"has_more\":true}}}}}}";
        Row row = (await ReaderOf(notion).ReadAsync(Utf8(page), default))!;
        Assert.Equal(
            Enumerable.Range(0, 120).Select(i => (object?)$"r{i}"), Assert.IsType<RowList>(row.Columns[2].Value));
        Assert.Equal(2, notion.Fake.Requests.Count);
        Assert.All(notion.Fake.Requests, r => Assert.StartsWith($"/v1/pages/{id}/properties/a", r.Path));
    }

    [Theory]
    [InlineData("""{"object":"data_source","id":"x"}""")]
    [InlineData("""[1]""")]
    [InlineData("""{"object":7}""")]
    [InlineData("{")]
    public async Task What_is_no_page_is_no_row(string json)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        Assert.Null(await ReaderOf(notion).ReadAsync(Utf8(json), default));
    }

    private static RowReader ReaderOf(TestNotion notion) => new(notion.Client(), Request, ["psobject"]);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static async Task<string[]> NamesAsync(TestNotion notion, string path)
    {
        using var body = (await notion.Client().SendAsync(new NotionRequest { Path = path }, default)).ParseJson();
        return [.. body.RootElement.GetProperty("properties").EnumerateObject().Select(p => p.Name)];
    }

    private static async Task<IEnumerable<string>> PropertiesAsync(TestNotion notion, Guid source)
    {
        NotionReply rows = await notion.Client().SendAsync(
            new NotionRequest { Path = $"data_sources/{source}/query", Method = HttpMethod.Post }, default);
        using var body = rows.ParseJson();
        return [.. body.RootElement.GetProperty("results")[0].GetProperty("properties").EnumerateObject()
            .Select(p => p.ToString())];
    }
}
