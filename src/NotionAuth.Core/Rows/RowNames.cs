using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Rows;

/// <summary>
/// The names of a row's columns. Id and Url are the page's own; PowerShell can't tell names apart that differ in case
/// alone. So some columns have another name in a row than in Notion, and go back under either.
/// </summary>
internal sealed class RowNames
{
    /// <summary>The name of the page's id in a row.</summary>
    public const string Id = "Id";

    /// <summary>The name of the page's address in a row.</summary>
    public const string Url = "Url";

    private readonly Dictionary<string, Column> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Column> _shown = new(StringComparer.OrdinalIgnoreCase);
    private readonly RowSchema _schema;

    /// <summary>Makes the names of a data source's columns.</summary>
    /// <param name="schema">The columns.</param>
    /// <param name="reserved">Names that no column may have, in any case.</param>
    public RowNames(RowSchema schema, IReadOnlyCollection<string> reserved)
    {
        _schema = schema;
        HashSet<string> taken = Taken(reserved);
        foreach (Column column in schema.Columns)
        {
            _exact[column.Name] = column;
            _shown[Free(column.Name, taken)] = column;
        }
    }

    /// <summary>The names that are taken before the first column.</summary>
    public static HashSet<string> Taken(IReadOnlyCollection<string> reserved) =>
        new(reserved, StringComparer.OrdinalIgnoreCase) { Id, Url };

    /// <summary>Finds a free name: 'Id (2)' beside Id, and 'name (2)' beside Name.</summary>
    public static string Free(string name, HashSet<string> taken)
    {
        string free = name.Length == 0 ? "(2)" : name;
        for (int i = 2; !taken.Add(free); i++)
            free = string.Format(CultureInfo.InvariantCulture, "{0} ({1})", name, i);
        return free;
    }

    /// <summary>The column of a name, in Notion's spelling or the row's.</summary>
    /// <returns>The column; null where there is none.</returns>
    public Column? Find(string name) =>
        _exact.TryGetValue(name, out Column? column) || _shown.TryGetValue(name, out column)
            ? column
            : _schema.Columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The columns of a row's values.</summary>
    /// <param name="values">The values by name.</param>
    /// <returns>The columns with their values. What is the page's own isn't among them.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.PropertyNotFound"/>,
    /// <see cref="ErrorIds.PropertyValueInvalid"/>: a column stands twice.</exception>
    public Dictionary<Column, object?> ColumnsOf(IReadOnlyList<KeyValuePair<string, object?>> values)
    {
        var columns = new Dictionary<Column, object?>(values.Count);
        foreach (KeyValuePair<string, object?> value in values)
        {
            if (IsOfPage(value, values)) continue;
            Column column = Find(value.Key) ?? throw NotFound(value.Key);
            if (columns.ContainsKey(column))
                throw RowErrors.Invalid(column, "stands twice in the row", "Leave one of the two out.");
            columns.Add(column, value.Value);
        }

        return columns;
    }

    /// <summary>The error for a name that no column has.</summary>
    public NotionAuthException NotFound(string name)
    {
        string? near = _schema.Columns.Select(c => (c.Name, Distance: TextDistance.Between(c.Name, name)))
            .Where(c => c.Distance <= Math.Max(1, name.Length / 3)).OrderBy(c => c.Distance).FirstOrDefault().Name;
        string all = string.Join(", ", _schema.Columns.Select(c => $"'{Redaction.OneLine(c.Name)}'"));
        return new NotionAuthException(
            ErrorIds.PropertyNotFound, NotionErrorKind.NotFound,
            $"There is no column '{Redaction.Scrub(name)}'. The columns are: {all}.",
            near is null ? "Rename it, or leave it out (Select-Object -ExcludeProperty)."
                : $"Did you mean '{Redaction.OneLine(near)}'?");
    }

    // What -AsRow gives has the page's id and address in it, and a column of that name under another one.
    private bool IsOfPage(KeyValuePair<string, object?> value, IReadOnlyList<KeyValuePair<string, object?>> values)
    {
        bool isId = string.Equals(value.Key, Id, StringComparison.OrdinalIgnoreCase);
        if (!isId && !string.Equals(value.Key, Url, StringComparison.OrdinalIgnoreCase)) return false;
        if (Find(value.Key) is { } column)
            return values.Any(v => !string.Equals(v.Key, value.Key, StringComparison.OrdinalIgnoreCase)
                && _shown.TryGetValue(v.Key, out Column? shown) && shown == column);
        return value.Value is null or "" || (isId ? Guid.TryParse(value.Value as string, out _)
            : Uri.TryCreate(value.Value as string, UriKind.Absolute, out _));
    }
}
