using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Http;
using NotionAuth.Vault;

namespace NotionAuth.Hosting;

/// <summary>The base of every cmdlet: asynchronous work with the pipeline thread at its service, ended at once by Ctrl+C.</summary>
public abstract class NotionCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private PipelinePump? _pump;
    private SecretManagement? _secrets;

    /// <summary>What this runspace's session knows: its current connection.</summary>
    internal RunspaceState RunspaceState { get; private set; } = null!;

    /// <summary>The stores, for work that runs now.</summary>
    internal IConnectionStores Stores => new VaultStores(Pump, _secrets!);

    /// <summary>Finds connections.</summary>
    internal ConnectionFinder Finder => new(Stores, ProcessState.Cache);

    /// <summary>Whether an error ends the command; otherwise it is written and the next input has its turn.</summary>
    private protected virtual bool ErrorsTerminate => false;

    private PipelinePump Pump => _pump ?? throw new InvalidOperationException("No work is running.");

    /// <summary>Does the cmdlet's work for one input.</summary>
    /// <param name="cancellationToken">Ends the work at once.</param>
    /// <returns>A task that ends with the work.</returns>
    private protected abstract Task ProcessAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        RunspaceState = RunspaceState.Current;
        _pump = new PipelinePump();
        _secrets ??= new SecretManagement(SessionState.PSVariable.GetValue("Error") as IList ?? new ArrayList(), _stopping.Token);
        try
        {
            _pump.Run(
                async () =>
                {
                    await ProcessAsync(_stopping.Token).ConfigureAwait(false);
                    return true;
                },
                _stopping.Cancel);
        }
        catch (NotionAuthException e)
        {
            if (ErrorsTerminate) ThrowTerminatingError(ErrorRecords.Of(e));
            WriteError(ErrorRecords.Of(e));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        finally
        {
            _pump = null;
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopping.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Puts away what the cmdlet holds.</summary>
    /// <param name="disposing">Whether it is called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing) _stopping.Dispose();
    }

    private protected Task WriteAsync(object? value) => OnPipelineAsync(() => WriteObject(value));

    private protected Task WriteAllAsync(IEnumerable<object?> values) => OnPipelineAsync(() => WriteObject(values, enumerateCollection: true));

    private protected Task WriteErrorAsync(NotionAuthException error) => OnPipelineAsync(() => WriteError(ErrorRecords.Of(error)));

    private protected Task<bool> ShouldProcessAsync(string target, string action) => Pump.InvokeAsync(() => ShouldProcess(target, action));

    private protected Task<T> OnPipelineAsync<T>(Func<T> action) => Pump.InvokeAsync(action);

    private protected Task OnPipelineAsync(Action action) => Pump.InvokeAsync(() =>
    {
        action();
        return true;
    });

    private protected void Warn(string message) => Pump.Post(() => Tell(() => WriteWarning(message)));

    private protected void Log(RequestLogEntry entry) => _pump?.Post(() => Tell(() => WriteVerbose(entry.ToString())));

    // With -Debug, PowerShell shows such a line and then asks whether to go on, also where nobody can be asked; that is no reason to end the work.
    private static void Tell(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is PSInvalidOperationException or System.Management.Automation.Host.HostException)
        {
            return;
        }
    }

    private protected static NotionTransport TransportOf(ConnectionSession session) => session.Transport ?? ProcessState.Transport;

    private protected ConnectionTokenSource TokensOf(ConnectionSession session, IConnectionStore store) =>
        new(session, store, TransportOf(session), Log, Warn);
}
