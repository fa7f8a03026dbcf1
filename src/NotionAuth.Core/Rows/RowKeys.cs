using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Rows;

/// <summary>A row on its way to a plan.</summary>
/// <param name="row">The row.</param>
internal sealed class Draft(InputRow row)
{
    /// <summary>The row.</summary>
    public InputRow Row { get; } = row;

    /// <summary>Its values.</summary>
    public Dictionary<Column, object?> Values { get; set; } = [];

    /// <summary>Its key: what is compared, and what Notion is asked for.</summary>
    public (string Canonical, string Json)? Key { get; set; }

    /// <summary>The row that has its key; null for none.</summary>
    public FoundRow? Found { get; set; }

    /// <summary>What is wrong with it; null for nothing.</summary>
    public NotionAuthException? Error { get; set; }

    /// <summary>What it is called.</summary>
    public string Label { get; set; } = $"Row {row.Number}";
}

/// <summary>Finds the rows that are there by their keys.</summary>
/// <param name="name">The key's column.</param>
/// <param name="target">The data source.</param>
/// <param name="lookup">Queries it.</param>
/// <param name="cells">Reads keys.</param>
internal sealed class RowKeys(string name, RowTarget target, RowLookup lookup, CellReader cells)
{
    // Those that have a filter by which a value is found, and no other with it.
    private static readonly string[] Types =
        ["title", "rich_text", "url", "email", "phone_number", "number", "select", "status", "unique_id"];

    private static readonly Regex Number = new(@"^(?:.*-)?(?<number>\d+)$", RegexOptions.CultureInvariant);

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>The column.</summary>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.PropertyNotFound"/>,
    /// <see cref="ErrorIds.PropertyValueInvalid"/>: it is of a type that can't be a key.</exception>
    public Column Column
    {
        get
        {
            Column column = target.Names.Find(name) ?? throw target.Names.NotFound(name);
            return Types.Contains(column.Type) ? column : throw RowErrors.Invalid(
                column, "can't be a key", $"Pass a column of one of these types: {string.Join(", ", Types)}.");
        }
    }

    /// <summary>Reads the key of a row.</summary>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.PropertyValueInvalid"/>: it has none;
    /// <see cref="ErrorIds.KeyNotUnique"/>: a row before it has the same.</exception>
    public async Task ReadAsync(Draft draft, CancellationToken cancellationToken)
    {
        Column column = Column;
        draft.Key = await KeyOfAsync(column, draft, cancellationToken).ConfigureAwait(false);
        draft.Label = $"Row {draft.Row.Number} ({Redaction.OneLine(column.Name)} " +
            $"{RowErrors.Shown(draft.Values.First(v => v.Key.Name == column.Name).Value)})";
        if (!_seen.Add(draft.Key.Value.Canonical))
            throw new NotionAuthException(
                ErrorIds.KeyNotUnique, NotionErrorKind.InvalidArgument,
                "A row before it in the input has the same key. Nothing was done for this one.",
                "Keep one of the two (Sort-Object -Unique), or choose another -Key.");
    }

    /// <summary>Finds the rows that have the keys of others, in as few queries as there can be.</summary>
    public async Task FindAsync(IReadOnlyList<Draft> drafts, CancellationToken cancellationToken)
    {
        Column column = Column;
        var found = new Dictionary<string, List<FoundRow>>(StringComparer.Ordinal);
        foreach (Draft draft in drafts) found[draft.Key!.Value.Canonical] = [];
        string[] conditions =
            [.. drafts.Select(d => RowLookup.Condition(column.Name, column.Type, d.Key!.Value.Json))];
        await foreach (FoundRow row in lookup.QueryAsync(target.Schema.Path, conditions, cancellationToken)
            .ConfigureAwait(false))
            if (row.Page.TryGetProperty("properties", out JsonElement properties)
                && properties.TryGetProperty(column.Name, out JsonElement property)
                && found.TryGetValue(Cell.CanonicalOf(property, null), out List<FoundRow>? same)) same.Add(row);
        foreach (Draft draft in drafts)
        {
            List<FoundRow> same = found[draft.Key!.Value.Canonical];
            if (same.Count > 1) draft.Error = Several(same);
            draft.Found = same.Count == 1 ? same[0] : null;
        }
    }

    private static NotionAuthException Several(List<FoundRow> rows)
    {
        string ids = string.Join(", ", rows.Take(5).Select(r => JsonText.StringOf(r.Page, "id")));
        return new NotionAuthException(
            ErrorIds.KeyNotUnique, NotionErrorKind.InvalidData,
            $"{rows.Count} rows of the data source have this key: {ids}. None of them was changed.",
            "Remove the others, or choose another -Key.");
    }

    private async Task<(string Canonical, string Json)> KeyOfAsync(
        Column column, Draft draft, CancellationToken cancellationToken)
    {
        object? value = draft.Values.FirstOrDefault(v => v.Key.Name == column.Name).Value;
        if (value is null || CellText.Of(value).Trim().Length == 0)
            throw RowErrors.Invalid(
                column, "is the key, and the row has no value for it", "Give it one, or leave the row out.");
        if (column.Type == "unique_id")
            return Number.Match(CellText.Of(value).Trim()) is { Success: true } match
                ? (match.Groups["number"].Value.TrimStart('0'), match.Groups["number"].Value.TrimStart('0'))
                : throw RowErrors.Refused(column, value, "a number, or one with its prefix such as PRE-7");
        Cell cell = await cells.ReadAsync(column, value, cancellationToken).ConfigureAwait(false);
        return (cell.Canonical, column.Type == "number" ? cell.Json(null) : Cell.Quoted(cell.Canonical));
    }
}
