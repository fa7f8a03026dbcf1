using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Http.RateLimits;

/// <summary>
/// Holds requests back until a time, and then lets them go without a stampede: first one, then one more for each that
/// Notion served, so that their number doubles with each round trip. A limit that is still there costs one more 429 and
/// not one for each that waited.
/// </summary>
internal sealed class RateLimitGate
{
    // So many served since the gate opened, and nothing more is counted.
    private const int FullPace = 64;

    // Who takes longer than this for an answer doesn't hold up those behind.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly object _lock = new();
    private readonly Queue<TaskCompletionSource<Pass?>> _queue = [];

    // On the clock that nobody sets: with the time of day, setting the machine's clock back would hold requests for as
    // long.
    private long _opensAt;
    private int _pace = int.MaxValue;
    private int _underWay;
    private int _round;

    /// <summary>Whether nothing is held back or counted at this moment.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock) return _pace == int.MaxValue && _opensAt <= Now();
        }
    }

    /// <summary>Closes the gate for a time; a gate that is closed for longer already stays so.</summary>
    public void CloseFor(TimeSpan wait)
    {
        lock (_lock)
        {
            _opensAt = Math.Max(_opensAt, Now() + wait.Ticks);
            _pace = 1;
            _underWay = 0;
            _round++;

            // Those that waited for their turn wait for the time again.
            while (_queue.Count > 0) _queue.Dequeue().TrySetResult(null);
        }
    }

    /// <summary>Waits until a request may go.</summary>
    /// <param name="wait">Waits for a time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What <see cref="Leave"/> takes when the request is answered; null where nothing is counted.</returns>
    public async ValueTask<Pass?> EnterAsync(Func<TimeSpan, Task> wait, CancellationToken cancellationToken)
    {
        // A wait that has ended is believed, for timers and clocks differ a little; only another closing meanwhile asks
        // for another one.
        long waitedFor = long.MinValue;
        while (true)
        {
            TimeSpan left;
            TaskCompletionSource<Pass?>? turn = null;
            lock (_lock)
            {
                left = TimeSpan.FromTicks(_opensAt - Now());
                bool isOpen = left <= TimeSpan.Zero || _opensAt == waitedFor;
                if (isOpen && _pace == int.MaxValue) return null;
                if (isOpen && _underWay < _pace) return Start();
                if (isOpen)
                    _queue.Enqueue(
                        turn = new TaskCompletionSource<Pass?>(TaskCreationOptions.RunContinuationsAsynchronously));
                else waitedFor = _opensAt;
            }

            if (turn is null)
            {
                await wait(left).ConfigureAwait(false);
                continue;
            }

            using (cancellationToken.Register(static t => ((TaskCompletionSource<Pass?>)t!).TrySetCanceled(), turn))
            {
                if (await turn.Task.ConfigureAwait(false) is { } pass && IsValid(pass))
                    return pass.IsCounted ? pass : null;
            }
        }
    }

    /// <summary>A request was answered, or wasn't.</summary>
    /// <param name="pass">What it entered with.</param>
    /// <param name="wasServed">Whether Notion answered, and not with 429.</param>
    public void Leave(Pass pass, bool wasServed)
    {
        lock (_lock)
        {
            if (pass.Round != _round) return;
            if (wasServed && _pace < int.MaxValue && ++_pace > FullPace) _pace = int.MaxValue;
            End(pass);
        }
    }

    private bool IsValid(Pass pass)
    {
        lock (_lock) return pass.Round == _round;
    }

    private Pass Start()
    {
        _underWay++;
        var pass = new Pass(_round, isCounted: true);
        _ = Task.Delay(Patience).ContinueWith(
            _ =>
            {
                lock (_lock) End(pass);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return pass;
    }

    private void End(Pass pass)
    {
        if (pass.Round != _round) return;
        if (!pass.IsOver) _underWay--;
        pass.IsOver = true;
        while (_queue.Count > 0 && _underWay < _pace)
        {
            TaskCompletionSource<Pass?> next = _queue.Dequeue();
            if (next.Task.IsCompleted) continue;
            Pass granted = _pace == int.MaxValue ? new Pass(_round, isCounted: false) : Start();
            if (!next.TrySetResult(granted) && granted.IsCounted) End(granted);
        }
    }

    private static long Now() =>
        (long)(Stopwatch.GetTimestamp() * (TimeSpan.TicksPerSecond / (double)Stopwatch.Frequency));

    /// <summary>A request that is under way since the gate has opened.</summary>
    internal sealed class Pass(int round, bool isCounted)
    {
        public int Round => round;

        public bool IsCounted => isCounted;

        public bool IsOver { get; set; }
    }
}
