using System.Linq;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Content;

/// <summary>Rich text as clients send it and as Notion gives it back.</summary>
internal static class RichText
{
    private const int MaxLength = 2000;

    public static JsonArray Plain(string text) => text.Length == 0 ? [] : [Item(text, null, null)];

    public static string PlainText(JsonNode? richText) =>
        richText is JsonArray items ? string.Concat(items.Select(i => Json.StringOf(i?["plain_text"]))) : "";

    public static JsonArray Normalize(JsonNode? node, string path)
    {
        if (node is not JsonArray items)
            throw NotionFailure.Field(path, "an array", node, node is not null);
        if (items.Count > 100)
            throw NotionFailure.Field(path + ".length", "≤ `100`", items.Count);
        return [.. items.Select((item, i) => NormalizeItem(item, $"{path}[{i}]"))];
    }

    private static JsonObject NormalizeItem(JsonNode? node, string path)
    {
        if (node is not JsonObject item)
            throw NotionFailure.Field(path, "an object", node);
        if (item["mention"] is JsonObject mention)
            return Dressed("mention", mention.DeepClone(), item, "@mention", null);
        if (Json.StringOf(Json.Member(item["equation"], "expression")) is { Length: > 1000 } expression)
            throw NotionFailure.Field($"{path}.equation.expression.length", "≤ `1000`", expression.Length);
        if (item["equation"] is JsonObject equation)
            return Dressed("equation", equation.DeepClone(), item, Json.StringOf(equation["expression"]) ?? "", null);
        if (item["text"] is not JsonObject text)
            throw NotionFailure.Field(path + ".text", "defined", null, present: false);
        if (Json.StringOf(text["content"]) is not { } content)
            throw NotionFailure.Field(path + ".text.content", "a string", text["content"], text.ContainsKey("content"));
        if (content.Length > MaxLength)
            throw NotionFailure.Field(path + ".text.content.length", $"≤ `{MaxLength}`", content.Length);
        var url = Json.StringOf(Json.Member(text["link"], "url"));
        if (url?.Length > MaxLength)
            throw NotionFailure.Field(path + ".text.link.url.length", $"≤ `{MaxLength}`", url.Length);
        return Item(content, url, item);
    }

    private static JsonObject Item(string content, string? url, JsonObject? source)
    {
        var text = new JsonObject
        {
            ["content"] = content,
            ["link"] = url is null ? null : new JsonObject { ["url"] = url },
        };
        return Dressed("text", text, source, content, url);
    }

    private static JsonObject Dressed(string type, JsonNode payload, JsonObject? source, string plainText, string? href)
    {
        var annotations = new JsonObject();
        foreach (var name in (string[])["bold", "italic", "strikethrough", "underline", "code"])
            annotations[name] = Json.BoolOf(Json.Member(source?["annotations"], name)) ?? false;
        annotations["color"] = Json.StringOf(Json.Member(source?["annotations"], "color")) ?? "default";
        return new JsonObject
        {
            ["type"] = type,
            [type] = payload,
            ["annotations"] = annotations,
            ["plain_text"] = plainText,
            ["href"] = href,
        };
    }
}
