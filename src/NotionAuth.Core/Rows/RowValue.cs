using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Rows;

/// <summary>
/// The plain value of a page's property. Source: developers.notion.com/reference/page-property-values.
/// </summary>
internal static class RowValue
{
    // As many as Notion shows in a page of what refers to something else.
    private const int MostShown = 25;

    /// <summary>Makes the value.</summary>
    /// <param name="property">The property, such as <c>{"type":"number","number":1}</c>.</param>
    /// <param name="entries">All entries of a property that the page shows cut; null for what the page shows.</param>
    public static object? Of(JsonElement property, IReadOnlyList<JsonElement>? entries = null)
    {
        string? type = JsonText.StringOf(property, "type");
        if (type is null || !property.TryGetProperty(type, out JsonElement content)) return null;
        return type switch
        {
            "title" or "rich_text" => string.Concat((entries ?? Items(content)).Select(PieceText)),
            "multi_select" or "people" => ListOf(entries ?? Items(content), NameOf),
            "relation" => ListOf(entries ?? Items(content), i => JsonText.StringOf(i, "id")),
            "files" => ListOf(Items(content), FileAddress),
            "select" or "status" or "created_by" or "last_edited_by" => NameOf(content),
            "date" => Dates(content),
            "formula" or "rollup" => Of(content),
            "array" => new RowList([.. Items(content).SelectMany(i => Flat(Of(i)))]),
            "unique_id" => UniqueId(content),
            "verification" => JsonText.StringOf(content, "state"),
            "button" => null,
            _ => Plain(content),
        };
    }

    /// <summary>Whether a page shows a property cut: there is more of it than stands there.</summary>
    /// <param name="property">The property.</param>
    public static bool IsCut(JsonElement property)
    {
        string? type = JsonText.StringOf(property, "type");
        if (type is not ("title" or "rich_text" or "people" or "relation")
            || !property.TryGetProperty(type, out JsonElement content)) return false;
        if (property.TryGetProperty("has_more", out JsonElement more) && more.ValueKind == JsonValueKind.True)
            return true;
        if (content.ValueKind != JsonValueKind.Array || content.GetArrayLength() < MostShown) return false;

        // Of a text it is what it mentions that is cut, and a long text may be whole.
        return type is "people" or "relation" || content.GetArrayLength() == MostShown
            || content.EnumerateArray().Count(p => JsonText.StringOf(p, "type") == "mention") >= MostShown;
    }

    private static object? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => JsonText.TextOf(value),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => new RowNumber(Encoding.ASCII.GetBytes(value.GetRawText())),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        // Of a type that isn't known: as it came, rather than nothing.
        _ => value.GetRawText(),
    };

    private static RowList Flat(object? value) => value as RowList ?? new RowList([value]);

    private static RowList ListOf(IEnumerable<JsonElement> items, Func<JsonElement, string?> text) =>
        new([.. items.Select(text)]);

    /// <summary>The items of a list; none where it is something else.</summary>
    public static IReadOnlyList<JsonElement> Items(JsonElement content) =>
        content.ValueKind == JsonValueKind.Array ? [.. content.EnumerateArray()] : [];

    private static string? PieceText(JsonElement piece) => TextIn(piece, "plain_text")
        ?? (piece.ValueKind == JsonValueKind.Object && piece.TryGetProperty("text", out JsonElement text)
            ? TextIn(text, "content") : null);

    private static string? NameOf(JsonElement value) => TextIn(value, "name") ?? JsonText.StringOf(value, "id");

    /// <summary>The address of a file; its name where it has none.</summary>
    public static string? FileAddress(JsonElement file)
    {
        string? type = JsonText.StringOf(file, "type");
        return type is not null && file.TryGetProperty(type, out JsonElement place)
            && TextIn(place, "url") is { } address ? address : TextIn(file, "name");
    }

    private static string? Dates(JsonElement date)
    {
        string? start = JsonText.StringOf(date, "start"), end = JsonText.StringOf(date, "end");
        return end is null ? start : $"{start}/{end}";
    }

    private static string? UniqueId(JsonElement id)
    {
        if (id.ValueKind != JsonValueKind.Object || !id.TryGetProperty("number", out JsonElement number)
            || number.ValueKind != JsonValueKind.Number) return null;
        string? prefix = TextIn(id, "prefix");
        return string.IsNullOrEmpty(prefix) ? number.GetRawText() : $"{prefix}-{number.GetRawText()}";
    }

    private static string? TextIn(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String ? JsonText.TextOf(value) : null;
}
