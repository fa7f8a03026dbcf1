using System;
using System.Collections.Generic;
using System.Threading;

namespace NotionAuth.FakeNotion.Hosting;

/// <summary>
/// Counts each connection's requests in a sliding window; any burst is fine until the window is full.
/// </summary>
internal sealed class RateLimiter(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Queue<DateTimeOffset>> _served = [];

    /// <summary>Null if the request may pass, else the whole seconds until the window has room.</summary>
    public int? Take(Guid bot, RateLimit limit)
    {
        if (!limit.Enabled)
            return null;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (!_served.TryGetValue(bot, out var served))
                _served.Add(bot, served = new Queue<DateTimeOffset>());
            while (served.TryPeek(out var oldest) && oldest + limit.Window <= now)
                _ = served.Dequeue();
            if (served.Count < limit.Limit)
            {
                served.Enqueue(now);
                return null;
            }

            var free = served.TryPeek(out var first) ? first + limit.Window - now : limit.Window;
            return Math.Max(1, (int)Math.Ceiling(free.TotalSeconds));
        }
    }

    public void Clear()
    {
        lock (_lock)
            _served.Clear();
    }
}
