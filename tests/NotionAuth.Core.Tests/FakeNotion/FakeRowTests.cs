using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

/// <summary>Rows as Notion shows them, and how they are found.</summary>
public sealed class FakeRowTests
{
    [Fact]
    public async Task A_row_has_what_Notion_computes_and_its_people_with_their_names()
    {
        await using var fake = await FakeClient.StartAsync();
        string source = await SourceAsync(fake);
        var ada = fake.State.DefaultWorkspace.Users[0];
        JsonNode row = await AddAsync(fake, source, "A", $$$"""
            ,"Who":{"people":[{"id":"{{{ada.Id}}}"}]}
            """);
        Assert.Equal("PRE", (string?)row["No"]!["unique_id"]!["prefix"]);
        Assert.Equal(1, (int)row["No"]!["unique_id"]!["number"]!);
        Assert.Equal("A", (string?)row["Says"]!["formula"]!["string"]);
        Assert.NotNull(row["Made"]!["created_time"]);
        Assert.NotNull(row["By"]!["last_edited_by"]!["id"]);
        Assert.Equal(ada.Name, (string?)row["Who"]!["people"]![0]!["name"]);
        Assert.Equal(ada.Email, (string?)row["Who"]!["people"]![0]!["person"]!["email"]);
        Assert.Equal(2, (int)(await AddAsync(fake, source, "B", ""))["No"]!["unique_id"]!["number"]!);
    }

    [Theory]
    [InlineData("""{"property":"No","unique_id":{"equals":2}}""", "B")]
    [InlineData("""{"property":"Mail","email":{"equals":"a@example.com"}}""", "A")]
    [InlineData("""{"property":"Who","people":{"contains":"ADA"}}""", "A")]
    [InlineData("""{"property":"title","title":{"equals":"B"}}""", "B")]
    [InlineData(
        """{"or":[{"property":"No","unique_id":{"equals":1}},{"property":"Mail","email":{"equals":"b@b"}}]}""", "A B")]
    public async Task Rows_are_found_by_columns_of_every_kind(string filter, string titles)
    {
        await using var fake = await FakeClient.StartAsync();
        string source = await SourceAsync(fake);
        var ada = fake.State.DefaultWorkspace.Users[0].Id.ToString();
        await AddAsync(
            fake, source, "A", $$$""","Mail":{"email":"a@example.com"},"Who":{"people":[{"id":"{{{ada}}}"}]}""");
        await AddAsync(fake, source, "B", ""","Mail":{"email":"b@b"}""");
        var found = await fake.ApiAsync(
            "POST", $"v1/data_sources/{source}/query", $"{{\"filter\":{filter.Replace("ADA", ada)}}}");
        Assert.Equal(titles, string.Join(' ', found.Json["results"]!.AsArray()
            .Select(r => (string?)r!["properties"]!["Name"]!["title"]![0]!["plain_text"])));
    }

    [Fact]
    public async Task A_filter_has_100_conditions_at_most()
    {
        await using var fake = await FakeClient.StartAsync();
        string Filter(int count) => "{\"filter\":{\"or\":[" + string.Join(',', Enumerable.Repeat(
            """{"property":"Points","number":{"equals":1}}""", count)) + "]}}";
        string path = $"v1/data_sources/{fake.Sample.DataSourceId}/query";
        Assert.Equal(200, (await fake.ApiAsync("POST", path, Filter(100))).Status);
        Answer tooMany = await fake.ApiAsync("POST", path, Filter(101));
        Assert.Equal(400, tooMany.Status);
        Assert.Contains("body.filter.or.length should be ≤ `100`", (string?)tooMany.Json["message"]);
    }

    private static async Task<string> SourceAsync(FakeClient fake)
    {
        Answer database = await fake.ApiAsync("POST", "v1/databases", $$$$"""
            {"parent":{"type":"page_id","page_id":"{{{{fake.Sample.PageId}}}}"},"initial_data_source":{"properties":{
            "Name":{"title":{}},"Mail":{"email":{}},"Who":{"people":{}},"No":{"unique_id":{"prefix":"PRE"}},
            "Says":{"formula":{"expression":"1"}},"Made":{"created_time":{}},"By":{"last_edited_by":{} } } } }
            """);
        return (string)database.Json["data_sources"]![0]!["id"]!;
    }

    private static async Task<JsonNode> AddAsync(FakeClient fake, string source, string title, string more)
    {
        Answer page = await fake.ApiAsync("POST", "v1/pages", $$$"""
            {"parent":{"type":"data_source_id","data_source_id":"{{{source}}}"},"properties":{
            "Name":{"title":[{"text":{"content":"{{{title}}}"} }]}{{{more}}} } }
            """);
        Assert.Equal(200, page.Status);
        return page.Json["properties"]!;
    }
}
