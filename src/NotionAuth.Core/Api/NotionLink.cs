using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace NotionAuth.Core.Api;

/// <summary>
/// Makes paths of what people have at hand: links as Notion copies them, and objects that Notion returned. Of a link
/// nothing but its ids is used; where a request goes is decided by <see cref="ApiPath"/> alone.
/// </summary>
internal static class NotionLink
{
    // Notion's own pages and published ones; the API has a host that looks alike.
    private static readonly Regex Link = new(
        @"(?<=^|/)https://(?!api\.)(?:[a-z0-9-]+\.)?notion\.(?:so|com|site)/(?:[^/?#\s]+/)*?(?:[^/?#\s]*-)?" +
        @"(?<id>[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})" +
        @"(?:\?(?<query>[^/?#\s]*))?(?:#(?<block>[^/?#\s]*))?(?=/|\?|$)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static readonly Dictionary<string, string> Rooms = new(StringComparer.Ordinal)
    {
        ["page"] = "pages",
        ["data_source"] = "data_sources",
        ["database"] = "databases",
        ["block"] = "blocks",
        ["user"] = "users",
        ["comment"] = "comments",
        ["file_upload"] = "file_uploads",
        ["view"] = "views",
        [AsyncTasks.Kind] = "async_tasks",
    };

    /// <summary>Replaces a link: alone by the path of what it leads to, within a path by the id that fits.</summary>
    /// <param name="path">A path; it may be a link to a page, a database or a block, or have one in an id's
    /// place.</param>
    /// <returns>The path; as it was where there is no such link in it.</returns>
    public static string ToPath(string path)
    {
        if (path.IndexOf("https://", StringComparison.OrdinalIgnoreCase) < 0) return path;
        string text = path.Trim(' ');
        Match link = Link.Match(text);
        if (!link.Success) return path;
        string before = text.Substring(0, link.Index), after = text.Substring(link.Index + link.Length);
        string id = IdOf(link.Groups["id"].Value)!;
        string? block = IdOf(link.Groups["block"].Value), page = InQuery(link, "p"), view = InQuery(link, "v");
        if (before.Trim('/').Length > 0)
            return before + ApiPath.Relative(before) switch
            {
                "blocks" => block ?? page ?? id,
                "pages" => page ?? id,
                "views" => view ?? id,
                _ => id,
            }

            + after;
        if (after.Length > 0) return path;
        return block is not null ? $"blocks/{block}" : page is not null ? $"pages/{page}"
            : view is not null ? $"databases/{id}" : $"pages/{id}";
    }

    /// <summary>The path of an object that Notion returned.</summary>
    /// <param name="kind">Its <c>object</c>, such as page.</param>
    /// <param name="id">Its id.</param>
    /// <returns>The path; null where its kind has none, and where the id is none.</returns>
    public static string? PathOf(string? kind, string? id) =>
        kind is not null && id is not null && Rooms.TryGetValue(kind, out string? room)
            && (kind == AsyncTasks.Kind ? AsyncTasks.IdIn(id) : IdOf(id)) is { } known
            ? $"{room}/{known}" : null;

    private static string? InQuery(Match link, string name) =>
        link.Groups["query"].Value.Split('&').Select(p => p.Split('=')).Where(p => p.Length == 2 && p[0] == name)
            .Select(p => IdOf(p[1])).FirstOrDefault();

    private static string? IdOf(string text) =>
        Guid.TryParseExact(text, "N", out Guid id) || Guid.TryParseExact(text, "D", out id) ? id.ToString() : null;
}
