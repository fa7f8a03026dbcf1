using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api.Events;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http;
using NotionAuth.Core.Http.Bodies;
using NotionAuth.Core.Http.RateLimits;

namespace NotionAuth.Core.Api;

/// <summary>Calls Notion's API with one connection's token.</summary>
public sealed class NotionClient
{
    private const int ErrorStart = 256;
    private const int LongestError = 1024 * 1024;

    // What the connection decides, and what belongs to the wire.
    private static readonly HashSet<string> Forbidden = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization", "Proxy-Authorization", "Cookie", "Host", "Notion-Version", "Content-Length", "Content-Type",
            "Transfer-Encoding", "Connection", "Expect",
    };

    private readonly NotionTransport _transport;
    private readonly Uri _baseUri;
    private readonly IAccessTokenSource _tokens;
    private readonly ConnectionLimits? _limits;
    private readonly Action<RequestLogEntry>? _log;

    /// <summary>Makes a client.</summary>
    /// <param name="transport">The way to Notion.</param>
    /// <param name="baseUri">Notion's origin, checked.</param>
    /// <param name="tokens">Where the token comes from.</param>
    /// <param name="limits">The connection's rate limits, or null.</param>
    /// <param name="log">Called for each attempt, or null.</param>
    internal NotionClient(
        NotionTransport transport, Uri baseUri, IAccessTokenSource tokens, ConnectionLimits? limits,
        Action<RequestLogEntry>? log = null)
    {
        _transport = transport;
        _baseUri = baseUri;
        _tokens = tokens;
        _limits = limits;
        _log = log;
    }

    /// <summary>The Notion-Version for requests that name none.</summary>
    public string NotionVersion { get; init; } = Api.NotionVersion.Default;

    /// <summary>The longest wait between two attempts; a longer one isn't begun.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.MaxValue;

    /// <summary>Called when a wait before an attempt begins; may be called on any thread.</summary>
    public Action<RequestWait>? Waiting { get; init; }

    /// <summary>Called when that wait has ended, also by being cancelled.</summary>
    public Action<RequestWait>? Waited { get; init; }

    /// <summary>Sends a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The reply: a success, or an error where <see cref="NotionRequest.ReturnsErrorReplies"/> wants
    /// it.</returns>
    /// <exception cref="NotionApiException">Notion answered with an error.</exception>
    /// <exception cref="NotionAuthException">
    /// Before anything is sent: <see cref="ErrorIds.InvalidPath"/>, <see cref="ErrorIds.InvalidHeader"/>,
    /// <see cref="ErrorIds.InvalidNotionVersion"/>, <see cref="ErrorIds.InvalidBody"/>, and of a file
    /// <see cref="ErrorIds.FileNotFound"/>, <see cref="ErrorIds.FileUnavailable"/>,
    /// <see cref="ErrorIds.InvalidFileSize"/>, <see cref="ErrorIds.InvalidContentType"/>.
    /// <see cref="ErrorIds.FileChanged"/>: the file changed while it was sent. <see cref="ErrorIds.RateLimited"/>: the
    /// wait would last longer than <see cref="NotionRequest.TotalTimeout"/>. <see cref="ErrorIds.UnexpectedRedirect"/>;
    /// no answer; or what the token source threw.
    /// </exception>
    public Task<NotionReply> SendAsync(NotionRequest request, CancellationToken cancellationToken) =>
        SendAsync(request, null, cancellationToken);

    /// <summary>
    /// Sends a request and writes the reply's body to a file, when the reply is whole. Its size is bounded by the disk
    /// alone.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="path">The file, whose content is replaced where it exists; a link, a device or a pipe stays what it
    /// is.</param>
    /// <param name="progress">Called with what has arrived, a few times a second at most, on any thread; or
    /// null.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The reply without its body; an error that <see cref="NotionRequest.ReturnsErrorReplies"/> wants has its
    /// body, and no file.</returns>
    /// <exception cref="NotionApiException">Notion answered with an error. No file was written.</exception>
    /// <exception cref="NotionAuthException">
    /// As <see cref="SendAsync(NotionRequest, CancellationToken)"/>; <see cref="ErrorIds.FileNotFound"/> (no such
    /// folder) and <see cref="ErrorIds.FileUnavailable"/>, before anything is sent where it shows then;
    /// <see cref="ErrorIds.DiskFull"/>.
    /// </exception>
    public async Task<NotionReply> DownloadAsync(
        NotionRequest request, string path, Action<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        using ReplyFile file = await ReplyFile.CreateAsync(path, progress, cancellationToken).ConfigureAwait(false);
        return await SendAsync(request, file, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits before something is looked at again, and shows that as every other wait.</summary>
    internal Task PauseAsync(
        NotionRequest request, string why, TimeSpan wait, CancellationToken cancellationToken) =>
        _transport.Policy.WaitAsync(
            request.Method.Method, ApiPath.ToUri(request.Path, _baseUri, request.Query).AbsolutePath,
            new RequestContext { Log = _log, Waiting = Waiting, Waited = Waited }, WaitReason.Unfinished, why, wait,
            cancellationToken);

    /// <summary>Whether rows are in data sources under the version that a request is sent with.</summary>
    internal bool HasDataSources(NotionRequest request) =>
        Api.NotionVersion.HasDataSources(request.NotionVersion ?? NotionVersion);

    /// <summary>The origin that a request goes to.</summary>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidPath"/>.</exception>
    internal string OriginOf(NotionRequest request) =>
        Http.BaseUri.Text(ApiPath.ToUri(request.Path, _baseUri, request.Query));

    private async Task<NotionReply> SendAsync(
        NotionRequest request, ReplyFile? file, CancellationToken cancellationToken)
    {
        Uri uri = ApiPath.ToUri(request.Path, _baseUri, request.Query);
        var message = new HttpRequestMessage(request.Method, uri);
        HttpResponseMessage? response = null;
        bool isHandedOn = false;
        var context = new RequestContext
        {
            Tokens = _tokens,
            Limits = _limits,
            MakeEndpointKey = () => NotionEndpoint.LimitKey(request.Path, request.Method),
            IsSafeToRepeat = request.IsSafeToRepeat,
            MaximumRetryCount = request.MaximumRetryCount,
            Timeout = request.Timeout,
            TotalTimeout = request.TotalTimeout,
            LongestWait = LongestWait,
            Log = _log,
            Waiting = Waiting,
            Waited = Waited,
            Destination = file,
            TakesEvents = file is null,
        };
        try
        {
            message.Headers.TryAddWithoutValidation(
                "Notion-Version", Api.NotionVersion.Check(request.NotionVersion ?? NotionVersion));
            UserAgent.AddTo(message);
            AddHeaders(message, request.Headers);
            message.Content = await ContentOfAsync(request, context, cancellationToken).ConfigureAwait(false);
            response = await _transport.SendAsync(message, context, cancellationToken).ConfigureAwait(false);
            if (await DeletedBeforeAsync(request, response, context, file, cancellationToken).ConfigureAwait(false)
                is { } done) return done;
            NotionReply reply = ReplyOf(request, response, context, file, out bool isForFile);
            if (isForFile) await file!.KeepAsync(cancellationToken).ConfigureAwait(false);
            isHandedOn = reply.Events is not null;
            return reply;
        }
        finally
        {
            // Events that are handed on belong to the caller.
            if (!isHandedOn)
            {
                context.Events?.Dispose();
                response?.Dispose();
                message.Dispose();
            }
        }
    }

    /// <summary>
    /// A DELETE that was repeated finds in the trash what it may have put there itself, before the reply got lost.
    /// Where it is there, the request is done.
    /// </summary>
    /// <returns>What was deleted, as it is now; null where the reply stands.</returns>
    private async Task<NotionReply?> DeletedBeforeAsync(
        NotionRequest request, HttpResponseMessage response, RequestContext context, ReplyFile? file,
        CancellationToken cancellationToken)
    {
        if (!context.MayBeDone || request.Method != HttpMethod.Delete || response.IsSuccessStatusCode
            || !ErrorReply.Of(response).IsInTrash) return null;
        NotionRequest look = request.Reading(request.Path) with { TotalTimeout = context.TimeLeft };
        try
        {
            NotionReply found = await SendAsync(look, null, cancellationToken).ConfigureAwait(false);
            using JsonDocument? json = JsonText.Parse(found.Body);
            if (json is null || !JsonText.IsTrue(json.RootElement, "in_trash")) return null;
            return file is null ? found : await SendAsync(look, file, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException)
        {
            // What the DELETE was told says more.
            return null;
        }
    }

    private static NotionReply ReplyOf(
        NotionRequest request, HttpResponseMessage response, RequestContext context, ReplyFile? file,
        out bool isForFile)
    {
        int status = (int)response.StatusCode;
        if (status is >= 300 and < 400) throw NetworkErrors.Redirected(response);

        bool isFile = file is not null && response.IsSuccessStatusCode;
        ReadOnlyMemory<byte> body = BufferedContent.BodyOf(response);
        bool isError = !response.IsSuccessStatusCode
            || NotionApiException.IsErrorBody(isFile ? file!.ReadStart(ErrorStart) : body.Span);
        if (isFile && isError) body = file!.ReadStart(LongestError);
        if (isError && !request.ReturnsErrorReplies) throw NotionApiException.From(response, body);
        isForFile = isFile && !isError;
        return new NotionReply(status, body, ErrorReply.RequestIdOf(response))
        {
            Source = new ReplyHeaders(response),
            Events = context.Events is null ? null : new ServerSentEvents(context.Events),
        };
    }

    private static async Task<HttpContent?> ContentOfAsync(
        NotionRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (request.File is not null)
        {
            if (request.Body is null)
                return await FileContent.OpenAsync(request.File, cancellationToken).ConfigureAwait(false);
            throw NotionAuthException.NothingSent(
                ErrorIds.InvalidBody, "A request has a body or a file, not both.", "Pass -Body or -InFile.");
        }

        return request.Body is null
            ? null : new ByteArrayContent(request.Body)
            {
                Headers = { ContentType = new MediaTypeHeaderValue(
                "application/json") }
            };
    }

    private static void AddHeaders(HttpRequestMessage message, IEnumerable<KeyValuePair<string, string>> headers)
    {
        foreach (KeyValuePair<string, string> header in headers)
        {
            string name = header.Key.Trim();
            bool isClean = name.Length > 0 && name.All(c => char.IsLetterOrDigit(c) || c is '-' or '_')
                && header.Value.All(c => c is >= ' ' and <= '~');
            if (isClean && !Forbidden.Contains(name) && message.Headers.TryAddWithoutValidation(name, header.Value))
                continue;

            string shown = Redaction.Scrub(name);
            throw NotionAuthException.NothingSent(
                ErrorIds.InvalidHeader, $"The header '{shown}' can't be set.",
                "Authorization comes from the connection (-Connection or -Token), the version from -NotionVersion, " +
                "the content type from -Body; other headers take printable ASCII only.", shown);
        }
    }
}
