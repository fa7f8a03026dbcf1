using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Api;

/// <summary>
/// The one check of where a request goes: below <c>/v1/</c> or <c>/admin/v1/</c> on the connection's own host, and
/// nowhere else. Source of the second: developers.notion.com/reference/admin-api.
/// </summary>
internal static class ApiPath
{
    private const string Root = "/v1/";
    private const string AdminRoot = "/admin/v1/";

    // How bytes begin that aren't UTF-8, so that decoding leaves them, and that some servers take for dots and slashes
    // all the same (RFC 3629 section 3).
    private static readonly Regex Overlong =
        new("%(C[01]|[EF]0%[89]|F[8C]%8)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>Makes a request's URI.</summary>
    /// <param name="path"><c>users/me</c>, <c>/v1/users/me</c>, <c>admin/v1/…</c>, or a full URL on the connection's
    /// host; it may have a query.</param>
    /// <param name="baseUri">The connection's origin.</param>
    /// <param name="query">More of the query, not yet encoded; null for none.</param>
    /// <returns>The URI.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidPath"/>, before anything is sent.</exception>
    public static Uri ToUri(string path, Uri baseUri, IReadOnlyCollection<KeyValuePair<string, string>>? query = null)
    {
        string origin = baseUri.GetLeftPart(UriPartial.Authority);
        if (query is null or { Count: 0 } && IsPlain(path)) return new Uri(origin + Root + path);
        string rest = path.Trim(' ');
        if (SplitQuery(rest).Path.Contains("://"))
        {
            if (!rest.StartsWith(origin + "/", StringComparison.OrdinalIgnoreCase))
                throw Invalid(
                    path, "is on another host than the connection",
                    $"Pass a path such as users/me, or a URL on {origin}. "
                    + "The signed address of a file needs no token: fetch it with Invoke-WebRequest -Uri <address> " +
                        "-OutFile <file>.");
            rest = rest.Substring(origin.Length);
        }

        (string pathPart, string? given) = SplitQuery(rest);
        string queryPart = given ?? string.Empty;
        CheckCharacters(path, pathPart);
        CheckCharacters(path, queryPart);
        if (pathPart.StartsWith("//", StringComparison.Ordinal)) throw Invalid(path, "names a host");
        if (pathPart.IndexOfAny(['{', '}']) >= 0)
            throw Invalid(path, "has a placeholder ({...}) left in it", "Put an id in its place.");

        string relative = pathPart.TrimStart('/');
        string root = IsAdmin(relative) ? AdminRoot : Root;
        if (relative.StartsWith(root.Substring(1), StringComparison.Ordinal))
            relative = relative.Substring(root.Length - 1);
        if (relative.Length == 0) throw Invalid(path, "is empty");
        CheckSegments(path, relative);

        var full = new StringBuilder(origin).Append(root).Append(relative);
        char separator = '?';
        if (queryPart.Length > 0)
        {
            full.Append('?').Append(queryPart);
            separator = '&';
        }

        foreach (KeyValuePair<string, string> pair in query ?? [])
        {
            full.Append(separator).Append(Uri.EscapeDataString(pair.Key)).Append('=')
                .Append(Uri.EscapeDataString(pair.Value));
            separator = '&';
        }

        // The rules above say what is refused; this says that the platform's own reading of the result stays within the
        // API all the same.
        if (!Uri.TryCreate(full.ToString(), UriKind.Absolute, out Uri? uri)
            || uri.Scheme != baseUri.Scheme || uri.Authority != baseUri.Authority || uri.UserInfo.Length > 0
            || !uri.AbsolutePath.StartsWith(root, StringComparison.Ordinal) || uri.AbsolutePath.Contains("//"))
            throw Invalid(path, "would leave the API");
        return uri;
    }

    /// <summary>Splits a path from its query.</summary>
    /// <param name="path">A path or a URL.</param>
    /// <returns>The path, and the query without its question mark; null for none.</returns>
    internal static (string Path, string? Query) SplitQuery(string path)
    {
        int question = path.IndexOf('?');
        return question < 0 ? (path, null) : (path.Substring(0, question), path.Substring(question + 1));
    }

    /// <summary>
    /// The part of a path below <c>/v1/</c>, without slashes around it. What it is for, and not whether it may be sent.
    /// </summary>
    /// <param name="path">A path or a URL, as <see cref="NotionRequest.Path"/>.</param>
    /// <returns>The part, such as <c>users/me</c>.</returns>
    internal static string Relative(string path)
    {
        string rest = SplitQuery(path).Path.Trim(' ');
        int scheme = rest.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            int slash = rest.IndexOf('/', scheme + 3);
            rest = slash < 0 ? string.Empty : rest.Substring(slash);
        }

        rest = rest.Trim('/');
        return rest.StartsWith("v1/", StringComparison.Ordinal) ? rest.Substring(3) : rest;
    }

    private static bool IsAdmin(string relative) =>
        relative.StartsWith(AdminRoot.Substring(1), StringComparison.Ordinal);

    // Letters, digits, hyphens, underscores and single slashes between them: nothing there could be refused, or read in
    // two ways.
    private static bool IsPlain(string path)
    {
        for (int i = 0; i < path.Length; i++)
        {
            char c = path[i];
            bool isSlash = c == '/';
            if (isSlash ? i == 0
                || path[i - 1] == '/'
                : c is not (
                    (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_')) return false;
        }

        return path.Length > 0 && path[path.Length - 1] != '/'
            && !path.StartsWith("v1/", StringComparison.Ordinal) && !IsAdmin(path);
    }

    private static void CheckCharacters(string path, string part)
    {
        if (part.IndexOf('\\') >= 0) throw Invalid(path, "has a backslash");
        if (part.IndexOf('#') >= 0) throw Invalid(path, "has a fragment (#)");
        if (part.Any(char.IsControl)) throw Invalid(path, "has a control character");
        if (part.Any(c => c is ' ' or > '~'))
            throw Invalid(
                path, "has a blank or a character outside ASCII", "Percent-encode it, or pass it with -Query.");
    }

    private static void CheckSegments(string path, string relative)
    {
        if (relative.IndexOf('@') >= 0) throw Invalid(path, "has an @");
        bool endsWithSlash = relative.EndsWith("/", StringComparison.Ordinal);
        if (relative[0] == '/' || relative.Contains("//")
            || (endsWithSlash && NotionEndpoint.MayLackId(relative.TrimEnd('/'))))
            throw Invalid(path, "has an empty part, before or after a slash",
                "Is a variable in it empty? Put an id in its place.");

        string decoded = Decoded(path, relative);
        if (decoded.Any(char.IsControl)) throw Invalid(path, "has an encoded control character");
        if (decoded.Split('/', '\\').Any(segment => segment.Split(';')[0] is "." or ".."))
            throw Invalid(path, "has a dot segment (. or ..)");
        if (Overlong.IsMatch(decoded)) throw Invalid(path, "has an overlong encoding");
    }

    // What is left when nothing more can be decoded: a server may decode more than once, and take for dots what
    // normalization makes dots of.
    private static string Decoded(string path, string text)
    {
        string decoded = text, before;
        do
        {
            before = decoded;
            try
            {
                decoded = Uri.UnescapeDataString(before.Normalize(NormalizationForm.FormKC));
            }
            catch (ArgumentException)
            {
                throw Invalid(path, "has an encoded character that is none");
            }
        }
        while (decoded != before);
        return decoded;
    }

    private static NotionAuthException Invalid(string path, string why, string action =
        "Pass a path such as users/me, pages/<id> or data_sources/<id>/query.") =>
        NotionAuthException.NothingSent(
            ErrorIds.InvalidPath, $"The path {why}.", action, Redaction.Scrub(SplitQuery(path).Path));
}
