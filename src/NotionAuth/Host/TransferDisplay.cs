using System;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Host;

/// <summary>Shows how far one file has come as a line of progress of its own.</summary>
/// <param name="activity">What is done with the file.</param>
/// <param name="onPipeline">Queues an action for the pipeline thread.</param>
/// <param name="write">Writes progress, on that thread.</param>
internal sealed class TransferDisplay(string activity, Action<Action> onPipeline, Action<ProgressRecord> write)
{
    private const double Megabyte = 1024 * 1024;

    // 1 belongs to the waits.
    private static int s_lastId = 1;
    private readonly int _id = Interlocked.Increment(ref s_lastId);
    private readonly object _lock = new();
    private TransferProgress _progress;
    private bool _isQueued;
    private bool _isShown;

    /// <summary>Takes the newest state; on any thread.</summary>
    public void Take(TransferProgress progress)
    {
        lock (_lock)
        {
            _progress = progress;
            if (_isQueued) return;
            _isQueued = true;
        }

        onPipeline(Show);
    }

    /// <summary>Hands on what the transfer gives, and takes the line away at its end.</summary>
    public async IAsyncEnumerable<T> DuringAsync<T>(IAsyncEnumerable<T> pieces)
    {
        try
        {
            await foreach (T piece in pieces.ConfigureAwait(false)) yield return piece;
        }
        finally
        {
            onPipeline(End);
        }
    }

    private void Show()
    {
        TransferProgress progress;
        lock (_lock)
        {
            progress = _progress;
            _isQueued = false;
        }

        _isShown = true;
        string status = progress.Total is long total
            ? string.Format(
                CultureInfo.InvariantCulture, "{0:0.0} of {1:0.0} MiB", progress.Transferred / Megabyte,
                total / Megabyte)
            : string.Format(CultureInfo.InvariantCulture, "{0:0.0} MiB", progress.Transferred / Megabyte);
        write(new ProgressRecord(_id, activity, status)
        {
            PercentComplete = progress.Total is > 0 and long all ? (int)(100 * progress.Transferred / all) : -1,
        });
    }

    private void End()
    {
        if (_isShown) write(new ProgressRecord(_id, activity, "Done") { RecordType = ProgressRecordType.Completed });
    }
}
