using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Rows;

/// <summary>A value in the form that its column takes.</summary>
/// <param name="Column">The column.</param>
/// <param name="Canonical">A text that two values share where they mean the same; empty for no value.</param>
/// <param name="Json">What Notion gets for the column: JSON, made beside what the page has now, or nothing.</param>
internal sealed record Cell(Column Column, string Canonical, Func<JsonElement?, string> Json)
{
    private const char Between = '\u0001';

    /// <summary>A cell whose JSON is the same whatever the page has.</summary>
    public static Cell Of(Column column, string canonical, string json) => new(column, canonical, _ => json);

    /// <summary>A cell of several things whose order says nothing.</summary>
    /// <param name="column">The column.</param>
    /// <param name="things">What tells the things apart.</param>
    /// <param name="json">The JSON of one of them.</param>
    public static Cell Many(Column column, IReadOnlyList<string> things, Func<string, string> json) =>
        Of(column, Set(things), $"[{string.Join(",", things.Select(json))}]");

    /// <summary>The canonical text of several things.</summary>
    public static string Set(IEnumerable<string> things) =>
        string.Join($"{Between}", things.Distinct(StringComparer.Ordinal).OrderBy(t => t, StringComparer.Ordinal));

    /// <summary>Whether a page has this already.</summary>
    /// <param name="property">What it has in the column.</param>
    /// <param name="entries">All its entries where the page shows it cut; else null.</param>
    public bool IsIn(JsonElement property, IReadOnlyList<JsonElement>? entries)
    {
        string there = CanonicalOf(property, entries);
        if (Column.Type != "files" || there == Canonical) return there == Canonical;

        // Notion signs the addresses of its own files anew each time.
        HashSet<string> own = new(StringComparer.Ordinal);
        foreach (JsonElement file in RowValue.Items(property.GetProperty("files")))
            if (JsonText.StringOf(file, "type") != "external") own.Add(FileOf(file));
        return there == Set(Canonical.Split(Between)
            .Select(a => a.Split('?')[0] is var bare && own.Contains(bare) ? bare : a));
    }

    /// <summary>The canonical text of what a page has in a column.</summary>
    /// <param name="property">The property.</param>
    /// <param name="entries">All its entries where the page shows it cut; else null.</param>
    public static string CanonicalOf(JsonElement property, IReadOnlyList<JsonElement>? entries)
    {
        string? type = JsonText.StringOf(property, "type");
        if (type is null || !property.TryGetProperty(type, out JsonElement content)) return string.Empty;
        object? value = RowValue.Of(property, entries);
        return type switch
        {
            "people" => Set(IdsOf(entries ?? RowValue.Items(content))),
            "relation" => Set(IdsOf(entries ?? RowValue.Items(content))),
            "files" => Set(RowValue.Items(content).Select(FileOf)),
            "multi_select" => Set(((RowList)value!).Select(CellText.Of)),
            "checkbox" => value is true ? "true" : string.Empty,
            "number" => value is RowNumber ? NumberOf(CellText.Of(value)) ?? string.Empty : string.Empty,
            "unique_id" => KeyOf(content),
            "date" => JsonText.StringOf(content, "start") is { } start
                ? DateCell.Canonical(new RowDate(
                    start, JsonText.StringOf(content, "end"), JsonText.StringOf(content, "time_zone")))
                : string.Empty,
            _ => CellText.Of(value),
        };
    }

    /// <summary>A number in one form; null where a text is none.</summary>
    public static string? NumberOf(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && !double.IsNaN(number) && !double.IsInfinity(number)
            ? (number == 0 ? 0 : number).ToString("R", CultureInfo.InvariantCulture) : null;

    /// <summary>What tells a file from another: its address, without the signature of Notion's own.</summary>
    public static string FileOf(JsonElement file)
    {
        string address = RowValue.FileAddress(file) ?? string.Empty;
        return JsonText.StringOf(file, "type") == "external" ? address : address.Split('?')[0];
    }

    /// <summary>A JSON string.</summary>
    public static string Quoted(string text)
    {
        var json = new StringBuilder(text.Length + 2);
        JsonString.Append(json, text);
        return json.ToString();
    }

    private static IEnumerable<string> IdsOf(IEnumerable<JsonElement> items) =>
        items.Select(i => JsonText.StringOf(i, "id")).OfType<string>();

    private static string KeyOf(JsonElement uniqueId) =>
        uniqueId.ValueKind == JsonValueKind.Object && uniqueId.TryGetProperty("number", out JsonElement number)
            && number.ValueKind == JsonValueKind.Number ? number.GetRawText() : string.Empty;
}
