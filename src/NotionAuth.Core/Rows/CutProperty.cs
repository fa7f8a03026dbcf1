using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Api.Lists;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Rows;

/// <summary>Reads what a page shows cut.</summary>
internal static class CutProperty
{
    /// <summary>All entries of a property.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request whose version and bounds count here, too.</param>
    /// <param name="page">The page's id; null where it has none.</param>
    /// <param name="property">The property as the page shows it.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The entries; null where the page shows all of them.</returns>
    /// <exception cref="NotionAuthException">They couldn't be read.</exception>
    public static async ValueTask<IReadOnlyList<JsonElement>?> EntriesAsync(
        NotionClient client, NotionRequest request, string? page, JsonElement property,
        CancellationToken cancellationToken)
    {
        if (page is null || !RowValue.IsCut(property)) return null;
        string type = JsonText.StringOf(property, "type")!;
        string id = JsonText.StringOf(property, "id") ?? string.Empty;
        // Notion's ids of properties are encoded already; one with a character that a path can't have isn't.
        if (id.Any(c => c is not ('%' or '-' or '_' or '.' or '~') && !(c < 128 && char.IsLetterOrDigit(c))))
            id = Uri.EscapeDataString(id);
        NotionRequest whole = request.Reading($"pages/{page}/properties/{id}");
        var entries = new List<JsonElement>();
        await foreach (NotionPage part in Paginator.PagesAsync(client, whole, null, cancellationToken)
            .ConfigureAwait(false))
            foreach (ReadOnlyMemory<byte> item in part.Items)
            {
                using JsonDocument entry = JsonDocument.Parse(item, JsonText.Limits);
                if (entry.RootElement.ValueKind == JsonValueKind.Object
                    && entry.RootElement.TryGetProperty(type, out JsonElement content)) entries.Add(content.Clone());
            }

        return entries;
    }
}
