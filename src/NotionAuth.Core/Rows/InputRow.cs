using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace NotionAuth.Core.Rows;

/// <summary>A row that is to be written.</summary>
/// <param name="Number">Its number in the input, from 1.</param>
/// <param name="Values">Its values by the names of their columns. A value is null, a text, a Boolean, a
/// <see cref="RowNumber"/>, a <see cref="RowDate"/>, a <see cref="RowReference"/> or a <see cref="RowList"/>.</param>
internal sealed record InputRow(int Number, IReadOnlyList<KeyValuePair<string, object?>> Values);

/// <summary>A date with its parts, as Notion has it.</summary>
/// <param name="Start">Its beginning.</param>
/// <param name="End">Its end; null for none.</param>
/// <param name="TimeZone">The time zone of both; null for none.</param>
internal sealed record RowDate(string Start, string? End, string? TimeZone);

/// <summary>An object that Notion returned: a page, a person, a file upload.</summary>
/// <param name="Path">Its path, such as <c>pages/…</c>.</param>
/// <param name="Name">The name of a file; null for none.</param>
internal sealed record RowReference(string Path, string? Name = null)
{
    /// <summary>What it is: pages, users, file_uploads.</summary>
    public string Room => Path.Split('/')[0];

    /// <summary>Its id.</summary>
    public string Id => Path.Split('/')[1];
}

/// <summary>The text of a row's value, as CSV has it.</summary>
internal static class CellText
{
    /// <summary>Makes the text; empty for null.</summary>
    public static string Of(object? value) => value switch
    {
        null => string.Empty,
        string text => text,
        bool flag => flag ? "true" : "false",
        RowNumber number => Encoding.ASCII.GetString(number.Utf8.ToArray()),
        RowReference reference => reference.Id,
        RowDate { End: null } date => date.Start,
        RowDate date => $"{date.Start}/{date.End}",
        RowList list => string.Join(", ", list.Select(Of)),
        _ => System.Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
    };
}
