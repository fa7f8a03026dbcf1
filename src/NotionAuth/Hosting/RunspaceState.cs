using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using NotionAuth.Core.Connections;

namespace NotionAuth.Hosting;

/// <summary>What belongs to a runspace: its current connection. Two runspaces never share one by accident.</summary>
internal sealed class RunspaceState
{
    private static readonly ConditionalWeakTable<Runspace, RunspaceState> States = new();

    /// <summary>The state of the runspace whose pipeline thread this is.</summary>
    public static RunspaceState Current => States.GetValue(Runspace.DefaultRunspace, static _ => new RunspaceState());

    /// <summary>The current connection, or null.</summary>
    public ConnectionKey? Connection { get; set; }
}
