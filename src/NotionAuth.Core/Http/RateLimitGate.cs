using System;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Http;

/// <summary>Holds back every request of one connection until the time that a 429 named.</summary>
public sealed class RateLimitGate
{
    private long _opensAtTicks;

    /// <summary>Closes the gate for a time; a gate that is closed for longer already stays so.</summary>
    /// <param name="wait">How long, from now.</param>
    public void CloseFor(TimeSpan wait)
    {
        long until = DateTime.UtcNow.Ticks + wait.Ticks;
        long seen = Interlocked.Read(ref _opensAtTicks);
        while (seen < until)
        {
            long before = Interlocked.CompareExchange(ref _opensAtTicks, until, seen);
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
        while (true)
        {
            long left = Interlocked.Read(ref _opensAtTicks) - DateTime.UtcNow.Ticks;
            if (left <= 0) return;
            await delay(TimeSpan.FromTicks(left), cancellationToken).ConfigureAwait(false);
        }
    }
}
