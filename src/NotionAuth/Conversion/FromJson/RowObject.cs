using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using NotionAuth.Conversion.ToJson;
using NotionAuth.Core.Api;
using NotionAuth.Core.Rows;

namespace NotionAuth.Conversion.FromJson;

/// <summary>Makes PowerShell's objects of rows.</summary>
internal static class RowObject
{
    private const string TypeName = "Notion.Row";

    /// <summary>Names that PowerShell keeps for itself.</summary>
    public static IReadOnlyCollection<string> Reserved { get; } =
        ["psobject", "psbase", "psadapted", "psextended", "pstypenames"];

    /// <summary>Makes the object.</summary>
    public static PSObject Of(Row row)
    {
        PSObject made = LazyObject.New(row.Columns.Count);
        foreach (KeyValuePair<string, object?> column in row.Columns)
            made.Properties.Add(new PSNoteProperty(column.Key, ValueOf(column.Value)), preValidated: true);
        made.TypeNames.Insert(0, TypeName);
        return made;
    }

    /// <summary>The path of the page that a row is; null where the object is no row.</summary>
    public static string? PathOf(PSObject value) =>
        value.TypeNames.Any(n => n is TypeName or $"Deserialized.{TypeName}")
            ? NotionLink.PathOf("page", (value.Properties["Id"] as PSNoteProperty)?.Value as string) : null;

    private static object? ValueOf(object? value) => value switch
    {
        RowNumber number => JsonNumber.Parse(number.Utf8.Span),
        RowList list when list.Any(v => v is RowNumber) => new RowList([.. list.Select(ValueOf)]),
        _ => value,
    };
}
