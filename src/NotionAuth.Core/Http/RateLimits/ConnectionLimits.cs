using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Threading;

namespace NotionAuth.Core.Http.RateLimits;

/// <summary>
/// Holds back requests of one connection until the time that a 429 named: all of them, those to one endpoint, or those
/// of every connection to its workspace, as the 429's reason says. Source:
/// developers.notion.com/reference/request-limits.
/// </summary>
internal sealed class ConnectionLimits
{
    internal const string Blocked = "public_api_request_blocked";
    private const string WorkspaceReason = "public_api_space_request_rate_limit";
    private const string EndpointReason = "public_api_endpoint_rate_limit";
    private const int MaximumEndpoints = 64;
    private readonly RateLimitGate _connection = new();
    private readonly Dictionary<string, RateLimitGate> _endpoints = [];
    private RateLimitGate? _workspace;

    /// <summary>The gate that all connections to the workspace share; null where the workspace isn't known.</summary>
    internal RateLimitGate? Workspace
    {
        get => Volatile.Read(ref _workspace);
        set => Volatile.Write(ref _workspace, value);
    }

    /// <summary>Whether nothing is held back at this moment.</summary>
    internal bool IsOpen
    {
        get
        {
            lock (_endpoints)
                return _connection.IsOpen && Workspace is not { IsOpen: false }
                    && (_endpoints.Count == 0 || _endpoints.Values.All(e => e.IsOpen));
        }
    }

    /// <summary>Holds back every request of the connection for a time.</summary>
    /// <param name="wait">How long, from now.</param>
    public void CloseFor(TimeSpan wait) => _connection.CloseFor(wait);

    /// <summary>Holds back what a 429 speaks of.</summary>
    internal void CloseFor(TimeSpan wait, string? reason, HttpRequestMessage request)
    {
        if (reason == EndpointReason) Endpoint(KeyOf(request)).CloseFor(wait);
        else if (reason == WorkspaceReason && Workspace is { } workspace) workspace.CloseFor(wait);
        else _connection.CloseFor(wait);
    }

    /// <summary>
    /// The gates that a request passes, the widest last, so that what waits at the narrower ones takes nobody's turn
    /// there.
    /// </summary>
    internal IEnumerable<(RateLimitGate Gate, string Scope)> For(HttpRequestMessage request)
    {
        if (HasEndpoints && Known(KeyOf(request)) is { } endpoint) yield return (endpoint, "this endpoint");
        yield return (_connection, "this connection");
        if (Workspace is { } workspace) yield return (workspace, "this workspace");
    }

    private bool HasEndpoints
    {
        get
        {
            lock (_endpoints) return _endpoints.Count > 0;
        }
    }

    private RateLimitGate? Known(string template)
    {
        lock (_endpoints) return _endpoints.TryGetValue(template, out RateLimitGate? known) ? known : null;
    }

    private RateLimitGate Endpoint(string template)
    {
        lock (_endpoints)
        {
            if (_endpoints.TryGetValue(template, out RateLimitGate? known)) return known;
            if (_endpoints.Count >= MaximumEndpoints)
                foreach (string open in _endpoints.Where(e => e.Value.IsOpen).Select(e => e.Key).ToList())
                    _endpoints.Remove(open);
            return _endpoints[template] = new RateLimitGate();
        }
    }

    private static string KeyOf(HttpRequestMessage request) =>
        RequestContext.Get(request).MakeEndpointKey?.Invoke()
            ?? $"{request.Method.Method} {request.RequestUri!.AbsolutePath}";
}
