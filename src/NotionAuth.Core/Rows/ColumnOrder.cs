using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Rows;

/// <summary>The order of a data source's columns, which is asked for once in a process.</summary>
/// <param name="client">The client.</param>
/// <param name="request">The request that the rows come from: its version and its bounds count here, too.</param>
internal sealed class ColumnOrder(NotionClient client, NotionRequest request)
{
    private static readonly ConcurrentDictionary<(string Origin, string Path), IReadOnlyDictionary<string, int>> Known =
        new();

    private static readonly Dictionary<string, int> None = [];

    private readonly ConcurrentDictionary<string, bool> _unreadable = new(StringComparer.Ordinal);

    /// <summary>The places of the columns that a page has, by their ids.</summary>
    /// <param name="page">The page.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The places; none where the page is in no data source, or in one that can't be read.</returns>
    public async Task<IReadOnlyDictionary<string, int>> OfAsync(JsonElement page, CancellationToken cancellationToken)
    {
        if (PathOf(page) is not { } path || _unreadable.ContainsKey(path)) return None;
        (string, string) key = (client.OriginOf(request), path);
        if (Known.TryGetValue(key, out IReadOnlyDictionary<string, int>? order)) return order;
        try
        {
            return Known[key] = await ReadAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException)
        {
            // The rows are there all the same, in the order in which the page has its columns.
            _unreadable[path] = true;
            return None;
        }
    }

    private string? PathOf(JsonElement page)
    {
        if (!page.TryGetProperty("parent", out JsonElement parent)) return null;
        bool hasSources = client.HasDataSources(request);
        return NotionLink.PathOf(
            hasSources ? "data_source" : "database",
            JsonText.StringOf(parent, hasSources ? "data_source_id" : "database_id"));
    }

    private async Task<IReadOnlyDictionary<string, int>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        NotionReply reply = await client.SendAsync(request.Reading(path), cancellationToken).ConfigureAwait(false);
        using JsonDocument body = reply.ParseJson();
        if (body.RootElement.ValueKind != JsonValueKind.Object
            || !body.RootElement.TryGetProperty("properties", out JsonElement columns)
            || columns.ValueKind != JsonValueKind.Object) throw reply.Invalid("has no columns");
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (JsonProperty column in columns.EnumerateObject())
            if (JsonText.StringOf(column.Value, "id") is { } id) places[id] = places.Count;
        return places;
    }
}
