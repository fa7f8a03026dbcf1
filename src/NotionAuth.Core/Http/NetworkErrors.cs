using System;
using System.IO;
using System.Net.Http;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Http;

/// <summary>The one place where the platform's network exceptions become ours.</summary>
internal static class NetworkErrors
{
    private const string LookFirst =
        "Notion may have carried the request out all the same. Look first, and send it again only if it didn't.";

    public static bool IsBroken(Exception e) =>
        e is HttpRequestException or IOException or ObjectDisposedException or InvalidDataException;

    /// <summary>Whether the request may have left before the connection broke.</summary>
    public static bool WasConnected(Exception e) =>
#if NET8_0_OR_GREATER
        e is not HttpRequestException
        {
            HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        };
#else
        e.GetBaseException() is not System.Net.Sockets.SocketException
        {
            SocketErrorCode: System.Net.Sockets.SocketError.ConnectionRefused
                or System.Net.Sockets.SocketError.HostNotFound,
        };
#endif

    // A request that writes with a connection's token: the sign-in's own have their own rules.
    private static bool MayHaveWritten(HttpRequestMessage request) =>
        RequestContext.Find(request) is { Tokens: not null, IsSafeToRepeat: false };

    // The platform's exceptions can quote the proxy's URI, user name included: only the innermost message goes on,
    // redacted.
    public static string Reason(Exception e) => Redaction.Scrub(e.GetBaseException().Message);

    public static NotionAuthException Broken(HttpRequestMessage request, string why, bool wasConnected) => new(
        ErrorIds.ConnectionFailed, NotionErrorKind.ConnectionFailed,
        $"The connection to {request.RequestUri!.GetLeftPart(UriPartial.Authority)} failed: {why}",
        wasConnected && MayHaveWritten(request)
            ? LookFirst : "Check the network, the proxy (-Proxy or HTTPS_PROXY) and the name of the host, " +
                "then try again. Nothing that is stored was changed.")
    { Target = request.RequestUri.AbsolutePath };

    public static NotionAuthException TimedOut(HttpRequestMessage request, TimeSpan limit) => new(
        ErrorIds.RequestTimeout, NotionErrorKind.Timeout,
        $"Notion didn't answer {request.Method} {request.RequestUri!.AbsolutePath} within {limit.TotalSeconds:0.#} s.",
        MayHaveWritten(request) ? LookFirst : "Try again, or give the request more time with -TimeoutSec.")
    { Target = request.RequestUri.AbsolutePath };

    /// <summary>The error for a redirect: following it could take the token to another host.</summary>
    public static NotionAuthException Redirected(HttpResponseMessage response) => new(
        ErrorIds.UnexpectedRedirect, NotionErrorKind.InvalidData,
        $"The reply is a redirect ({(int)response.StatusCode}), which Notion's API never sends. It was not followed, " +
        "so that the token went nowhere else.",
        "Check -BaseUri, and whether a proxy or a captive portal answers in Notion's place.")
    { Target = response.RequestMessage?.RequestUri?.AbsolutePath };
}
