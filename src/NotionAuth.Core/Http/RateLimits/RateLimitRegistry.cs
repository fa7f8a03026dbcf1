using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Http.RateLimits;

/// <summary>
/// The limits that requests share in this process: those with one token that was just given, and those of all
/// connections to one workspace.
/// </summary>
internal sealed class RateLimitRegistry
{
    private const int Capacity = 256;
    private static readonly ConcurrentDictionary<string, RateLimitGate> Workspaces = new(StringComparer.Ordinal);
    private readonly Dictionary<int, ConnectionLimits> _tokens = [];

    /// <summary>Finds or makes a token's limits.</summary>
    /// <param name="token">The token; it isn't kept.</param>
    /// <param name="baseUri">Where it is sent.</param>
    /// <returns>The limits.</returns>
    public ConnectionLimits ForToken(Secret token, Uri baseUri)
    {
        // A hash, so that the token isn't kept. Where two tokens have the same one, they wait for each other, and no
        // more.
        int key = (baseUri.GetLeftPart(UriPartial.Authority), token.Reveal()).GetHashCode();
        lock (_tokens)
        {
            if (_tokens.TryGetValue(key, out ConnectionLimits? known)) return known;
            if (_tokens.Count >= Capacity)
                foreach (int open in _tokens.Where(t => t.Value.IsOpen).Select(t => t.Key).ToList())
                    _tokens.Remove(open);
            return _tokens[key] = new ConnectionLimits();
        }
    }

    /// <summary>Finds or makes the gate that all connections to a workspace share.</summary>
    internal static RateLimitGate ForWorkspace(Uri baseUri, string workspaceId) =>
        Workspaces.GetOrAdd(
            $"{baseUri.GetLeftPart(UriPartial.Authority)} {workspaceId}", static _ => new RateLimitGate());
}
