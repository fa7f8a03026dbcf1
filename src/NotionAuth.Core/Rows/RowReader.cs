using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Rows;

/// <summary>Makes rows of pages. What a page shows cut is read to its end.</summary>
/// <param name="client">The client.</param>
/// <param name="request">The request that the pages come from.</param>
/// <param name="reserved">Names that no column may have, in any case.</param>
internal sealed class RowReader(NotionClient client, NotionRequest request, IReadOnlyCollection<string> reserved)
{
    private readonly ColumnOrder _order = new(client, request);

    /// <summary>Makes a row.</summary>
    /// <param name="json">A page; JSON in UTF-8.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The row; null where it is no page.</returns>
    /// <exception cref="NotionAuthException">What a page shows cut couldn't be read.</exception>
    public async Task<Row?> ReadAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        using JsonDocument? document = DocumentOf(json);
        if (document is null || JsonText.StringOf(document.RootElement, "object") != "page") return null;
        JsonElement page = document.RootElement;
        string? id = JsonText.StringOf(page, "id");
        var columns = new List<KeyValuePair<string, object?>>
        {
            new(RowNames.Id, id), new(RowNames.Url, JsonText.StringOf(page, "url")),
        };
        HashSet<string> taken = RowNames.Taken(reserved);
        IReadOnlyDictionary<string, int> places = await _order.OfAsync(page, cancellationToken).ConfigureAwait(false);
        foreach (JsonProperty property in InOrder(page, places))
        {
            IReadOnlyList<JsonElement>? entries =
                await CutProperty.EntriesAsync(client, request, id, property.Value, cancellationToken)
                    .ConfigureAwait(false);
            columns.Add(new(RowNames.Free(property.Name, taken), RowValue.Of(property.Value, entries)));
        }

        return new Row(columns);
    }

    // Names that can't be read can only be where something is escaped, or isn't UTF-8; looking at every name is most of
    // what a row costs.
    private static JsonDocument? DocumentOf(ReadOnlyMemory<byte> json)
    {
        if (json.Span.IndexOf("\\u"u8) >= 0 || !JsonString.IsUtf8(json.Span)) return JsonText.Parse(json);
        try
        {
            return JsonDocument.Parse(json, JsonText.Limits);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<JsonProperty> InOrder(JsonElement page, IReadOnlyDictionary<string, int> places)
    {
        if (!page.TryGetProperty("properties", out JsonElement properties)
            || properties.ValueKind != JsonValueKind.Object) return [];
        if (places.Count == 0) return properties.EnumerateObject();
        return properties.EnumerateObject().OrderBy(p =>
            JsonText.StringOf(p.Value, "id") is { } id && places.TryGetValue(id, out int place)
                ? place : int.MaxValue);
    }
}
