using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using NotionAuth.Core.Http;

namespace NotionAuth.Host;

/// <summary>
/// Shows the waits before attempts as one line of progress: the one that ends last, second by second, until none is
/// left.
/// </summary>
/// <param name="onPipeline">Queues an action for the pipeline thread.</param>
/// <param name="write">Writes progress, on that thread.</param>
internal sealed class WaitDisplay(Action<Action> onPipeline, Action<ProgressRecord> write) : IDisposable
{
    private const int ActivityId = 1;
    private const string Activity = "Waiting for Notion";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly List<RequestWait> _waits = [];
    private Timer? _timer;
    private int _isQueued;
    private bool _isShown;

    /// <summary>Takes a wait that begins; on any thread.</summary>
    public void Begin(RequestWait wait)
    {
        // What is over before it could be read only flickers.
        if (wait.Duration < Second) return;
        lock (_waits)
        {
            _waits.Add(wait);
            _timer ??= new Timer(_ => Queue());
            _timer.Change(Second, Second);
        }

        Queue();
    }

    /// <summary>Takes a wait that has ended; on any thread.</summary>
    public void End(RequestWait wait)
    {
        lock (_waits)
        {
            if (!_waits.Remove(wait)) return;
            if (_waits.Count == 0) _timer!.Change(Timeout.Infinite, Timeout.Infinite);
        }

        Queue();
    }

    public void Dispose()
    {
        lock (_waits) _timer?.Dispose();
    }

    // One at a time: the pipeline thread may be busy elsewhere for longer than a second.
    private void Queue()
    {
        if (Interlocked.Exchange(ref _isQueued, 1) == 0) onPipeline(Show);
    }

    private void Show()
    {
        Volatile.Write(ref _isQueued, 0);
        RequestWait? last;
        int count;
        lock (_waits)
        {
            last = _waits.OrderBy(w => w.Until).LastOrDefault();
            count = _waits.Count;
        }

        if (last is null && !_isShown) return;
        _isShown = last is not null;
        write(last is null
            ? new ProgressRecord(ActivityId, Activity, "Done") { RecordType = ProgressRecordType.Completed }
            : RecordOf(last, count));
    }

    private static ProgressRecord RecordOf(RequestWait wait, int count)
    {
        double left = Math.Max(0, (wait.Until - DateTime.UtcNow).TotalSeconds);
        string retry = wait.Retry == 0 ? string.Empty
            : string.Format(CultureInfo.InvariantCulture, ", retry {0} of {1}", wait.Retry, wait.MaximumRetryCount);
        string what = count == 1 ? $"{wait.Method} {wait.Path}" : string.Format(CultureInfo.InvariantCulture,
            "{0} requests", count);
        return new ProgressRecord(ActivityId, Activity, $"{what}: {wait.Detail}{retry}")
        {
            SecondsRemaining = (int)Math.Ceiling(left),
            PercentComplete = (int)Math.Min(100, 100 * (1 - (left / wait.Duration.TotalSeconds))),
        };
    }
}
