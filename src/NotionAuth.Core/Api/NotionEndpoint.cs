using System;
using System.Collections.Generic;
using System.Linq;

namespace NotionAuth.Core.Api;

/// <summary>
/// An endpoint of Notion's API. Source: Notion's OpenAPI description (April 2026), and the reference's pages for what that leaves out:
/// queries of databases (before 2025-09-03), meeting notes, asynchronous tasks, agents and sessions.
/// </summary>
/// <param name="Path">The path below <c>/v1/</c>; a placeholder stands in braces: <c>pages/{page_id}</c>.</param>
/// <param name="Methods">The methods that it takes; empty where that isn't known.</param>
/// <param name="Lists">The methods that give a list and take <c>page_size</c>.</param>
public sealed record NotionEndpoint(string Path, IReadOnlyList<string> Methods, IReadOnlyList<string> Lists)
{
    // Its POST makes a query that stays.
    private const string ViewQueriesPath = "views/{view_id}/queries";
    private const string SendPath = "file_uploads/{file_upload_id}/send";
    private readonly string[] _segments = Path.Split('/');

    /// <summary>All that are known, in the order of the reference.</summary>
    public static IReadOnlyList<NotionEndpoint> All { get; } =
    [
        Of("users", "GET*"),
        Of("users/me", "GET"),
        Of("users/{user_id}", "GET"),
        Of("search", "POST*"),
        Of("pages", "POST"),
        Of("pages/{page_id}", "GET PATCH"),
        Of("pages/{page_id}/move", "POST"),
        Of("pages/{page_id}/markdown", "GET PATCH"),
        Of("pages/{page_id}/properties/{property_id}", "GET*"),
        Of("blocks/{block_id}", "GET PATCH DELETE"),
        Of("blocks/{block_id}/children", "GET* PATCH"),
        Of("blocks/meeting_notes", "POST"),
        Of("blocks/meeting_notes/query", "POST*"),
        Of("databases", "POST"),
        Of("databases/{database_id}", "GET PATCH"),
        Of("databases/{database_id}/query", "POST*"),
        Of("data_sources", "POST"),
        Of("data_sources/{data_source_id}", "GET PATCH"),
        Of("data_sources/{data_source_id}/query", "POST*"),
        Of("data_sources/{data_source_id}/templates", "GET*"),
        Of("views", "GET* POST"),
        Of("views/{view_id}", "GET PATCH DELETE"),
        Of(ViewQueriesPath, "POST*"),
        Of("views/{view_id}/queries/{query_id}", "GET* DELETE"),
        Of("comments", "GET* POST"),
        Of("comments/{comment_id}", "GET PATCH DELETE"),
        Of("file_uploads", "GET* POST"),
        Of("file_uploads/{file_upload_id}", "GET"),
        Of(SendPath, "POST"),
        Of("file_uploads/{file_upload_id}/complete", "POST"),
        Of("custom_emojis", "GET*"),
        Of("async_tasks/{task_id}", "GET"),
        Of("agents", string.Empty),
        Of("sessions", string.Empty),
    ];

    /// <summary>Finds the endpoint that a path belongs to.</summary>
    /// <param name="path">A path or a URL, as <see cref="NotionRequest.Path"/>.</param>
    /// <returns>The endpoint, or null where none is known.</returns>
    public static NotionEndpoint? Find(string path)
    {
        string[] segments = Relative(path).Split('/');
        return All.Where(e => e.Matches(segments, segments.Length)).OrderBy(e => e._segments.Count(IsPlaceholder)).FirstOrDefault();
    }

    /// <summary>Completes a path that has been begun: the segments that are there stay as they are, and the rest comes from the endpoints.</summary>
    /// <param name="typed">What is there of the path.</param>
    /// <param name="method">The method; null where it is open.</param>
    /// <returns>The completed paths, and the endpoint of each.</returns>
    public static IEnumerable<(string Path, NotionEndpoint Endpoint)> Complete(string typed, string? method)
    {
        string lead = typed.StartsWith("/v1/", StringComparison.Ordinal) ? "/v1/" : typed.StartsWith("v1/", StringComparison.Ordinal) ? "v1/"
            : typed.StartsWith("/", StringComparison.Ordinal) ? "/" : string.Empty;
        string[] segments = typed.Substring(lead.Length).Split('/');
        int whole = segments.Length - 1;
        foreach (NotionEndpoint endpoint in All)
        {
            if (method is not null && endpoint.Methods.Count > 0 && !endpoint.Methods.Contains(method, StringComparer.OrdinalIgnoreCase)) continue;
            if (endpoint._segments.Length <= whole || !endpoint.Matches(segments, whole)) continue;
            string next = endpoint._segments[whole];
            string begun = segments[whole];
            bool isTyped = begun.Length > 0 && IsPlaceholder(next) && !next.StartsWith(begun, StringComparison.OrdinalIgnoreCase);
            if (!isTyped && !next.StartsWith(begun, StringComparison.OrdinalIgnoreCase)) continue;
            string completed = lead + string.Join("/", segments.Take(whole).Append(isTyped ? begun : next).Concat(endpoint._segments.Skip(whole + 1)));
            if (completed != typed) yield return (completed, endpoint);
        }
    }

    /// <summary>
    /// Tells whether an id may be missing at a path's end: <c>pages/</c> is the path of a page whose id is empty, and <c>users/me/</c> is <c>users/me</c>
    /// with a slash behind it, which Notion tolerates.
    /// </summary>
    /// <param name="path">The path below <c>/v1/</c>, without the slash at its end.</param>
    /// <returns><see langword="true"/> where an id may follow, and where the path isn't known.</returns>
    internal static bool MayLackId(string path)
    {
        string[] segments = path.Split('/');
        return !All.Any(e => e.Matches(segments, segments.Length))
            || All.Any(e => e._segments.Length > segments.Length && IsPlaceholder(e._segments[segments.Length]) && e.Matches([.. segments, string.Empty], segments.Length));
    }

    /// <summary>Tells whether a path takes a file as multipart/form-data, where every other one takes JSON.</summary>
    /// <param name="path">A path or a URL, as <see cref="NotionRequest.Path"/>.</param>
    /// <returns><see langword="true"/> for sending the content of a file upload.</returns>
    public static bool TakesFile(string path) => Find(path)?.Path == SendPath;

    /// <summary>Whether POST reads there and makes nothing.</summary>
    internal bool IsReadByPost => Lists.Contains("POST") && Path != ViewQueriesPath;

    /// <summary>Whether a method gives a list that takes <c>page_size</c>.</summary>
    internal bool IsList(string method) => Lists.Contains(method);

    // More than the segments to compare may be there of the endpoint: a path that has only been begun.
    private bool Matches(string[] segments, int count)
    {
        if (count == segments.Length && count != _segments.Length) return false;
        for (int i = 0; i < count; i++)
            if (segments[i].Length == 0 || (!IsPlaceholder(_segments[i]) && _segments[i] != segments[i])) return false;
        return true;
    }

    private static bool IsPlaceholder(string segment) => segment[0] == '{';

    private static string Relative(string path)
    {
        string rest = path.Split('?')[0].Trim(' ');
        int scheme = rest.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            int slash = rest.IndexOf('/', scheme + 3);
            rest = slash < 0 ? string.Empty : rest.Substring(slash);
        }

        rest = rest.Trim('/');
        return rest.StartsWith("v1/", StringComparison.Ordinal) ? rest.Substring(3) : rest;
    }

    private static NotionEndpoint Of(string path, string methods)
    {
        string[] all = methods.Split([' '], StringSplitOptions.RemoveEmptyEntries);
        return new(path, [.. all.Select(m => m.TrimEnd('*'))], [.. all.Where(m => m.EndsWith("*", StringComparison.Ordinal)).Select(m => m.TrimEnd('*'))]);
    }
}
