using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Rows;

/// <summary>The order of a data source's columns.</summary>
/// <param name="client">The client.</param>
/// <param name="request">The request that the rows come from: its version and its bounds count here, too.</param>
internal sealed class ColumnOrder(NotionClient client, NotionRequest request)
{
    private static readonly Dictionary<string, int> None = [];

    private readonly ConcurrentDictionary<string, bool> _unreadable = new(StringComparer.Ordinal);

    /// <summary>The places of the columns that a page has, by their ids.</summary>
    /// <param name="page">The page.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The places; none where the page is in no data source, or in one that can't be read.</returns>
    public async Task<IReadOnlyDictionary<string, int>> OfAsync(JsonElement page, CancellationToken cancellationToken)
    {
        if (PathOf(page) is not { } path || _unreadable.ContainsKey(path)) return None;
        try
        {
            return (await RowSchema.OfAsync(client, request, path, cancellationToken).ConfigureAwait(false))
                .Schema.Places;
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
}
