using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Http;
using NotionAuth.Host;

namespace NotionAuth.Commands.Base;

/// <summary>A cmdlet that has done with one input before it takes the next.</summary>
public abstract class SequentialCmdlet : NotionCmdlet
{
    private WaitDisplay? _waits;

    /// <summary>What bounds the requests have that the cmdlet makes by itself; their waits are shown as progress.</summary>
    private protected RequestBounds Bounds
    {
        get
        {
            WaitDisplay waits = _waits ??= new WaitDisplay(OnPipeline, Show);
            return new RequestBounds { Waiting = waits.Begin, Waited = waits.End };
        }
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Guard(() => Wait(Task.Run(() => ProcessAsync(StopToken))));

    /// <summary>Does the cmdlet's work for one input.</summary>
    /// <param name="cancellationToken">Ends the work at once.</param>
    /// <returns>A task that ends with the work.</returns>
    private protected abstract Task ProcessAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _waits?.Dispose();
    }

    private void Show(ProgressRecord record) => Tell(() => WriteProgress(record));
}
