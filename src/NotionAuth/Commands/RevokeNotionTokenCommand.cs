using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Commands.Base;
using NotionAuth.Core.Connections;

namespace NotionAuth.Commands;

/// <summary>Revokes connections at Notion and forgets them.</summary>
[Cmdlet(VerbsSecurity.Revoke, "NotionToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(NotionConnection))]
public sealed class RevokeNotionTokenCommand : SequentialCmdlet
{
    /// <summary>Names or bot ids of connections; the current one where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(ConnectionNameCompleter))]
    public string[]? Connection { get; set; }

    /// <summary>The vault that the connections are in.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    public string? Vault { get; set; }

    /// <summary>Forgets the connections without asking Notion: their tokens stay valid there.</summary>
    [Parameter]
    public SwitchParameter LocalOnly { get; set; }

    /// <summary>Returns what was forgotten.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override Task ProcessAsync(CancellationToken cancellationToken) => ForEachNameAsync(
        ParameterRules.Names(nameof(Connection), Connection, MyInvocation),
        name => RevokeAsync(name, cancellationToken));

    private async Task RevokeAsync(string? name, CancellationToken cancellationToken)
    {
        OpenedConnection connection = await OpenAsync(name, Vault, transport: null, cancellationToken)
            .ConfigureAwait(false);
        if (!await ShouldProcessAsync(
            name ?? connection.Name,
            LocalOnly ? "Forget the connection; its token stays valid at Notion" : "Revoke the token at Notion and " +
                "forget the connection").ConfigureAwait(false))
            return;

        NotionConnection? forgotten = await connection.RevokeAsync(LocalOnly, cancellationToken).ConfigureAwait(false);
        if (RunspaceState.Connection == connection.Key) RunspaceState.Connection = null;
        if (PassThru && forgotten is not null) await WriteAsync(forgotten).ConfigureAwait(false);
    }
}
