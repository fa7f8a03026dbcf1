using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api.Events;
using NotionAuth.Core.Api.Files;
using NotionAuth.Core.Api.Lists;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Core.Api;

/// <summary>What is wanted of a request beyond its reply.</summary>
internal sealed record RequestOptions
{
    /// <summary>Whether every page of a list is fetched, and its items are wanted.</summary>
    public bool All { get; init; }

    /// <summary>Whether the items of a list are wanted in place of the list.</summary>
    public bool Items { get; init; }

    /// <summary>
    /// How many items a page has, 1 to 100; null where that is left to the request, or to <see cref="Paginator"/>.
    /// </summary>
    public int? PageSize { get; init; }

    /// <summary>The full path of the file that a success is written to; null for none.</summary>
    public string? OutFile { get; init; }

    /// <summary>Whether an asynchronous task is waited for, where the reply is one.</summary>
    public bool Wait { get; init; }

    /// <summary>Called with what has arrived for <see cref="OutFile"/>; on any thread.</summary>
    public Action<TransferProgress>? Progress { get; init; }
}

/// <summary>A piece of what a request gives: its reply, one page of a list, or one event of a stream.</summary>
/// <param name="Response">The reply that it comes from.</param>
/// <param name="Values">The values in it, each JSON in UTF-8: the reply's body, or the page's items.</param>
/// <param name="IsCapped">Whether Notion stopped a list at its limit of 10,000 rows although there is more.</param>
/// <param name="Event">The event; null for all other replies.</param>
/// <param name="HasMore">Whether the items are those of one page, and the list has more.</param>
/// <param name="Note">What happened before it, for who wants to know it; null for nothing.</param>
internal sealed record ReplyPiece(
    NotionReply Response, IReadOnlyList<ReadOnlyMemory<byte>> Values, bool IsCapped = false,
    ServerSentEvent? Event = null, bool HasMore = false, string? Note = null);

/// <summary>Sends a request as its options say, and gives what comes of it piece by piece.</summary>
internal static class RequestSender
{
    /// <summary>Checks, before anything is sent, that the options fit the request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidPaging"/>,
    /// <see cref="ErrorIds.ConflictingParameters"/>.</exception>
    public static void Check(NotionRequest request, RequestOptions options)
    {
        if (options.OutFile is not null && FileUploader.Takes(request))
            throw NotionAuthException.NothingSent(
                ErrorIds.ConflictingParameters,
                "-OutFile takes the reply of one request, and this call sends several.",
                "Leave -OutFile out, and write the object that is returned.");
        if (!options.All && options.PageSize is null) return;
        if (request.IsReadOnly || NotionEndpoint.Find(request.Path, request.Method)?.IsList == true) return;
        throw NotionAuthException.NothingSent(
            ErrorIds.InvalidPaging, "-All and -PageSize are for lists, and this request writes.",
            "Leave them out, or read the list: with GET, or with POST on search and on a query.");
    }

    /// <summary>Sends the request.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request.</param>
    /// <param name="options">The options, which fit the request.</param>
    /// <param name="turn">Nothing beyond the first piece is fetched before this has ended.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The pieces.</returns>
    /// <exception cref="NotionAuthException">As <see cref="NotionClient.SendAsync(NotionRequest, CancellationToken)"/>
    /// and <see cref="Paginator.PagesAsync"/>; <see cref="ErrorIds.SeveralDataSources"/>.</exception>
    public static async IAsyncEnumerable<ReplyPiece> RunAsync(
        NotionClient client, NotionRequest request, RequestOptions options, Task turn,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        request = await DataSourceFinder.ToDataSourceAsync(client, request, cancellationToken).ConfigureAwait(false);
        IAsyncEnumerator<ReplyPiece> pieces = PiecesAsync(client, request, options, turn, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using (pieces.ConfigureAwait(false))
        {
            while (true)
            {
                try
                {
                    if (!await pieces.MoveNextAsync().ConfigureAwait(false)) yield break;
                }
                catch (NotionApiException e)
                {
                    NotionAuthException explained = await DataSourceFinder
                        .ExplainAsync(client, request, e, cancellationToken).ConfigureAwait(false);
                    if (ReferenceEquals(explained, e)) throw;
                    throw explained;
                }

                yield return pieces.Current;
            }
        }
    }

    private static async IAsyncEnumerable<ReplyPiece> PiecesAsync(
        NotionClient client, NotionRequest request, RequestOptions options, Task turn,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (options.All)
        {
            await foreach (
                NotionPage page in QueryReader.PagesAsync(client, request, options.PageSize, cancellationToken, turn)
                .ConfigureAwait(false))
                yield return new(page.Response, page.Items, page.IsCapped, Note: page.Note);
            yield break;
        }

        if (options.PageSize is int pageSize) request = Paginator.WithPageSize(request, pageSize);
        NotionReply response = await ReplyAsync(client, request, options, cancellationToken).ConfigureAwait(false);
        if (response.Events is null)
        {
            if (options.Items && response.Status < 400 && PageReader.Read(response) is { } page)
            {
                yield return new(response, page.Items, page.IsCapped, HasMore: page.NextCursor is not null);
                yield break;
            }

            yield return new(response, response.Body.Length > 0 ? [response.Body] : []);
            yield break;
        }

        // The reply itself comes first, for who wants to know its status before the first event is there; and may be
        // all that is taken.
        using ServerSentEvents events = response.Events;
        yield return new(response, []);
        await foreach (
            ServerSentEvent next in events.WithCancellation(cancellationToken).ConfigureAwait(false)) yield return new(
            response, [], Event: next);
    }

    private static async Task<NotionReply> ReplyAsync(
        NotionClient client, NotionRequest request, RequestOptions options, CancellationToken cancellationToken)
    {
        if (FileUploader.Takes(request))
            return await FileUploader.UploadAsync(client, request, cancellationToken).ConfigureAwait(false);
        NotionReply reply = options.OutFile is null
            ? await client.SendAsync(request, cancellationToken).ConfigureAwait(false)
            : await client.DownloadAsync(request, options.OutFile, options.Progress, cancellationToken)
            .ConfigureAwait(false);
        return options.Wait
            ? await AsyncTasks.FinishedAsync(client, request, reply, cancellationToken).ConfigureAwait(false) : reply;
    }
}
