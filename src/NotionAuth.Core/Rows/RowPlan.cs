using System.Collections.Generic;
using System.Linq;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Rows;

/// <summary>What is done for a row.</summary>
/// <param name="Row">The row.</param>
/// <param name="Label">What the row is called.</param>
internal sealed record RowPlan(InputRow Row, string Label)
{
    /// <summary>Why nothing can be done; null where something can.</summary>
    public NotionAuthException? Error { get; init; }

    /// <summary>The row that has its key; null for a new one.</summary>
    public FoundRow? Found { get; init; }

    /// <summary>The schema that the cells were made for.</summary>
    public RowSchema? Schema { get; init; }

    /// <summary>What is written.</summary>
    public IReadOnlyList<Cell> Cells { get; init; } = [];

    /// <summary>Whether the row is there, and has all values already.</summary>
    public bool IsLeft => Found is not null && Cells.Count == 0;

    /// <summary>What is done, in words: 'Change Name, Tags'.</summary>
    public string Action => IsLeft ? "Leave as it is" : Found is null ? $"Create with {Names}" : $"Change {Names}";

    private string Names =>
        Cells.Count == 0 ? "nothing" : string.Join(", ", Cells.Select(c => Redaction.OneLine(c.Column.Name)));
}
