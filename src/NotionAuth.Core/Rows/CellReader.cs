using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Rows;

/// <summary>
/// Makes what a column takes of plain values. Source: developers.notion.com/reference/page-property-values,
/// developers.notion.com/reference/request-limits.
/// </summary>
/// <param name="lookup">Finds people and pages that values name.</param>
/// <param name="hasDataSources">Whether rows are in data sources, and no longer in databases themselves.</param>
internal sealed class CellReader(RowLookup lookup, bool hasDataSources)
{
    private const int LongestPiece = 2000;
    private const int MostEntries = 100;
    private const int LongestFileName = 100;

    private static readonly Regex Grouped =
        new(@"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$", RegexOptions.CultureInvariant);

    private static readonly Regex JsonNumber =
        new(@"^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$", RegexOptions.CultureInvariant);

    // An address may have commas in it.
    private static readonly Regex BetweenAddresses = new(@"\s*,\s*(?=https?://)", RegexOptions.CultureInvariant);

    /// <summary>Reads a value.</summary>
    /// <param name="column">The column.</param>
    /// <param name="value">The value; not null.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The cell.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.PropertyValueInvalid"/>, or people and pages that it
    /// names couldn't be looked up.</exception>
    public async ValueTask<Cell> ReadAsync(Column column, object value, CancellationToken cancellationToken) =>
        column.Type switch
        {
            "title" or "rich_text" => Text(column, One(column, value, "text")),
            "url" or "email" or "phone_number" => Plain(column, One(column, value, "text")),
            "number" => Number(column, value),
            "checkbox" => Flag(column, value),
            "select" or "status" => Option(column, One(column, value, "the name of an option")),
            "multi_select" => Options(column, value),
            "date" => Date(column, value),
            "people" => await PeopleAsync(column, value, cancellationToken).ConfigureAwait(false),
            "relation" => await RelationAsync(column, value, cancellationToken).ConfigureAwait(false),
            "files" => Files(column, value),
            _ => throw RowErrors.Invalid(
                column, "is of a type that can't be written from rows", "Leave it out, or write it with -Body."),
        };

    /// <summary>The titles that a relation's value may name, and the data source that they are in.</summary>
    /// <returns>The path and the titles; null where it names none.</returns>
    public (string Source, IReadOnlyList<string> Titles)? TitlesIn(Column column, object? value)
    {
        if (column.Type != "relation" || value is null || SourceOf(column) is not { } source) return null;
        string[] titles =
            [.. Parts(value).Concat(value is string whole ? [whole.Trim()] : []).Where(p => IdOf(p, "pages") is null)
                .Select(CellText.Of)];
        return titles.Length == 0 ? null : (source, titles);
    }

    private static Cell Text(Column column, string text)
    {
        var pieces = new List<string>();
        for (int i = 0, length; i < text.Length; i += length)
        {
            length = Math.Min(LongestPiece, text.Length - i);
            if (i + length < text.Length && char.IsSurrogatePair(text, i + length - 1)) length--;
            pieces.Add($"{{\"type\":\"text\",\"text\":{{\"content\":{Cell.Quoted(text.Substring(i, length))}}}}}");
        }

        return pieces.Count <= MostEntries
            ? Cell.Of(column, text, $"[{string.Join(",", pieces)}]")
            : throw RowErrors.Invalid(
                column, $"can't have {text.Length} characters: Notion takes {MostEntries} pieces of {LongestPiece}",
                "Put the text into the page itself, as blocks.");
    }

    private static Cell Plain(Column column, string text) =>
        Cell.Of(column, text, text.Length == 0 ? "null" : Cell.Quoted(text));

    private static Cell Number(Column column, object value)
    {
        const string takes = "a number as it is written everywhere, such as 1234.5 or 1.5e3";
        string text = value is bool ? throw RowErrors.Refused(column, value, takes) : One(column, value, takes).Trim();
        if (text.Length == 0) return Cell.Of(column, string.Empty, "null");
        if (Grouped.IsMatch(text)) text = text.Replace(",", string.Empty);
        string canonical = Cell.NumberOf(text) ?? throw RowErrors.Refused(column, value, takes);
        return Cell.Of(column, canonical, JsonNumber.IsMatch(text) ? text : canonical);
    }

    private static Cell Flag(Column column, object value)
    {
        const string takes = "true, false, yes, no, 1 or 0";
        return (value is bool flag ? flag : One(column, value, takes).Trim().ToUpperInvariant() switch
        {
            "TRUE" or "YES" or "1" => true,
            "FALSE" or "NO" or "0" or "" => false,
            _ => throw RowErrors.Refused(column, value, takes),
        })
            ? Cell.Of(column, "true", "true") : Cell.Of(column, string.Empty, "false");
    }

    private static Cell Option(Column column, string name)
    {
        name = name.Trim();
        if (name.Length == 0) return Cell.Of(column, string.Empty, "null");
        string takes = column.Options.Count == 0 ? "the name of an option"
            : $"one of {string.Join(", ", column.Options.Select(RowErrors.Shown))}";
        if (!column.Options.Contains(name) && (column.Type == "status" || name.IndexOf(',') >= 0))
            throw RowErrors.Refused(
                column, name, column.Type == "status" ? takes : $"{takes}, or a name without a comma");
        return Cell.Of(column, name, Named(name));
    }

    private static Cell Options(Column column, object value)
    {
        List<string> names = [.. Parts(value).Select(CellText.Of).Distinct(StringComparer.Ordinal)];
        if (names.Find(n => n.IndexOf(',') >= 0) is { } odd)
            throw RowErrors.Refused(column, odd, "names of options, and none has a comma");
        return Cell.Many(column, Counted(column, names), Named);
    }

    private static Cell Date(Column column, object value)
    {
        object one = Single(column, value, DateCell.Takes);
        if (one is string { } text && text.Trim().Length == 0) return Cell.Of(column, string.Empty, "null");
        RowDate date = (one switch
        {
            string told => DateCell.Read(told),
            RowDate told => DateCell.Read(told),
            _ => null,
        })
            ?? throw RowErrors.Refused(column, value, DateCell.Takes);
        string end = date.End is null ? string.Empty : $",\"end\":{Cell.Quoted(date.End)}";
        string zone = date.TimeZone is null ? string.Empty : $",\"time_zone\":{Cell.Quoted(date.TimeZone)}";
        return Cell.Of(column, DateCell.Canonical(date), $"{{\"start\":{Cell.Quoted(date.Start)}{end}{zone}}}");
    }

    private async Task<Cell> PeopleAsync(Column column, object value, CancellationToken cancellationToken)
    {
        const string takes = "e-mail addresses, ids or full names of people of the workspace";
        var ids = new List<string>();
        foreach (object part in Parts(value))
        {
            IReadOnlyList<string> found = IdOf(part, "users") is { } id
                ? [id]
                : await lookup.PeopleAsync(CellText.Of(part), cancellationToken).ConfigureAwait(false);
            ids.Add(found.Count == 1 ? found[0] : throw RowErrors.Invalid(
                column,
                $"can't have the value {RowErrors.Shown(part)}, which is {Count(found.Count, "person", "people")}: " +
                    $"it takes {takes}",
                "Correct it, or pass the person's id (Invoke-NotionRequest users -All). E-mail addresses show only " +
                    "to integrations that may read them."));
        }

        return Cell.Many(column, Counted(column, ids), Reference);
    }

    private async Task<Cell> RelationAsync(Column column, object value, CancellationToken cancellationToken)
    {
        if (TitlesIn(column, value) is var (source, titles))
            await lookup.FindTitlesAsync(source, titles, cancellationToken).ConfigureAwait(false);

        // A title with a comma in it is one title, if there is such a page.
        bool isWhole = value is string whole && IdOf(whole.Trim(), "pages") is null && SourceOf(column) is { } related
            && whole.Trim().Length > 0 && lookup.Titled(related, whole.Trim()).Count > 0;
        IEnumerable<object> parts = isWhole ? [((string)value).Trim()] : Parts(value);
        IReadOnlyList<string> ids = [.. parts.Select(p => Page(column, p))];
        return Cell.Many(column, Counted(column, ids), Reference);
    }

    private string Page(Column column, object part)
    {
        const string takes = "ids, links or exact titles of pages";
        if (IdOf(part, "pages") is { } id) return id;
        IReadOnlyList<string> found =
            part is RowReference || SourceOf(column) is not { } source ? []
            : lookup.Titled(source, CellText.Of(part));
        return found.Count == 1 ? found[0] : throw RowErrors.Invalid(
            column,
            $"can't have the value {RowErrors.Shown(part)}, which is the title of " +
                $"{Count(found.Count, "related page", "related pages")}: it takes {takes}",
            "Correct it, or pass the page's id. The related pages must be shared with the integration, too.");
    }

    private string? SourceOf(Column column) => hasDataSources
        ? NotionLink.PathOf("data_source", JsonText.StringOf(column.Settings, "data_source_id"))
        : NotionLink.PathOf("database", JsonText.StringOf(column.Settings, "database_id"));

    private static Cell Files(Column column, object value)
    {
        object[] files = value is string text
            ? [.. BetweenAddresses.Split(text).Select(a => a.Trim()).Where(a => a.Length > 0)]
            : [.. Parts(value)];
        foreach (object file in files)
            if (file is not RowReference { Room: "file_uploads" }
                && !(file is string address && Uri.TryCreate(address, UriKind.Absolute, out Uri? uri)
                    && uri.Scheme is "http" or "https"))
                throw RowErrors.Refused(column, file, "addresses (https://…) and file uploads");
        Counted(column, files);
        return new Cell(
            column, Cell.Set(files.Select(CellText.Of)),
            now => $"[{string.Join(",", files.Select(f => FileJson(f, now)))}]");
    }

    // A file that the page has stays what it is: one that Notion keeps isn't turned into an address that ends.
    private static string FileJson(object file, JsonElement? now)
    {
        if (file is RowReference upload)
            return $"{{\"type\":\"file_upload\",\"file_upload\":{{\"id\":\"{upload.Id}\"}}" +
                $"{(upload.Name is null ? string.Empty : $",\"name\":{Cell.Quoted(upload.Name)}")}}}";
        string address = (string)file;
        if (now is { } property && property.TryGetProperty("files", out JsonElement files))
            foreach (JsonElement there in RowValue.Items(files))
                if (Cell.FileOf(there) is var known && (known == address
                    || (known == address.Split('?')[0] && JsonText.StringOf(there, "type") != "external")))
                    return there.GetRawText();
        string name = Uri.UnescapeDataString(new Uri(address).Segments.Last().Trim('/'));
        if (name.Length == 0) name = new Uri(address).Host;
        if (name.Length > LongestFileName) name = name.Substring(name.Length - LongestFileName);
        string external = $"{{\"url\":{Cell.Quoted(address)}}}";
        return $"{{\"type\":\"external\",\"name\":{Cell.Quoted(name)},\"external\":{external}}}";
    }

    private static string Count(int count, string one, string many) => count == 0 ? $"no {one}" : $"{count} {many}";

    private static string Named(string name) => $"{{\"name\":{Cell.Quoted(name)}}}";

    private static string Reference(string id) => $"{{\"id\":{Cell.Quoted(id)}}}";

    private static IReadOnlyList<T> Counted<T>(Column column, IReadOnlyList<T> entries) =>
        entries.Count <= MostEntries ? entries : throw RowErrors.Invalid(
            column, $"can't have {entries.Count} values: Notion takes {MostEntries} at once", "Write fewer of them.");

    private static string? IdOf(object part, string room)
    {
        if (part is RowReference reference) return reference.Room == room ? reference.Id : null;
        if (part is not string text) return null;
        if (Guid.TryParseExact(text, "N", out Guid id) || Guid.TryParseExact(text, "D", out id)) return id.ToString();
        string path = NotionLink.ToPath(text);
        return path != text && path.StartsWith($"{room}/", StringComparison.Ordinal)
            ? path.Substring(room.Length + 1) : null;
    }

    // A text as CSV has it, at its commas; a list as it is. What is empty in them is nothing.
    private static IEnumerable<object> Parts(object value) =>
        (value switch
        {
            string text => text.Split(','),
            RowList list => list.SelectMany(i => i is RowList inner ? inner : (IEnumerable<object?>)[i]),
            _ => (IEnumerable<object?>)[value],
        }).Select(p => p is string text ? text.Trim() : p).OfType<object>().Where(p => p is not "");

    private static object Single(Column column, object value, string takes)
    {
        if (value is not RowList list) return value;
        return list.Count == 0 ? string.Empty
            : list.Count == 1 && list[0] is { } one ? one
            : throw RowErrors.Refused(column, value, $"{takes}, and one alone");
    }

    private static string One(Column column, object value, string takes) =>
        Single(column, value, takes) is var one && one is string or bool or RowNumber or RowReference or RowDate
            ? CellText.Of(one) : throw RowErrors.Refused(column, value, takes);
}
