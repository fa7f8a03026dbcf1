using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Api;

/// <summary>
/// Walks a list page by page. The cursor stands in the query of a GET and in the body of a POST.
/// Source: developers.notion.com/reference/intro (pagination).
/// </summary>
public static class Paginator
{
    /// <summary>The most that Notion gives in one page.</summary>
    public const int MaximumPageSize = 100;

    /// <summary>Fetches the pages in order, one ahead of the one that is being used at most.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request of the first page.</param>
    /// <param name="pageSize">How many items a page has, 1 to 100; null for 100.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The pages. A reply that isn't a list is one page with that reply as its item.</returns>
    /// <exception cref="NotionAuthException">As <see cref="NotionClient.SendAsync(NotionRequest, CancellationToken)"/>; <see cref="ErrorIds.RepeatedCursor"/>, <see cref="ErrorIds.InvalidBody"/>.</exception>
    public static async IAsyncEnumerable<NotionPage> PagesAsync(
        NotionClient client, NotionRequest request, int? pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ahead = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Task<NotionPage> next = FetchAsync(client, request, pageSize ?? MaximumPageSize, null, ahead.Token);
        try
        {
            while (true)
            {
                NotionPage page = await next.ConfigureAwait(false);
                if (page.NextCursor is null)
                {
                    yield return page;
                    yield break;
                }

                if (!seen.Add(page.NextCursor))
                    throw new NotionAuthException(
                        ErrorIds.RepeatedCursor, NotionErrorKind.InvalidData, "Notion named a next page that was read already: the list would never end.",
                        "Run the command again; if it happens again, report the path to Notion's support.")
                    { Target = Redaction.Scrub(request.Path) };
                next = FetchAsync(client, request, pageSize ?? MaximumPageSize, page.NextCursor, ahead.Token);
                yield return page;
            }
        }
        finally
        {
            // The consumer may have stopped: the page ahead isn't wanted any more, nor is its failure.
            ahead.Cancel();
            await Task.WhenAny(next).ConfigureAwait(false);
            _ = next.Exception;
        }
    }

    private static async Task<NotionPage> FetchAsync(
        NotionClient client, NotionRequest request, int pageSize, string? cursor, CancellationToken cancellationToken)
    {
        NotionResponse response = await client.SendAsync(With(request, pageSize, cursor), cancellationToken).ConfigureAwait(false);
        return PageReader.Read(response) ?? new NotionPage([response.Body], null, false);
    }

    /// <summary>Gives a request a page size and a cursor, where its method takes them.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pageSize">The page size.</param>
    /// <param name="cursor">The cursor, or null for the first page.</param>
    /// <returns>The request.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidBody"/>: its body is no JSON object.</exception>
    public static NotionRequest With(NotionRequest request, int pageSize, string? cursor)
    {
        var parameters = new List<KeyValuePair<string, string>> { new("page_size", pageSize.ToString(CultureInfo.InvariantCulture)) };
        if (cursor is not null) parameters.Add(new("start_cursor", cursor));
        if (request.Method == HttpMethod.Get)
            return request with { Query = [.. request.Query.Where(q => parameters.All(p => p.Key != q.Key)), .. parameters] };
        return request with { Body = Merge(request.Body, pageSize, cursor) };
    }

    private static byte[] Merge(byte[]? body, int pageSize, string? cursor)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (body is { Length: > 0 })
            {
                using JsonDocument document = Parse(body);
                foreach (JsonProperty property in document.RootElement.EnumerateObject())
                    if (property.Name != "page_size" && (cursor is null || property.Name != "start_cursor")) property.WriteTo(writer);
            }

            writer.WriteNumber("page_size", pageSize);
            if (cursor is not null) writer.WriteString("start_cursor", cursor);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static JsonDocument Parse(byte[] body)
    {
        try
        {
            JsonDocument document = JsonDocument.Parse(body, NotionResponse.Limits);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
        }
        catch (JsonException)
        {
            // Reported below.
        }

        throw new NotionAuthException(
            ErrorIds.InvalidBody, NotionErrorKind.InvalidArgument, "The body of a paginated request must be a JSON object.", "Pass a hashtable or a JSON object with -Body.");
    }
}
