using System;
using System.Collections.Concurrent;
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
    private readonly PipelinePump _pump = new();
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);
    private SecretManagement? _secrets;

    /// <summary>What this runspace's session knows: its current connection.</summary>
    internal RunspaceState RunspaceState { get; private set; } = null!;

    /// <summary>The stores, for work that runs now.</summary>
    internal IConnectionStores Stores => new VaultStores(_secrets!, Warn);

    /// <summary>Finds connections.</summary>
    internal ConnectionFinder Finder => new(Stores, ProcessState.Cache, WarnOnce);

    // A script's try and catch must see that the one thing failed which the command was given to do. With piped input an error belongs to its input.
    /// <summary>Whether an error ends the command; otherwise it is written and the next input has its turn.</summary>
    private protected bool ErrorsTerminate => !MyInvocation.ExpectingInput && !MyInvocation.BoundParameters.ContainsKey("ErrorAction");

    /// <summary>Ends when the pipeline stops, and when one of this cmdlet's own writes to it says that it is over.</summary>
    private protected CancellationToken StopToken => _stopping.Token;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RunspaceState = RunspaceState.Current;
        _secrets = new SecretManagement(HostPrompts.Outer(Host), _stopping.Token);
        Guard(() => ParameterRules.CheckGiven(MyInvocation.BoundParameters));
    }

    /// <summary>Does something on the pipeline thread and makes PowerShell's errors of Core's.</summary>
    private protected void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (NotionAuthException e)
        {
            WriteFailure(ErrorRecords.Of(e));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Writes the error that an input ended with, on the pipeline thread.</summary>
    /// <param name="record">The error.</param>
    private protected virtual void WriteFailure(ErrorRecord record)
    {
        if (ErrorsTerminate && !EndsAll(record.Exception)) ThrowTerminatingError(record);
        Report(record);
    }

    /// <summary>Does something for each name; where there are several, an error belongs to its name.</summary>
    /// <param name="names">The names; null for the default.</param>
    /// <param name="action">What is done.</param>
    private protected async Task ForEachNameAsync(string[]? names, Func<string?, Task> action)
    {
        foreach (string? name in names ?? [null!])
        {
            try
            {
                await action(name).ConfigureAwait(false);
            }
            catch (NotionAuthException e) when (names is { Length: > 1 })
            {
                await WriteErrorAsync(e).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Writes an error, on the pipeline thread.</summary>
    /// <param name="record">The error.</param>
    private protected void Report(ErrorRecord record)
    {
        WriteError(record);
        if (EndsAll(record.Exception)) throw new PipelineStoppedException();
    }

    // Who answers a question with Ctrl+C wants everything to end, as with Ctrl+C at any other time, and not the same question for the next input.
    private static bool EndsAll(Exception error) => error is NotionAuthException { ErrorId: ErrorIds.VaultPromptCancelled };

    /// <summary>Waits on the pipeline thread for work that may need that thread meanwhile.</summary>
    private protected void Wait(Task work)
    {
        _pump.Wait(work, _stopping.Cancel);
        work.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => Stop();

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
        if (!disposing) return;
        _pump.Close();
        _stopping.Dispose();
    }

    /// <summary>Ends all work.</summary>
    private protected void Stop() => _stopping.Cancel();

    private protected Task WriteAsync(object? value) => OnPipelineAsync(() => WriteObject(value));

    private protected Task WriteAllAsync(IEnumerable<object?> values) => OnPipelineAsync(() => WriteObject(values, enumerateCollection: true));

    private protected Task WriteErrorAsync(NotionAuthException error) => OnPipelineAsync(() => Report(ErrorRecords.Of(error)));

    private protected Task<bool> ShouldProcessAsync(string target, string action) => _pump.InvokeAsync(() => ShouldProcess(target, action));

    private protected Task<T> OnPipelineAsync<T>(Func<T> action) => _pump.InvokeAsync(action);

    private protected Task OnPipelineAsync(Action action) => _pump.InvokeAsync(() =>
    {
        action();
        return true;
    });

    /// <summary>Queues an action for the pipeline thread and doesn't wait for it.</summary>
    private protected void OnPipeline(Action action) => _pump.Post(action);

    private protected void Warn(string message) => _pump.Post(() => Tell(() => WriteWarning(message)));

    /// <summary>Warns, once in a command however many inputs it has.</summary>
    private protected void WarnOnce(string message)
    {
        if (_told.TryAdd(message, true)) Warn(message);
    }

    private protected void Log(RequestLogEntry entry) => _pump.Post(() => Tell(() => WriteVerbose(entry.ToString())));

    // With -Debug, PowerShell shows such a line and then asks whether to go on, also where nobody can be asked; that is no reason to end the work.
    private protected static void Tell(Action write)
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

    private protected ConnectionTokenSource TokensOf(ConnectionSession session, IConnectionStore store, NotionTransport? transport = null) =>
        new(session, store, transport ?? TransportOf(session), Log, Warn);
}
