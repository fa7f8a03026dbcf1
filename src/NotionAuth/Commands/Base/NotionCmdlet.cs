using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;
using NotionAuth.Host;
using NotionAuth.Pipeline;
using NotionAuth.Vault;

namespace NotionAuth.Commands.Base;

/// <summary>
/// The base of every cmdlet: asynchronous work with the pipeline thread at its service, ended at once by Ctrl+C.
/// </summary>
public abstract class NotionCmdlet : PSCmdlet, IDisposable
{
    private static readonly TimeSpan StopArrives = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly PipelinePump _pump = new();
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);
    private SecretManagement? _secrets;
    private WaitDisplay? _waits;

    /// <summary>What this runspace's session knows: its current connection.</summary>
    internal RunspaceState RunspaceState { get; private set; } = null!;

    /// <summary>The stores, for work that runs now.</summary>
    internal IConnectionStores Stores => new VaultStores(_secrets!, ProcessState.Memory, Warn);

    /// <summary>The stores, for work that must ask nobody for a vault's password.</summary>
    private protected IConnectionStores SilentStores => new VaultStores(
        new SecretManagement(HostPrompts.Outer(Host), _stopping.Token, asks: false), ProcessState.Memory, Warn);

    // A script's try and catch must see that the one thing failed which the command was given to do. With piped input
    // an error belongs to its input.
    /// <summary>Whether an error ends the command; otherwise it is written and the next input has its turn.</summary>
    private protected virtual bool ErrorsTerminate =>
        !MyInvocation.ExpectingInput && !MyInvocation.BoundParameters.ContainsKey("ErrorAction");

    /// <summary>
    /// Ends when the pipeline stops, and when one of this cmdlet's own writes to it says that it is over.
    /// </summary>
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
            WriteFailure(ErrorRecords.From(e));
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
    private protected Task ForEachNameAsync(string[]? names, Func<string?, Task> action) =>
        ForEachAsync(names ?? new string?[] { null }, action);

    /// <summary>Does something for each thing; where there are several, an error belongs to its thing.</summary>
    /// <param name="things">The things.</param>
    /// <param name="action">What is done.</param>
    private protected async Task ForEachAsync<T>(IReadOnlyCollection<T> things, Func<T, Task> action)
    {
        foreach (T thing in things)
        {
            try
            {
                await action(thing).ConfigureAwait(false);
            }
            catch (NotionAuthException e) when (things.Count > 1)
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
        if (!EndsAll(record.Exception)) return;

        // Ctrl+C ends the question first and stops the pipeline a moment later. Until then a trap could catch this.
        _stopping.Token.WaitHandle.WaitOne(StopArrives);
        throw new PipelineStoppedException();
    }

    // Who answers a question with Ctrl+C wants everything to end, as with Ctrl+C at any other time, and not the same
    // question for the next input.
    private static bool EndsAll(Exception error) =>
        error is NotionAuthException { ErrorId: ErrorIds.VaultPromptCancelled };

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
        _waits?.Dispose();
        _pump.Close();
        _stopping.Dispose();
    }

    /// <summary>Ends all work.</summary>
    private protected void Stop() => _stopping.Cancel();

    private protected Task WriteAsync(object? value) => OnPipelineAsync(() => WriteObject(value));

    private protected Task WriteAllAsync(IEnumerable<object?> values) =>
        OnPipelineAsync(() => WriteObject(values, enumerateCollection: true));

    private protected Task WriteErrorAsync(NotionAuthException error) =>
        OnPipelineAsync(() => Report(ErrorRecords.From(error)));

    private protected Task<bool> ShouldProcessAsync(string target, string action) =>
        _pump.InvokeAsync(() => ShouldProcess(target, action));

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

    /// <summary>Says something to who asks for details with -Verbose.</summary>
    private protected void Note(string message) => _pump.Post(() => Tell(() => WriteVerbose(message)));

    private protected void Log(RequestLogEntry entry) => _pump.Post(() => Tell(() => WriteVerbose(entry.ToString())));

    // With -Debug, PowerShell shows such a line and then asks whether to go on, also where nobody can be asked; that is
    // no reason to end the work.
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

    /// <summary>
    /// What bounds the requests have that the cmdlet makes by itself; their waits are shown as progress.
    /// </summary>
    private protected RequestBounds Bounds
    {
        get
        {
            WaitDisplay waits = _waits ??= new WaitDisplay(OnPipeline, Show);
            return new RequestBounds { Waiting = waits.Begin, Waited = waits.End };
        }
    }

    /// <summary>Tells who wants to know it, once in a command.</summary>
    private protected void NoteOnce(string message)
    {
        if (_told.TryAdd(message, true)) Tell(() => WriteVerbose(message));
    }

    private protected void Show(ProgressRecord record) => Tell(() => WriteProgress(record));

    /// <summary>Finds a connection.</summary>
    /// <param name="name">Its name or its id; null for the current one.</param>
    /// <param name="vault">The vault to look in; empty for the process's own store; null for that store first, then the
    /// default vault.</param>
    /// <param name="transport">The way to Notion; null for the connection's own.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection.</returns>
    private protected async Task<OpenedConnection> OpenAsync(
        string? name, string? vault, NotionTransport? transport, CancellationToken cancellationToken)
    {
        (KnownConnection known, IConnectionStore store) =
            await new ConnectionFinder(Stores, ProcessState.Cache, WarnOnce) { Start = RunspaceState.StartName }
                .FindAsync(name, vault, RunspaceState.Connection, cancellationToken).ConfigureAwait(false);
        if (name is null && RunspaceState.Connection is null) RunspaceState.Connection = known.Key;
        return Opened(known, store, transport);
    }

    /// <summary>Opens a connection that was found.</summary>
    /// <param name="known">The connection.</param>
    /// <param name="store">Where it is kept.</param>
    /// <param name="transport">The way to Notion; null for the connection's own.</param>
    /// <returns>The connection.</returns>
    private protected OpenedConnection Opened(
        KnownConnection known, IConnectionStore store, NotionTransport? transport = null) =>
        new(known, store, ProcessState.Cache, transport ?? known.Transport ?? ProcessState.Transport, Log, Warn)
        {
            Bounds = Bounds,
        };

    /// <summary>The way to Notion over a proxy that was passed; null where none was.</summary>
    private protected static NotionTransport? TransportOver(Uri? proxy, PSCredential? credential) =>
        proxy is null
            && credential is null ? null : ProcessState.Transports.Get(proxy, credential?.GetNetworkCredential());
}
