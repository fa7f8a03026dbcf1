using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;

namespace NotionAuth.Core.Api;

/// <summary>
/// An endpoint of Notion's API: the one place that knows what a path is. Source: Notion's OpenAPI description (April
/// 2026), and the reference's pages for what that leaves out: queries of databases (before 2025-09-03), meeting notes,
/// asynchronous tasks, agents and sessions.
/// </summary>
/// <param name="Path">The path below <c>/v1/</c>; a placeholder stands in braces: <c>pages/{page_id}</c>.</param>
/// <param name="Operations">What can be done there; empty where that isn't known.</param>
internal sealed partial record NotionEndpoint(string Path, IReadOnlyList<EndpointOperation> Operations)
{
    /// <summary>The path of a query of a database's rows.</summary>
    public const string DatabaseQuery = "databases/{database_id}/query";

    private readonly string[] _segments = Path.Split('/');

    /// <summary>The methods that it takes; empty where that isn't known.</summary>
    public IReadOnlyList<string> Methods { get; } = [.. Operations.Select(o => o.Method)];

    /// <summary>The methods that give a list and take <c>page_size</c>.</summary>
    public IReadOnlyList<string> Lists { get; } = [.. Operations.Where(o => o.IsList).Select(o => o.Method)];

    /// <summary>Whether it takes a file as multipart/form-data, where every other one takes JSON.</summary>
    public bool TakesFile => Operations.Any(o => o.TakesFile);

    /// <summary>Whether a file that is given to it is uploaded.</summary>
    public bool UploadsFile => Operations.Any(o => o.UploadsFile);

    /// <summary>Finds the endpoint that a path belongs to.</summary>
    /// <param name="path">A path or a URL, as <see cref="NotionRequest.Path"/>.</param>
    /// <returns>The endpoint, or null where none is known.</returns>
    public static NotionEndpoint? Find(string path)
    {
        string[] segments = ApiPath.Relative(path).Split('/');
        return Shapes.Known[(segments.Length, segments[0])].FirstOrDefault(e => e.Matches(segments, segments.Length));
    }

    /// <summary>Whether it is a query of rows: of a data source, or before 2025-09-03 of a database.</summary>
    public bool IsRowQuery => Path is "data_sources/{data_source_id}/query" or DatabaseQuery;

    /// <summary>The method of a request that names none: the endpoint's own where it has just one.</summary>
    /// <param name="path">A path or a URL, as <see cref="NotionRequest.Path"/>.</param>
    /// <returns>The method; GET where several are known, or none.</returns>
    public static string DefaultMethod(string path) =>
        Find(path)?.Methods is { Count: 1 } only ? only[0] : "GET";

    /// <summary>
    /// Completes a path that has been begun: the segments that are there stay as they are, and the rest comes from the
    /// endpoints.
    /// </summary>
    /// <param name="typed">What is there of the path.</param>
    /// <param name="method">The method; null where it is open.</param>
    /// <returns>The completed paths, and the endpoint of each.</returns>
    public static IEnumerable<(string Path, NotionEndpoint Endpoint)> Complete(string typed, string? method)
    {
        string lead = typed.StartsWith("/v1/", StringComparison.Ordinal)
            ? "/v1/" : typed.StartsWith("v1/", StringComparison.Ordinal) ? "v1/"
            : typed.StartsWith("/", StringComparison.Ordinal) ? "/" : string.Empty;
        string[] segments = typed.Substring(lead.Length).Split('/');
        int whole = segments.Length - 1;
        foreach (NotionEndpoint endpoint in All)
        {
            if (method is not null && endpoint.Methods.Count > 0
                && !endpoint.Methods.Contains(method, StringComparer.OrdinalIgnoreCase)) continue;
            if (endpoint._segments.Length <= whole || !endpoint.Matches(segments, whole)) continue;
            string next = endpoint._segments[whole];
            string begun = segments[whole];
            bool isTyped = begun.Length > 0 && IsPlaceholder(next)
                && !next.StartsWith(begun, StringComparison.OrdinalIgnoreCase);
            if (!isTyped && !next.StartsWith(begun, StringComparison.OrdinalIgnoreCase)) continue;
            string completed = lead +
                string.Join(
                    "/", segments.Take(whole).Append(isTyped ? begun : next)
                    .Concat(endpoint._segments.Skip(whole + 1)));
            if (completed != typed) yield return (completed, endpoint);
        }
    }

    /// <summary>
    /// Tells whether an id may be missing at a path's end: <c>pages/</c> is the path of a page whose id is empty, and
    /// <c>users/me/</c> is <c>users/me</c> with a slash behind it, which Notion tolerates.
    /// </summary>
    /// <param name="path">The path below <c>/v1/</c>, without the slash at its end.</param>
    /// <returns><see langword="true"/> where an id may follow, and where the path isn't known.</returns>
    internal static bool MayLackId(string path)
    {
        string[] segments = path.Split('/');
        return !All.Any(e => e.Matches(segments, segments.Length))
            || All.Any(e => e._segments.Length > segments.Length && IsPlaceholder(e._segments[segments.Length])
                && e.Matches([.. segments, string.Empty], segments.Length));
    }

    /// <summary>Finds what a method does at a path.</summary>
    /// <param name="path">A path or a URL, as <see cref="NotionRequest.Path"/>.</param>
    /// <param name="method">The method.</param>
    /// <returns>The operation, or null where none is known: it counts as one that writes.</returns>
    public static EndpointOperation? Find(string path, HttpMethod method) =>
        Find(path)?.Operations.FirstOrDefault(o => o.Method == method.Method);

    /// <summary>
    /// What all requests to one endpoint have in common, such as <c>GET /v1/pages/*/properties/*</c>: Notion limits
    /// some endpoints by themselves.
    /// </summary>
    /// <param name="path">A path or a URL, as <see cref="NotionRequest.Path"/>.</param>
    /// <param name="method">The method.</param>
    /// <returns>The key.</returns>
    internal static string LimitKey(string path, HttpMethod method)
    {
        IEnumerable<string> segments = Find(path) is { } known
            ? known._segments.Select(s => IsPlaceholder(s) ? "*" : s)
            : ApiPath.Relative(path).Split('/').Select(s => s.All(c => c is (>= 'a' and <= 'z') or '_') ? s : "*");
        return $"{method.Method} /v1/{string.Join("/", segments)}";
    }

    // More than the segments to compare may be there of the endpoint: a path that has only been begun.
    private bool Matches(string[] segments, int count)
    {
        if (count == segments.Length && count != _segments.Length) return false;
        for (int i = 0; i < count; i++)
            if (segments[i].Length == 0 || (!IsPlaceholder(_segments[i]) && _segments[i] != segments[i])) return false;
        return true;
    }

    private static bool IsPlaceholder(string segment) => segment[0] == '{';

    // Each request looks its endpoint up, several times: by how many segments there are and the first, which is never a
    // placeholder; the one with the fewest placeholders first.
    private static class Shapes
    {
        public static readonly ILookup<(int Count, string First), NotionEndpoint> Known = All
            .OrderBy(e => e._segments.Count(IsPlaceholder)).ToLookup(e => (e._segments.Length, e._segments[0]));
    }
}
