using System;
using System.Diagnostics;

namespace NotionAuth.Core.Http.Bodies;

/// <summary>Tells of a transfer's progress a few times a second, and at its end.</summary>
internal sealed class ProgressMeter(Action<TransferProgress>? progress, long? total)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private TimeSpan _next;

    public long Transferred { get; private set; }

    public void Add(int bytes)
    {
        Transferred += bytes;
        if (progress is null || (_since.Elapsed < _next && Transferred != total)) return;
        _next = _since.Elapsed + Interval;
        progress(new TransferProgress(Transferred, total));
    }
}
