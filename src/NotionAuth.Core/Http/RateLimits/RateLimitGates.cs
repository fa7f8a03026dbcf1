using System;
using System.Collections.Generic;
using System.Linq;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Http.RateLimits;

/// <summary>The gates of tokens that are just given: requests with one token share one gate, as those of a connection do.</summary>
public sealed class RateLimitGates
{
    private const int Capacity = 256;
    private readonly Dictionary<int, RateLimitGate> _gates = [];

    /// <summary>Finds or makes a token's gate.</summary>
    /// <param name="token">The token; it isn't kept.</param>
    /// <param name="baseUri">Where it is sent.</param>
    /// <returns>The gate.</returns>
    public RateLimitGate Of(Secret token, Uri baseUri)
    {
        // A hash, so that the token isn't kept. Where two tokens have the same one, they wait for each other, and no more.
        int key = (baseUri.GetLeftPart(UriPartial.Authority), token.Reveal()).GetHashCode();
        lock (_gates)
        {
            if (_gates.TryGetValue(key, out RateLimitGate? known)) return known;
            if (_gates.Count >= Capacity)
                foreach (int open in _gates.Where(g => g.Value.IsOpen).Select(g => g.Key).ToList()) _gates.Remove(open);
            return _gates[key] = new RateLimitGate();
        }
    }
}
