using System;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using NotionAuth.Core.Connections;

namespace NotionAuth.Commands.Base;

/// <summary>What belongs to a session: its current connection. Two sessions never share one by accident.</summary>
internal sealed class RunspaceState
{
    // A runspace may serve one session after the other (ForEach-Object -Parallel, a host's pool); in between it is
    // reset. The reset gives it a new event manager and new variables. A variable would show, could be removed or
    // copied to another session; the event manager can't.
    private static readonly ConditionalWeakTable<PSEventManager, RunspaceState> States = new();

    /// <summary>The state of the session whose pipeline thread this is.</summary>
    public static RunspaceState Current =>
        States.GetValue(Runspace.DefaultRunspace.Events, static _ => new RunspaceState());

    private ConnectionKey? _connection;
    private bool _hasBegun;

    /// <summary>The current connection, or null.</summary>
    public ConnectionKey? Connection
    {
        get => _connection;
        set => (_connection, _hasBegun) = (value, true);
    }

    /// <summary>
    /// The connection that the session starts with, by its name or id; null once it has had one, also where it was left
    /// again.
    /// </summary>
    public string? StartName => _hasBegun ? null : ConnectionFinder.StartName(Environment.GetEnvironmentVariable);
}
