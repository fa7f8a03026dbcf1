using System.Linq;
using System.Text;
using System.Text.Json;
using NotionAuth.Core.Rows;
using Xunit;

namespace NotionAuth.Core.Tests.Rows;

public sealed class RowValueTests
{
    [Theory]
    [InlineData("""{"type":"title","title":[{"plain_text":"Plans "},{"plain_text":"2027"}]}""", "Plans 2027")]
    [InlineData("""{"type":"title","title":[]}""", "")]
    [InlineData("""{"type":"rich_text","rich_text":[{"type":"text","text":{"content":"x"}}]}""", "x")]
    [InlineData("""{"type":"url","url":"https://example.com/?a=b"}""", "https://example.com/?a=b")]
    [InlineData("""{"type":"email","email":"a@example.com"}""", "a@example.com")]
    [InlineData("""{"type":"phone_number","phone_number":"+1 23"}""", "+1 23")]
    [InlineData("""{"type":"select","select":{"id":"x","name":"High"}}""", "High")]
    [InlineData("""{"type":"select","select":null}""", null)]
    [InlineData("""{"type":"status","status":{"name":"Done"}}""", "Done")]
    [InlineData("""{"type":"number","number":1.50}""", "#1.50")]
    [InlineData("""{"type":"number","number":null}""", null)]
    [InlineData("""{"type":"checkbox","checkbox":true}""", "!True")]
    [InlineData("""{"type":"multi_select","multi_select":[{"name":"a"},{"name":"b"}]}""", "[a, b]")]
    [InlineData("""{"type":"multi_select","multi_select":[]}""", "[]")]
    [InlineData("""{"type":"people","people":[{"id":"u1","name":"Ada"},{"id":"u2"}]}""", "[Ada, u2]")]
    [InlineData(
        """
        {"type":"files","files":[{"name":"a","type":"external","external":{"url":"https://e/a"}},
        {"name":"b","type":"file","file":{"url":"https://f/b"}},{"name":"c"}]}
        """,
        "[https://e/a, https://f/b, c]")]
    [InlineData("""{"type":"relation","relation":[{"id":"r1"},{"id":"r2"}],"has_more":false}""", "[r1, r2]")]
    [InlineData("""{"type":"date","date":{"start":"2026-11-26","end":null}}""", "2026-11-26")]
    [InlineData("""{"type":"date","date":{"start":"2026-11-26","end":"2026-11-27"}}""", "2026-11-26/2026-11-27")]
    [InlineData("""{"type":"date","date":null}""", null)]
    [InlineData("""{"type":"formula","formula":{"type":"number","number":3}}""", "#3")]
    [InlineData("""{"type":"formula","formula":{"type":"boolean","boolean":false}}""", "!False")]
    [InlineData("""{"type":"formula","formula":{"type":"string","string":null}}""", null)]
    [InlineData("""{"type":"formula","formula":{"type":"date","date":{"start":"2026-01-01"}}}""", "2026-01-01")]
    [InlineData("""{"type":"rollup","rollup":{"type":"number","number":7,"function":"sum"}}""", "#7")]
    [InlineData(
        """
        {"type":"rollup","rollup":{"type":"array","function":"show_original","array":[
        {"type":"title","title":[{"plain_text":"A"}]},
        {"type":"multi_select","multi_select":[{"name":"x"},{"name":"y"}]}]}}
        """,
        "[A, x, y]")]
    [InlineData("""{"type":"unique_id","unique_id":{"prefix":"PRE","number":7}}""", "PRE-7")]
    [InlineData("""{"type":"unique_id","unique_id":{"prefix":null,"number":7}}""", "7")]
    [InlineData("""{"type":"created_time","created_time":"2026-01-05T09:00:00.000Z"}""", "2026-01-05T09:00:00.000Z")]
    [InlineData("""{"type":"last_edited_by","last_edited_by":{"id":"u1","name":"Ada"}}""", "Ada")]
    [InlineData("""{"type":"button","button":{}}""", null)]
    [InlineData("""{"type":"verification","verification":{"state":"verified"}}""", "verified")]
    [InlineData("""{"type":"tomorrow","tomorrow":{"a":1}}""", """{"a":1}""")]
    [InlineData("""{"type":"title"}""", null)]
    [InlineData("""{"id":"x"}""", null)]
    [InlineData("""{"type":"people","people":null}""", "[]")]
    [InlineData("""{"type":"date","date":"odd"}""", null)]
    public void A_property_becomes_a_plain_value(string json, string? expected) =>
        Assert.Equal(expected, Shown(RowValue.Of(Parse(json))));

    [Fact]
    public void A_lone_surrogate_stays_what_it_is()
    {
        JsonElement title = Parse("""{"type":"title","title":[{"plain_text":"a\ud800\n\"b"}]}""");
        Assert.Equal("a\ud800\n\"b", RowValue.Of(title));
    }

    [Theory]
    [InlineData("relation", "", 24, false, false)]
    [InlineData("relation", "", 25, false, true)]
    [InlineData("relation", "", 2, true, true)]
    [InlineData("people", "", 25, false, true)]
    [InlineData("rich_text", "text", 24, false, false)]
    [InlineData("rich_text", "text", 25, false, true)]
    [InlineData("rich_text", "text", 60, false, false)]
    [InlineData("rich_text", "mention", 30, false, true)]
    [InlineData("multi_select", "", 60, false, false)]
    public void What_a_page_shows_cut_is_known(string type, string of, int count, bool hasMore, bool isCut)
    {
        string entries = string.Join(",", Enumerable.Repeat($"{{\"type\":\"{of}\"}}", count));
        string json = $"{{\"type\":\"{type}\",\"{type}\":[{entries}],\"has_more\":{(hasMore ? "true" : "false")}}}";
        Assert.Equal(isCut, RowValue.IsCut(Parse(json)));
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    private static string? Shown(object? value) => value switch
    {
        RowNumber number => "#" + Encoding.ASCII.GetString(number.Utf8.Span),
        bool flag => "!" + flag,
        RowList list => $"[{list}]",
        _ => (string?)value,
    };
}
