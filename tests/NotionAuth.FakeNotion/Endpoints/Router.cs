using System;
using System.Collections.Generic;
using System.Linq;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

/// <summary>Which credential a route wants.</summary>
internal enum Credential
{
    None,
    Bearer,

    /// <summary>
    /// The OAuth endpoints look at the client's credentials themselves: their errors have another shape.
    /// </summary>
    Client,
}

/// <summary>The versions that have a route. Under the others it doesn't exist.</summary>
internal enum Exists
{
    Always,
    BeforeDataSources,
    WithDataSources,
    FromCurrent,
}

internal sealed record Route(
    string Method, string[] Segments, Credential Credential, Exists Exists, Capabilities Needs,
    Func<Call, Reply> Handler);

/// <summary>
/// Notion's own route table in place of ASP.NET's: a wrong method is an invalid URL there and not a 405, credentials
/// are looked at before the version, and the version decides whether some routes exist at all.
/// </summary>
internal sealed class Router
{
    private readonly Dictionary<int, List<Route>> _byLength = [];

    public void Map(
        string methodAndPath,
        Func<Call, Reply> handler,
        Capabilities needs = Capabilities.None,
        Exists exists = Exists.Always,
        Credential credential = Credential.Bearer)
    {
        var space = methodAndPath.IndexOf(' ', StringComparison.Ordinal);
        var segments = methodAndPath[(space + 1)..].Split('/');
        if (!_byLength.TryGetValue(segments.Length, out var routes))
            _byLength.Add(segments.Length, routes = []);
        routes.Add(new Route(methodAndPath[..space], segments, credential, exists, needs, handler));
    }

    /// <summary>The route for a raw path, literals before parameters; null if there is none.</summary>
    public Route? Find(string method, string rawPath, out Dictionary<string, string> args)
    {
        args = [];
        var path = rawPath.StartsWith('/') ? rawPath[1..] : rawPath;
        // One trailing slash is tolerated, no more than one.
        if (path.EndsWith('/'))
            path = path[..^1];
        var segments = path.Split('/');
        if (!_byLength.TryGetValue(segments.Length, out var routes))
            return null;
        Route? best = null;
        foreach (var route in routes)
        {
            if (route.Method == method && Matches(route, segments)
                && (best is null || Literals(route) > Literals(best)))
                best = route;
        }

        for (var i = 0; i < best?.Segments.Length; i++)
        {
            if (best.Segments[i][0] == '{')
                args[best.Segments[i][1..^1]] = Uri.UnescapeDataString(segments[i]);
        }

        return best;
    }

    private static int Literals(Route route) => route.Segments.Count(s => s[0] != '{');

    private static bool Matches(Route route, string[] segments)
    {
        for (var i = 0; i < segments.Length; i++)
        {
            var isParameter = route.Segments[i][0] == '{';
            if (isParameter ? segments[i].Length == 0 || segments[i] is "." or ".." : segments[i] != route.Segments[i])
                return false;
        }

        return true;
    }
}
