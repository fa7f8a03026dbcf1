using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Commands.Base;

/// <summary>A cmdlet that has done with one input before it takes the next.</summary>
public abstract class SequentialCmdlet : NotionCmdlet
{
    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Guard(() => Wait(Task.Run(() => ProcessAsync(StopToken))));

    /// <summary>Does the cmdlet's work for one input.</summary>
    /// <param name="cancellationToken">Ends the work at once.</param>
    /// <returns>A task that ends with the work.</returns>
    private protected abstract Task ProcessAsync(CancellationToken cancellationToken);
}
