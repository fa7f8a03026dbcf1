using System;
using System.Collections.Generic;
using System.Threading;

namespace NotionAuth.FakeNotion.Hosting;

/// <summary>
/// Counts the requests of each connection, or workspace, in a window that slides or is fixed; any burst is fine until
/// the window is full.
/// </summary>
internal sealed class RateLimiter(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Queue<DateTimeOffset>> _served = [];

    /// <summary>Null if the request may pass, else the whole seconds until the window has room.</summary>
    public int? Take(Guid whose, int limit, TimeSpan window, bool isFixed)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (!_served.TryGetValue(whose, out var served))
                _served.Add(whose, served = new Queue<DateTimeOffset>());
            while (served.TryPeek(out var oldest) && oldest + window <= now)
            {
                // The first one's window is over, and all that was served in it goes with it.
                if (isFixed)
                    served.Clear();
                else
                    _ = served.Dequeue();
            }

            if (served.Count < limit)
            {
                served.Enqueue(now);
                return null;
            }

            var free = served.TryPeek(out var first) ? first + window - now : window;
            return Math.Max(1, (int)Math.Ceiling(free.TotalSeconds));
        }
    }

    public void Clear()
    {
        lock (_lock)
            _served.Clear();
    }
}
