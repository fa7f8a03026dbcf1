using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Http;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Api.Lists;

/// <summary>
/// Walks a list page by page. The cursor stands in the query of a GET and in the body of a POST; after a view's query
/// has been made (POST), its further pages are read (GET). Source: developers.notion.com/reference/intro (pagination).
/// </summary>
public static class Paginator
{
    /// <summary>The most that Notion gives in one page.</summary>
    public const int MaximumPageSize = 100;

    // Notion may leave out of a page what the integration doesn't see, but not of so many.
    private const int MaximumEmptyPages = 1000;

    /// <summary>
    /// Fetches the pages in order, one ahead of the one that is being used at most. Where Notion doesn't take a cursor
    /// any more, the list is read once more from its first page, and what was returned is left out, by its ids.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request of the first page.</param>
    /// <param name="pageSize">How many items a page has, 1 to 100; null for what the request says itself, else 100
    /// where the endpoint is known to be a list.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <param name="turn">Nothing beyond the first page is fetched before this has ended; null for no such
    /// wait.</param>
    /// <returns>The pages. A reply that isn't a list is one page with that reply as its item; one without a body (204)
    /// is an empty page.</returns>
    /// <exception cref="NotionAuthException">As <see cref="NotionClient.SendAsync(NotionRequest, CancellationToken)"/>;
    /// <see cref="ErrorIds.RepeatedCursor"/>, <see cref="ErrorIds.InvalidBody"/>,
    /// <see cref="ErrorIds.InvalidReply"/>.</exception>
    public static IAsyncEnumerable<NotionPage> PagesAsync(
        NotionClient client, NotionRequest request, int? pageSize, CancellationToken cancellationToken,
        Task? turn = null) =>
        PartAsync(client, request, pageSize, earlier: null, turn, cancellationToken);

    /// <summary>The same as a part of a longer list.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request of the first page.</param>
    /// <param name="pageSize">How many items a page has; null as above.</param>
    /// <param name="earlier">What was returned before, and is left out. What is returned now is added. Null for a list
    /// of its own.</param>
    /// <param name="turn">What is waited for before the second page; null for no such wait.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The pages.</returns>
    internal static async IAsyncEnumerable<NotionPage> PartAsync(
        NotionClient client, NotionRequest request, int? pageSize, ReturnedItems? earlier, Task? turn,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ahead = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        ReturnedItems returned = earlier ?? new ReturnedItems();
        bool leavesOut = returned.Count > 0;
        NotionRequest first = First(request, pageSize);
        string items = NotionEndpoint.Find(request.Path, request.Method)?.Items ?? PageReader.UsualItems;
        request = first;
        int emptyPages = 0;
        string? cursor = null;
        bool isReadAgain = false;
        Task<NotionPage> next = FetchFirstAsync(client, request, items, ahead.Token);
        try
        {
            while (true)
            {
                NotionPage? page = null;
                try
                {
                    page = await next.ConfigureAwait(false);
                }
                catch (NotionAuthException e) when (cursor is not null)
                {
                    if (isReadAgain || !returned.HaveIds || !IsEnded(e, request, first))
                        throw WhereItWas(e, request, first, returned.Count, cursor);
                }

                if (page is null
                    || (cursor is not null && !isReadAgain && returned.HaveIds && IsCursorRefused(page.Response)))
                {
                    isReadAgain = true;
                    seen.Clear();
                    request = first;
                    next = FetchFirstAsync(client, request, items, ahead.Token);
                    continue;
                }

                bool isEmpty = page.Items.Count == 0;
                if (isReadAgain || leavesOut) page = returned.Without(page);
                if (page.NextCursor is null)
                {
                    earlier?.Add(page);
                    yield return page;
                    yield break;
                }

                emptyPages = isEmpty ? emptyPages + 1 : 0;
                if (emptyPages == MaximumEmptyPages)
                    throw page.Response.Invalid(
                        $"is the {MaximumEmptyPages}th empty page on end, and names another one");

                // As a digest, so that a list without end takes little memory however long its cursors are.
                if (!seen.Add(Digest.Sha256(page.NextCursor)))
                    throw new NotionAuthException(
                        ErrorIds.RepeatedCursor, NotionErrorKind.InvalidData,
                        "Notion named a next page that was read already: the list would never end.",
                        "Run the command again; if it happens again, report the path to Notion's support.")
                    { Target = Redaction.Scrub(request.Path) };
                cursor = page.NextCursor;
                request = Next(request, page);
                next = FetchAheadAsync(client, request, items, turn, ahead.Token);
                returned.Add(page);
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
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidBody"/>: its body is no JSON
    /// object.</exception>
    public static NotionRequest WithPageSize(NotionRequest request, int pageSize) =>
        PageParameters.Set(request, pageSize, null);

    // The sessions of cursors end; and the results of a view's query are kept for a time only.
    private static bool IsEnded(NotionAuthException error, NotionRequest request, NotionRequest first) =>
        error is NotionApiException { Reply: var reply }
        && (IsCursorRefused(reply.Status, reply.Code, reply.Text)
            || (reply.Status == (int)HttpStatusCode.NotFound && request.Method != first.Method));

    private static bool IsCursorRefused(NotionReply response)
    {
        if (response.Status != (int)HttpStatusCode.BadRequest) return false;
        using JsonDocument? body = JsonText.Parse(response.Body);
        return body is not null
            && IsCursorRefused(
                response.Status, JsonText.StringOf(body.RootElement, "code"), JsonText.StringOf(body.RootElement,
                    "message"));
    }

    // "The start_cursor provided is invalid: …", or "body.start_cursor should be a valid uuid or `undefined`, instead
    // was …".
    private static bool IsCursorRefused(int status, string? code, string? message) =>
        status == (int)HttpStatusCode.BadRequest && code == "validation_error"
            && message?.Contains("start_cursor") == true;

    private static NotionAuthException WhereItWas(
        NotionAuthException error, NotionRequest request, NotionRequest first, int count, string cursor)
    {
        string shown = CommandText.Quoted(Redaction.Scrub(cursor));
        return error.With(
            $"{error.Message.TrimEnd('.')}. " +
            $"{(count == 1 ? "1 item of the list was" : $"{count} items of the list were")} returned before; " +
            $"the last cursor was {shown}.",
            IsEnded(error, request, first)
                ? "Notion doesn't take the list's cursor any more. Run the command again to read the list from its " +
                    "first page."
                : $"{error.RecommendedAction} To read on where it broke off, " +
                    $"pass start_cursor = {shown} in -Query of a GET, or in -Body of a POST.");
    }

    private static NotionRequest First(NotionRequest request, int? pageSize)
    {
        if (pageSize is int size) return WithPageSize(request, size);
        bool isList = NotionEndpoint.Find(request.Path, request.Method)?.IsList == true;
        return isList
            && !PageParameters.HasPageSize(request)
            ? WithPageSize(request, MaximumPageSize) : PageParameters.Checked(request);
    }

    private static NotionRequest Next(NotionRequest request, NotionPage page)
    {
        if (request.Method != HttpMethod.Post || page.ViewQueryId is not { } query)
            return PageParameters.Set(request, null, page.NextCursor);

        // Posting again would run the view's query anew, and there is no cursor in its body.
        (string path, string? rest) = ApiPath.SplitQuery(request.Path);
        var further = request with
        {
            Path = $"{path.TrimEnd('/')}/{Uri.EscapeDataString(query)}{(rest is null ? string.Empty : "?" + rest)}",
            Method = HttpMethod.Get,
            Body = null,
        };
        return PageParameters.Set(further, PageParameters.PageSizeOf(request), page.NextCursor);
    }

    private static async Task<NotionPage> FetchAheadAsync(
        NotionClient client, NotionRequest request, string items, Task? turn, CancellationToken cancellationToken)
    {
        if (turn is { IsCompleted: false })
        {
            var cancelled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            using CancellationTokenRegistration cancel = cancellationToken.Register(() => cancelled.TrySetCanceled());
            await (await Task.WhenAny(turn, cancelled.Task).ConfigureAwait(false)).ConfigureAwait(false);
        }

        NotionReply response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (PageReader.Read(response, items) is { } page) return page;

        // An error that the request wants to have as a reply is the list's last word.
        return response.Status >= 400 ? new NotionPage([response.Body], null, false, response) : throw response.Invalid(
            "isn't the list's next page");
    }

    private static async Task<NotionPage> FetchFirstAsync(
        NotionClient client, NotionRequest request, string items, CancellationToken cancellationToken)
    {
        NotionReply response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.Events is not null)
        {
            response.Events.Dispose();
            throw new NotionAuthException(
                ErrorIds.InvalidPaging, NotionErrorKind.InvalidArgument, "The reply is a stream of events, not a list.",
                "Leave -All out: events come one by one by themselves.");
        }

        if (response.Status == (int)HttpStatusCode.NoContent) return new NotionPage([], null, false, response);
        return PageReader.Read(response, items) ?? new NotionPage([response.Body], null, false, response);
    }
}
