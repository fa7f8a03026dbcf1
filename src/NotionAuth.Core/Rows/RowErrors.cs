using NotionAuth.Core.Common;

namespace NotionAuth.Core.Rows;

/// <summary>The errors of rows. Each names its column here, and its row where that is known.</summary>
internal static class RowErrors
{
    private const int LongestValue = 60;

    /// <summary>A value that a column doesn't take.</summary>
    /// <param name="column">The column.</param>
    /// <param name="why">What is wrong, behind the column's name.</param>
    /// <param name="action">What to do next.</param>
    public static NotionAuthException Invalid(Column column, string why, string action) => new(
        ErrorIds.PropertyValueInvalid, NotionErrorKind.InvalidArgument,
        $"The column '{Redaction.OneLine(column.Name)}' ({column.Type}) {why}.", action);

    /// <summary>The same with the value in it.</summary>
    /// <param name="column">The column.</param>
    /// <param name="value">The value.</param>
    /// <param name="takes">What the column takes.</param>
    public static NotionAuthException Refused(Column column, object? value, string takes) =>
        Invalid(column, $"can't have the value {Shown(value)}: it takes {takes}", "Correct the value.");

    /// <summary>A value as a message shows it.</summary>
    public static string Shown(object? value)
    {
        string text = Redaction.Scrub(CellText.Of(value));
        return text.Length > LongestValue ? $"'{text.Substring(0, LongestValue)}…'" : $"'{text}'";
    }
}
