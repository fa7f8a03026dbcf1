using System;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Http;

/// <summary>The one check of where tokens may be sent: https, or http on this machine.</summary>
public static class BaseUri
{
    /// <summary>Notion's own: <c>https://api.notion.com</c>.</summary>
    public static Uri Default { get; } = new("https://api.notion.com");

    /// <summary>An origin as text: scheme, host, and the port where it isn't the usual one.</summary>
    internal static string Text(Uri origin) => origin.GetLeftPart(UriPartial.Authority);

    /// <summary>Tells whether two are one origin: the same scheme, host and port.</summary>
    internal static bool AreSame(Uri left, Uri right) => Text(left) == Text(right);

    /// <summary>Checks a base URI, or takes Notion's own.</summary>
    /// <param name="uri">The URI; null for Notion's own.</param>
    /// <returns>The origin.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidBaseUri"/>.</exception>
    public static Uri OrDefault(Uri? uri) => uri is null ? Default : Check(uri);

    /// <summary>Checks a base URI.</summary>
    /// <param name="uri">The URI: an origin without path, query, fragment or user name.</param>
    /// <returns>The origin.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidBaseUri"/>.</exception>
    public static Uri Check(Uri uri)
    {
        bool isOrigin = uri.IsAbsoluteUri && uri.UserInfo.Length == 0 && uri.Query.Length == 0
            && uri.Fragment.Length == 0 && uri.AbsolutePath == "/";
        if (isOrigin && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback)))
            return new Uri(Text(uri));

        throw new NotionAuthException(
            ErrorIds.InvalidBaseUri, NotionErrorKind.InvalidArgument,
            "The base URI can't be used: tokens are sent to https hosts only, or by http to this machine.",
            "Leave -BaseUri out for Notion itself, or pass an origin such as https://api.notion.com or " +
            "http://localhost:8080, without a path.");
    }
}
