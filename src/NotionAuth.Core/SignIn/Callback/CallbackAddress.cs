using System;
using System.Globalization;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.SignIn.Callback;

/// <summary>
/// What a redirect URI must be to be served by a listener on this machine (RFC 8252 sections 7.3 and 8.3).
/// </summary>
internal static class CallbackAddress
{
    /// <summary>Returns what a browser puts into Host for this URI.</summary>
    public static string Authority(Uri uri) =>
        uri.IsDefaultPort ? Host(uri) : Host(uri) + ":" + uri.Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns the URI's host as it stands in a URI: brackets around IPv6.</summary>
    public static string Host(Uri uri) => uri.HostNameType == UriHostNameType.IPv6 ? "[::1]" : uri.Host;

    /// <summary>Throws unless the URI can be served.</summary>
    public static void Validate(Uri uri)
    {
        string? fault = Fault(uri);
        if (fault is null) return;

        // Foreign text isn't expected here, but a user may have pasted the wrong thing.
        string shown = Redaction.Scrub(uri.OriginalString);
        throw new NotionAuthException(
            ErrorIds.InvalidRedirectUri, NotionErrorKind.InvalidArgument,
            $"The redirect URI '{shown}' can't be served: {fault}.",
            "Register a loopback URI with a port in the integration's settings, " +
            "for example http://localhost:8914/callback, and pass exactly that as -RedirectUri.")
        {
            Target = shown,
        };
    }

    private static string? Fault(Uri uri)
    {
        if (!uri.IsAbsoluteUri) return "it isn't an absolute URI";
        if (uri.Scheme != Uri.UriSchemeHttp)
            return "it must begin with http://; nothing on this machine could answer another scheme";

        // It is sent to Notion as it was written, so what was written must be a URI without any repair.
        foreach (char c in uri.OriginalString)
        {
            if (c is not (>= '\x21' and <= '\x7e') or '\\' or '"' or '<' or '>')
                return "it has characters that must be percent-encoded in a URI";
        }

        if (uri.UserInfo.Length > 0) return "it has a user name";
        if (uri.OriginalString.IndexOf('#') >= 0) return "it has a fragment";
        if (uri.OriginalString.IndexOf('?') >= 0) return "it has a query";
        if (!IsLoopback(uri))
            return "its host must be localhost, 127.0.0.1 or [::1], which are this machine and no other";
        if (uri.Port == 0 || (uri.IsDefaultPort && !Written(uri).EndsWith(":80", StringComparison.Ordinal)))
            return "it names no port";
        return null;
    }

    private static bool IsLoopback(Uri uri) => uri.HostNameType switch
    {
        UriHostNameType.Dns => uri.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase),
        UriHostNameType.IPv4 => uri.Host == "127.0.0.1",
        UriHostNameType.IPv6 => System.Net.IPAddress.IPv6Loopback.Equals(System.Net.IPAddress.Parse(uri.Host)),
        _ => false,
    };

    // Host and port as they were written: a Uri doesn't tell whether port 80 was.
    private static string Written(Uri uri)
    {
        string rest = uri.OriginalString.Substring(uri.OriginalString.IndexOf("//", StringComparison.Ordinal) + 2);
        int slash = rest.IndexOf('/');
        return slash < 0 ? rest : rest.Substring(0, slash);
    }
}
