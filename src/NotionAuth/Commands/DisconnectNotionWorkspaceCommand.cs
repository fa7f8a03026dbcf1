using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Commands.Base;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Host;

namespace NotionAuth.Commands;

/// <summary>Leaves Notion in this process, and forgets nothing that a vault keeps.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "NotionWorkspace", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class DisconnectNotionWorkspaceCommand : SequentialCmdlet
{
    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (!await ShouldProcessAsync(
            "This process", "Forget the current connection, the cached tokens and the session connections")
            .ConfigureAwait(false)) return;

        NotionConnection? current = RunspaceState.Connection is { } key
            ? ProcessState.Cache.Get(key).Connection?.Details : null;
        RunspaceState.Connection = null;
        var disconnector = new Disconnector(
            ProcessState.Cache, ProcessState.Memory, known => Opened(known, Stores.Known(known.Key.Vault)));
        foreach (NotionAuthException kept in await disconnector.DisconnectAsync(cancellationToken)
            .ConfigureAwait(false))
            await WriteErrorAsync(kept).ConfigureAwait(false);
        await OnPipelineAsync(() => HostMessage.WriteToPerson(Host, WriteInformation, Farewell.Text(current)))
            .ConfigureAwait(false);
    }
}
