using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Http;

namespace NotionAuth.Core.Api;

/// <summary>Calls Notion's API with one connection's token.</summary>
/// <param name="transport">The way to Notion.</param>
/// <param name="baseUri">Notion's origin, checked.</param>
/// <param name="tokens">Where the token comes from.</param>
/// <param name="gate">The connection's rate-limit gate, or null.</param>
/// <param name="log">Told of each attempt, or null.</param>
public sealed class NotionClient(
    NotionTransport transport, Uri baseUri, IAccessTokenSource tokens, RateLimitGate? gate, Action<RequestLogEntry>? log = null)
{
    // What the connection decides, and what belongs to the wire.
    private static readonly HashSet<string> Forbidden = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization", "Proxy-Authorization", "Cookie", "Host", "Notion-Version", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection", "Expect",
    };

    /// <summary>The Notion-Version for requests that name none.</summary>
    public string NotionVersion { get; init; } = Api.NotionVersion.Default;

    /// <summary>Sends a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The reply, a success.</returns>
    /// <exception cref="NotionApiException">Notion answered with an error.</exception>
    /// <exception cref="NotionAuthException">
    /// Before anything is sent: <see cref="ErrorIds.InvalidPath"/>, <see cref="ErrorIds.InvalidHeader"/>, <see cref="ErrorIds.InvalidNotionVersion"/>;
    /// <see cref="ErrorIds.UnexpectedRedirect"/>; no answer; or what the token source threw.
    /// </exception>
    public async Task<NotionResponse> SendAsync(NotionRequest request, CancellationToken cancellationToken)
    {
        Uri uri = ApiPath.ToUri(request.Path, baseUri, request.Query);
        using var message = new HttpRequestMessage(request.Method, uri);
        message.Headers.TryAddWithoutValidation("Notion-Version", Api.NotionVersion.Check(request.NotionVersion ?? NotionVersion));
        UserAgent.AddTo(message);
        AddHeaders(message, request.Headers);
        if (request.Body is not null)
            message.Content = new ByteArrayContent(request.Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

        var context = new RequestContext
        {
            Tokens = tokens,
            Gate = gate,
            IsSafeToRepeat = request.IsSafeToRepeat,
            MaximumRetryCount = request.MaximumRetryCount,
            Timeout = request.Timeout,
            Log = log,
        };
        using HttpResponseMessage response = await transport.SendAsync(message, context, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode && !await NotionApiException.IsErrorBodyAsync(response).ConfigureAwait(false))
        {
#if NET8_0_OR_GREATER
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
#else
            byte[] body = response.Content is null ? [] : await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
#endif
            return new NotionResponse((int)response.StatusCode, body, NotionApiException.RequestIdOf(response));
        }

        if ((int)response.StatusCode is >= 300 and < 400)
            throw new NotionAuthException(
                ErrorIds.UnexpectedRedirect, NotionErrorKind.InvalidData,
                $"The reply is a redirect ({(int)response.StatusCode}), which Notion's API never sends. It was not followed, so that the token went nowhere else.",
                "Check -BaseUri, and whether a proxy or a captive portal answers in Notion's place.")
            { Target = uri.AbsolutePath };
        throw await NotionApiException.FromAsync(response).ConfigureAwait(false);
    }

    private static void AddHeaders(HttpRequestMessage message, IEnumerable<KeyValuePair<string, string>> headers)
    {
        foreach (KeyValuePair<string, string> header in headers)
        {
            string name = header.Key.Trim();
            bool isClean = name.Length > 0 && name.All(c => char.IsLetterOrDigit(c) || c is '-' or '_') && header.Value.All(c => c is >= ' ' and <= '~');
            if (isClean && !Forbidden.Contains(name) && message.Headers.TryAddWithoutValidation(name, header.Value)) continue;

            string shown = Redaction.Scrub(name);
            throw new NotionAuthException(
                ErrorIds.InvalidHeader, NotionErrorKind.InvalidArgument, $"The header '{shown}' can't be set. Nothing was sent.",
                "Authorization comes from the connection (-Connection or -Token), the version from -NotionVersion, the content type from -Body; other headers take printable ASCII only.")
            { Target = shown };
        }
    }
}
