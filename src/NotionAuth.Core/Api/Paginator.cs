using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Http;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Api;

/// <summary>
/// Walks a list page by page. The cursor stands in the query of a GET and in the body of a POST; after a view's query has been made (POST), its
/// further pages are read (GET). Source: developers.notion.com/reference/intro (pagination).
/// </summary>
public static class Paginator
{
    /// <summary>The most that Notion gives in one page.</summary>
    public const int MaximumPageSize = 100;

    // Notion may leave out of a page what the integration doesn't see, but not of so many.
    private const int MaximumEmptyPages = 1000;

    /// <summary>Fetches the pages in order, one ahead of the one that is being used at most.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request of the first page.</param>
    /// <param name="pageSize">How many items a page has, 1 to 100; null for what the request says itself, else 100 where the endpoint is known to be a list.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <param name="turn">Nothing beyond the first page is fetched before this has ended; null for no such wait.</param>
    /// <returns>The pages. A reply that isn't a list is one page with that reply as its item; one without a body (204) is an empty page.</returns>
    /// <exception cref="NotionAuthException">As <see cref="NotionClient.SendAsync(NotionRequest, CancellationToken)"/>; <see cref="ErrorIds.RepeatedCursor"/>, <see cref="ErrorIds.InvalidBody"/>, <see cref="ErrorIds.InvalidReply"/>.</exception>
    public static async IAsyncEnumerable<NotionPage> PagesAsync(
        NotionClient client, NotionRequest request, int? pageSize, [EnumeratorCancellation] CancellationToken cancellationToken, Task? turn = null)
    {
        using var ahead = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        request = First(request, pageSize);
        int emptyPages = 0;
        Task<NotionPage> next = FetchFirstAsync(client, request, ahead.Token);
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

                emptyPages = page.Items.Count == 0 ? emptyPages + 1 : 0;
                if (emptyPages == MaximumEmptyPages) throw page.Response.Invalid($"is the {MaximumEmptyPages}th empty page on end, and names another one");

                // As a digest, so that a list without end takes little memory however long its cursors are.
                if (!seen.Add(Digest.Sha256(page.NextCursor)))
                    throw new NotionAuthException(
                        ErrorIds.RepeatedCursor, NotionErrorKind.InvalidData, "Notion named a next page that was read already: the list would never end.",
                        "Run the command again; if it happens again, report the path to Notion's support.")
                    { Target = Redaction.Scrub(request.Path) };
                request = Next(request, page);
                next = FetchAheadAsync(client, request, turn, ahead.Token);
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

    /// <summary>Makes a request that asks for pages of one size.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pageSize">The page size.</param>
    /// <returns>The request.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidBody"/>: its body is no JSON object.</exception>
    public static NotionRequest WithPageSize(NotionRequest request, int pageSize) => PageParameters.Set(request, pageSize, null);

    private static NotionRequest First(NotionRequest request, int? pageSize)
    {
        if (pageSize is int size) return WithPageSize(request, size);
        bool isList = NotionEndpoint.Find(request.Path)?.IsList(request.Method.Method) == true;
        return isList && !PageParameters.HasPageSize(request) ? WithPageSize(request, MaximumPageSize) : PageParameters.Checked(request);
    }

    private static NotionRequest Next(NotionRequest request, NotionPage page)
    {
        if (request.Method != HttpMethod.Post || page.ViewQueryId is not { } query) return PageParameters.Set(request, null, page.NextCursor);

        // Posting again would run the view's query anew, and there is no cursor in its body.
        string[] parts = request.Path.Split(['?'], 2);
        var further = request with
        {
            Path = $"{parts[0].TrimEnd('/')}/{Uri.EscapeDataString(query)}{(parts.Length > 1 ? "?" + parts[1] : string.Empty)}",
            Method = HttpMethod.Get,
            Body = null,
        };
        return PageParameters.Set(further, PageParameters.PageSizeOf(request), page.NextCursor);
    }

    private static async Task<NotionPage> FetchAheadAsync(NotionClient client, NotionRequest request, Task? turn, CancellationToken cancellationToken)
    {
        if (turn is { IsCompleted: false })
        {
            var cancelled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            using CancellationTokenRegistration cancel = cancellationToken.Register(() => cancelled.TrySetCanceled());
            await (await Task.WhenAny(turn, cancelled.Task).ConfigureAwait(false)).ConfigureAwait(false);
        }

        NotionResponse response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (PageReader.Read(response) is { } page) return page;

        // An error that the request wants to have as a reply is the list's last word.
        return response.Status >= 400 ? new NotionPage([response.Body], null, false, response) : throw response.Invalid("isn't the list's next page");
    }

    private static async Task<NotionPage> FetchFirstAsync(NotionClient client, NotionRequest request, CancellationToken cancellationToken)
    {
        NotionResponse response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.Events is not null) throw await NoListAsync(response).ConfigureAwait(false);
        if (response.Status == (int)HttpStatusCode.NoContent) return new NotionPage([], null, false, response);
        return PageReader.Read(response) ?? new NotionPage([response.Body], null, false, response);
    }

    private static async Task<NotionAuthException> NoListAsync(NotionResponse response)
    {
        // Events are read or left, so that their connection ends.
        await foreach (ServerSentEvent _ in response.Events!.ConfigureAwait(false)) break;
        return new NotionAuthException(
            ErrorIds.InvalidPaging, NotionErrorKind.InvalidArgument, "The reply is a stream of events, not a list.", "Leave -All out: events come one by one by themselves.");
    }
}
