using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
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
    private static readonly ConcurrentDictionary<(string Origin, string Path), IReadOnlyList<string>> Known = new();

    private readonly ConcurrentDictionary<string, bool> _unreadable = new(StringComparer.Ordinal);

    /// <summary>The ids of the columns that a page has, in order.</summary>
    /// <param name="page">The page.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The ids; none where the page is in no data source, or in one that can't be read.</returns>
    public async Task<IReadOnlyList<string>> OfAsync(JsonElement page, CancellationToken cancellationToken)
    {
        if (PathOf(page) is not { } path || _unreadable.ContainsKey(path)) return [];
        (string, string) key = (client.OriginOf(request), path);
        if (Known.TryGetValue(key, out IReadOnlyList<string>? order)) return order;
        try
        {
            return Known[key] = await ReadAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException)
        {
            // The rows are there all the same, in the order in which the page has its columns.
            _unreadable[path] = true;
            return [];
        }
    }

    private string? PathOf(JsonElement page)
    {
        if (!page.TryGetProperty("parent", out JsonElement parent)) return null;
        bool hasSources = NotionVersion.HasDataSources(request.NotionVersion ?? client.NotionVersion);
        return NotionLink.PathOf(
            hasSources ? "data_source" : "database",
            JsonText.StringOf(parent, hasSources ? "data_source_id" : "database_id"));
    }

    private async Task<IReadOnlyList<string>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        NotionReply reply = await client.SendAsync(
            request with { Path = path, Method = HttpMethod.Get, Query = [], Body = null, ReturnsErrorReplies = false },
            cancellationToken).ConfigureAwait(false);
        using JsonDocument body = reply.ParseJson();
        if (body.RootElement.ValueKind != JsonValueKind.Object
            || !body.RootElement.TryGetProperty("properties", out JsonElement columns)
            || columns.ValueKind != JsonValueKind.Object) throw reply.Invalid("has no columns");
        return [.. columns.EnumerateObject().Select(c => JsonText.StringOf(c.Value, "id")).OfType<string>()];
    }
}
