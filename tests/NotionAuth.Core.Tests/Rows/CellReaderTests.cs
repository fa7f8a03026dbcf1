using System;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Rows;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Rows;

public sealed class CellReaderTests
{
    private const string Ada = "744f4125-7271-4e84-a1b4-de12fa097a62";

    // "#1" is a number, "!true" a truth value, "[a|b]" a list.
    [Theory]
    [InlineData("title", "Plans", """[{"type":"text","text":{"content":"Plans"}}]""")]
    [InlineData("rich_text", "#1.50", """[{"type":"text","text":{"content":"1.50"}}]""")]
    [InlineData("rich_text", "!true", """[{"type":"text","text":{"content":"true"}}]""")]
    [InlineData("rich_text", "[one]", """[{"type":"text","text":{"content":"one"}}]""")]
    [InlineData("rich_text", "", "[]")]
    [InlineData("url", "https://x.y/?a=\"b\"", "\"https://x.y/?a=\\\"b\\\"\"")]
    [InlineData("email", "a@b.c", "\"a@b.c\"")]
    [InlineData("phone_number", "#4912", "\"4912\"")]
    [InlineData("phone_number", "", "null")]
    [InlineData("number", "#1.50", "1.50")]
    [InlineData("number", " 1234.5 ", "1234.5")]
    [InlineData("number", "1,234,567.5", "1234567.5")]
    [InlineData("number", "-1.5e3", "-1.5e3")]
    [InlineData("number", "+.5", "0.5")]
    [InlineData("number", "007", "7")]
    [InlineData("number", "", "null")]
    [InlineData("number", "[]", "null")]
    [InlineData("checkbox", "!true", "true")]
    [InlineData("checkbox", "Yes", "true")]
    [InlineData("checkbox", "1", "true")]
    [InlineData("checkbox", "#1", "true")]
    [InlineData("checkbox", "TRUE", "true")]
    [InlineData("checkbox", "no", "false")]
    [InlineData("checkbox", "0", "false")]
    [InlineData("checkbox", "", "false")]
    [InlineData("select", "New", """{"name":"New"}""")]
    [InlineData("select", "", "null")]
    [InlineData("status", "Done", """{"name":"Done"}""")]
    [InlineData("multi_select", "a, b,,a ", """[{"name":"a"},{"name":"b"}]""")]
    [InlineData("multi_select", "[a|b]", """[{"name":"a"},{"name":"b"}]""")]
    [InlineData("multi_select", "", "[]")]
    [InlineData("multi_select", "[]", "[]")]
    [InlineData("date", "2026-11-26", """{"start":"2026-11-26"}""")]
    [InlineData("date", "2026-11-26T14:00:00Z", """{"start":"2026-11-26T14:00:00Z"}""")]
    [InlineData("date", "2026-11-26 14:00+01:00", """{"start":"2026-11-26T14:00+01:00"}""")]
    [InlineData("date", "2026-11-26/2026-11-28", """{"start":"2026-11-26","end":"2026-11-28"}""")]
    [InlineData("date", "", "null")]
    [InlineData("people", Ada, $$"""[{"id":"{{Ada}}"}]""")]
    [InlineData("relation", "744f412572714e84a1b4de12fa097a62", $$"""[{"id":"{{Ada}}"}]""")]
    [InlineData("relation", "https://www.notion.so/acme/Plans-744f412572714e84a1b4de12fa097a62?pvs=4",
        $$"""[{"id":"{{Ada}}"}]""")]
    [InlineData("files", "https://x.y/a,b.png, https://x.y/",
        """
        [{"type":"external","name":"a,b.png","external":{"url":"https://x.y/a,b.png"}},
        {"type":"external","name":"x.y","external":{"url":"https://x.y/"}}]
        """)]
    [InlineData("files", "", "[]")]
    public async Task A_value_becomes_what_its_column_takes(string type, string value, string json) =>
        Assert.Equal(json.ReplaceLineEndings(string.Empty), await JsonAsync(type, Given(value)));

    [Theory]
    [InlineData("number", "1,5", "a number")]
    [InlineData("number", "abc", "a number")]
    [InlineData("number", "NaN", "a number")]
    [InlineData("number", "1e999", "a number")]
    [InlineData("number", "!true", "a number")]
    [InlineData("number", "[1|2]", "one alone")]
    [InlineData("checkbox", "maybe", "true, false, yes, no, 1 or 0")]
    [InlineData("status", "done", "one of 'Not started', 'Done'")]
    [InlineData("select", "a,b", "without a comma")]
    [InlineData("multi_select", "[a,b]", "none has a comma")]
    [InlineData("date", "26.11.2026", "2026-11-26T14:00")]
    [InlineData("date", "11/26/2026", "2026-11-26T14:00")]
    [InlineData("date", "2026-02-30", "2026-11-26T14:00")]
    [InlineData("date", "2026-01-01/2026-01-02/2026-01-03", "2026-11-26T14:00")]
    [InlineData("date", "#5", "2026-11-26T14:00")]
    [InlineData("files", "photo.png", "addresses")]
    [InlineData("rich_text", "[a|b]", "one alone")]
    [InlineData("place", "here", "can't be written")]
    public async Task A_value_that_a_column_does_not_take_is_an_error_that_says_what_it_takes(
        string type, string value, string takes)
    {
        var error = await Assert.ThrowsAsync<NotionAuthException>(() => JsonAsync(type, Given(value)));
        Assert.Equal(ErrorIds.PropertyValueInvalid, error.ErrorId);
        Assert.Contains($"The column 'It' ({type})", error.Message);
        Assert.Contains(takes, error.Message);
    }

    [Fact]
    public async Task A_time_without_an_offset_is_local_time()
    {
        var local = new DateTimeOffset(new DateTime(2026, 7, 26, 14, 0, 0, DateTimeKind.Local));
        using JsonDocument json = JsonDocument.Parse(await JsonAsync("date", "2026-07-26T14:00"));
        string start = json.RootElement.GetProperty("start").GetString()!;
        Assert.Matches(@"^2026-07-26T14:00:00[+-]\d\d:\d\d$", start);
        Assert.Equal(local, DateTimeOffset.Parse(start, null));
    }

    [Fact]
    public async Task Beside_a_time_zone_there_is_no_offset_and_no_day_alone()
    {
        var date = new RowDate("2026-07-26T14:00", "2026-07-27", "Europe/Berlin");
        Assert.Equal(
            """{"start":"2026-07-26T14:00","end":"2026-07-27T00:00:00","time_zone":"Europe/Berlin"}""",
            await JsonAsync("date", date));
    }

    [Theory]
    [InlineData(1999, "🚀", 1999, 2)]
    [InlineData(1998, "🚀", 2000)]
    [InlineData(2000, "a", 2000, 1)]
    [InlineData(3999, "🚀", 2000, 1999, 2)]
    public async Task A_text_is_split_at_2000_characters_and_never_within_one(
        int before, string then, params int[] lengths)
    {
        string text = new string('x', before) + then;
        using JsonDocument json = JsonDocument.Parse(await JsonAsync("rich_text", text));
        string[] pieces = [.. json.RootElement.EnumerateArray()
            .Select(p => p.GetProperty("text").GetProperty("content").GetString()!)];
        Assert.Equal(lengths, pieces.Select(p => p.Length));
        Assert.Equal(text, string.Concat(pieces));
    }

    [Fact]
    public async Task More_than_Notion_takes_is_an_error()
    {
        await Assert.ThrowsAsync<NotionAuthException>(() => JsonAsync("title", new string('x', 200_001)));
        Assert.NotEmpty(await JsonAsync("title", new string('x', 200_000)));
        string ids = string.Join(",", Enumerable.Range(0, 101).Select(_ => Guid.NewGuid()));
        var error = await Assert.ThrowsAsync<NotionAuthException>(() => JsonAsync("relation", ids));
        Assert.Contains("101 values: Notion takes 100", error.Message);
    }

    [Fact]
    public async Task What_Notion_returned_is_what_it_refers_to()
    {
        Assert.Equal($$"""[{"id":"{{Ada}}"}]""", await JsonAsync("people", new RowReference($"users/{Ada}")));
        Assert.Equal($$"""[{"id":"{{Ada}}"}]""", await JsonAsync("relation", new RowReference($"pages/{Ada}")));
        Assert.Equal(
            $$"""[{"type":"file_upload","file_upload":{"id":"{{Ada}}"},"name":"a.png"}]""",
            await JsonAsync("files", new RowReference($"file_uploads/{Ada}", "a.png")));
        await Assert.ThrowsAsync<NotionAuthException>(
            () => JsonAsync("files", new RowReference($"pages/{Ada}")));
    }

    [Fact]
    public async Task A_file_that_is_there_stays_what_it_is()
    {
        const string kept =
            """{"name":"a.png","type":"file","file":{"url":"https://s3/a.png?X=1","expiry_time":"2026-01-01"}}""";
        JsonElement now = TestNotion.Json($$"""{"type":"files","files":[{{kept}}]}""");
        Cell cell = await new CellReader(null!, true)
            .ReadAsync(ColumnOf("files"), "https://s3/a.png?X=2, https://x.y/b", default);
        Assert.Equal(
            $$"""[{{kept}},{"type":"external","name":"b","external":{"url":"https://x.y/b"} }]""".Replace("} }", "}}"),
            cell.Json(now));
    }

    [Theory]
    [InlineData("number", "#1.0", """1""")]
    [InlineData("number", "0", """-0.0""")]
    [InlineData("checkbox", "no", """false""")]
    [InlineData("select", "Done", """{"name":"Done","id":"x"}""")]
    [InlineData("multi_select", "b, a", """[{"name":"a"},{"name":"b"}]""")]
    [InlineData("multi_select", "", "[]")]
    [InlineData("date", "2026-11-26T15:00+01:00", """{"start":"2026-11-26T14:00:00.000Z","end":null}""")]
    [InlineData("date", "2026-11-26", """{"start":"2026-11-26","end":null,"time_zone":null}""")]
    [InlineData("relation", Ada, $$"""[{"id":"{{Ada}}"}]""")]
    [InlineData("files", "https://x.y/?b", """[{"name":"a","type":"external","external":{"url":"https://x.y/?b"}}]""")]
    [InlineData("files", "https://x/a?s=2", """[{"name":"a","type":"file","file":{"url":"https://x/a?s=1"}}]""")]
    [InlineData("rich_text", "ab", """[{"plain_text":"a"},{"plain_text":"b"}]""")]
    [InlineData("url", "", "null")]
    public async Task The_same_value_is_known_in_whatever_form(string type, string value, string there)
    {
        JsonElement property = TestNotion.Json($"{{\"type\":\"{type}\",\"{type}\":{there}}}");
        Cell cell = await new CellReader(null!, true).ReadAsync(ColumnOf(type), Given(value), default);
        Assert.True(cell.IsIn(property, null));
    }

    [Theory]
    [InlineData("date", "2026-11-26", """{"start":"2026-11-26T00:00:00Z"}""")]
    [InlineData("date", "2026-11-26/2026-11-27", """{"start":"2026-11-26"}""")]
    [InlineData("select", "done", """{"name":"Done"}""")]
    [InlineData("multi_select", "a", """[{"name":"a"},{"name":"b"}]""")]
    [InlineData("files", "https://x/a?b", """[{"name":"a","type":"external","external":{"url":"https://x/a"}}]""")]
    [InlineData("files", "https://x/a", """[{"name":"b","type":"file","file":{"url":"https://x/b"}}]""")]
    public async Task Another_value_is_another(string type, string value, string there)
    {
        JsonElement property = TestNotion.Json($"{{\"type\":\"{type}\",\"{type}\":{there}}}");
        Cell cell = await new CellReader(null!, true).ReadAsync(ColumnOf(type), Given(value), default);
        Assert.False(cell.IsIn(property, null));
    }

    [Fact]
    public async Task A_time_of_a_zone_is_the_moment_that_Notion_shows()
    {
        JsonElement property = TestNotion.Json(
            """{"type":"date","date":{"start":"2026-07-26T14:00:00.000+02:00","end":null,"time_zone":null}}""");
        Cell cell = await new CellReader(null!, true)
            .ReadAsync(ColumnOf("date"), new RowDate("2026-07-26T14:00", null, "Europe/Berlin"), default);
        Assert.True(cell.IsIn(property, null));
    }

    private static async Task<string> JsonAsync(string type, object value) =>
        (await new CellReader(null!, true).ReadAsync(ColumnOf(type), value, default)).Json(null);

    private static Column ColumnOf(string type) => new(
        "It", "it", type, TestNotion.Json("""{"options":[{"name":"Not started"},{"name":"Done"}]}"""));

    private static object Given(string text) => text switch
    {
        "[]" => new RowList([]),
        ['#', ..] => new RowNumber(Encoding.ASCII.GetBytes(text[1..])),
        ['!', ..] => text == "!true",
        ['[', .., ']'] => new RowList([.. text[1..^1].Split('|')]),
        _ => text,
    };
}
