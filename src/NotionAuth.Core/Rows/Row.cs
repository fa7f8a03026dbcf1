using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Linq;

namespace NotionAuth.Core.Rows;

/// <summary>A page as a row of plain values.</summary>
/// <param name="Columns">Id and Url first, then the columns in their order; names differ in more than case. A value is
/// null, a text, a Boolean, a <see cref="RowNumber"/> or a <see cref="RowList"/>.</param>
internal sealed record Row(IReadOnlyList<KeyValuePair<string, object?>> Columns);

/// <summary>A number as Notion wrote it, which no type of .NET's holds in every case.</summary>
/// <param name="Utf8">Its JSON.</param>
internal sealed record RowNumber(ReadOnlyMemory<byte> Utf8);

/// <summary>Several values of one column. As text, and so in CSV, they are joined.</summary>
/// <param name="values">The values.</param>
public sealed class RowList(IList<object?> values) : ReadOnlyCollection<object?>(values)
{
    /// <inheritdoc/>
    public override string ToString() =>
        string.Join(", ", this.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)));
}
