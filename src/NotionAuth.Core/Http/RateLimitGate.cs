using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Http;

/// <summary>Holds back every request of one connection until the time that a 429 named.</summary>
public sealed class RateLimitGate
{
    // On the clock that nobody sets: with the time of day, setting the machine's clock back would hold requests for as long.
    private long _opensAt;

    /// <summary>Whether nothing is held back at this moment.</summary>
    internal bool IsOpen => Interlocked.Read(ref _opensAt) <= Now();

    /// <summary>Closes the gate for a time; a gate that is closed for longer already stays so.</summary>
    /// <param name="wait">How long, from now.</param>
    public void CloseFor(TimeSpan wait)
    {
        long until = Now() + wait.Ticks;
        long seen = Interlocked.Read(ref _opensAt);
        while (seen < until)
        {
            long before = Interlocked.CompareExchange(ref _opensAt, until, seen);
            if (before == seen) return;
            seen = before;
        }
    }

    /// <summary>Waits until the gate is open.</summary>
    /// <param name="delay">How waiting is done.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the gate is open.</returns>
    internal async Task WaitAsync(Func<TimeSpan, CancellationToken, Task> delay, CancellationToken cancellationToken)
    {
        // A wait that has ended is believed, for timers and clocks differ a little; only another closing meanwhile asks for another one.
        long waitedFor = long.MinValue;
        while (true)
        {
            long opensAt = Interlocked.Read(ref _opensAt);
            long left = opensAt - Now();
            if (left <= 0 || opensAt == waitedFor) return;
            waitedFor = opensAt;
            await delay(TimeSpan.FromTicks(left), cancellationToken).ConfigureAwait(false);
        }
    }

    private static long Now() => (long)(Stopwatch.GetTimestamp() * (TimeSpan.TicksPerSecond / (double)Stopwatch.Frequency));
}
