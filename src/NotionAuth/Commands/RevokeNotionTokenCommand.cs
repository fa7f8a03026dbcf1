using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Commands.Base;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Pipeline;

namespace NotionAuth.Commands;

/// <summary>Revokes connections at Notion and forgets them.</summary>
[Cmdlet(VerbsSecurity.Revoke, "NotionToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(NotionConnection))]
public sealed class RevokeNotionTokenCommand : SequentialCmdlet
{
    /// <summary>Names, wildcards allowed, or bot ids; the current connection where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
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

    /// <summary>Forgets the integration's client id and secret, too, where no other connection uses them.</summary>
    [Parameter]
    public SwitchParameter IncludeApp { get; set; }

    private bool MayOffer => LocalOnly && !MyInvocation.BoundParameters.ContainsKey("Confirm")
        && HostPrompts.CanPrompt(Host);

    private protected override Task ProcessAsync(CancellationToken cancellationToken) => ForEachNameAsync(
        ParameterRules.Names(nameof(Connection), Connection, MyInvocation),
        async name => await ForEachAsync(
            await FindAsync(name, cancellationToken).ConfigureAwait(false),
            found => RevokeAsync(found.Id, found.Vault, found.Shown, cancellationToken)).ConfigureAwait(false));

    private async Task<IReadOnlyList<(string? Id, string? Vault, string? Shown)>> FindAsync(
        string? name, CancellationToken cancellationToken)
    {
        if (name is null || !ConnectionPattern.IsOne(name)) return [(name, Vault, name)];
        WildcardPattern pattern = ConnectionPattern.Of(name);
        StoreListing listing = await new ConnectionLister(Stores, ProcessState.Cache)
            .ListAsync(Vault, current: null, cancellationToken).ConfigureAwait(false);
        foreach (NotionAuthException problem in listing.Problems) await WriteErrorAsync(problem).ConfigureAwait(false);
        return [.. listing.Connections.Where(c => pattern.IsMatch(c.Name)).Select(c => (c.BotId, c.Vault, c.Name))];
    }

    private async Task RevokeAsync(string? id, string? vault, string? shown, CancellationToken cancellationToken)
    {
        OpenedConnection connection = await OpenAsync(id, vault, transport: null, cancellationToken)
            .ConfigureAwait(false);
        if (!await ShouldProcessAsync(
            shown ?? connection.Name,
            (LocalOnly ? "Forget the connection; its token stays valid at Notion" : "Revoke the token at Notion and " +
                "forget the connection") +
            (IncludeApp ? "; forget its integration's client id and secret" : string.Empty)).ConfigureAwait(false))
            return;

        NotionConnection? forgotten = await connection.RevokeAsync(LocalOnly, cancellationToken).ConfigureAwait(false);
        if (RunspaceState.Connection == connection.Key) RunspaceState.Connection = null;
        if (PassThru && forgotten is not null) await WriteAsync(forgotten).ConfigureAwait(false);
        if (forgotten is { ClientId: not null } && (IncludeApp || MayOffer))
            await ForgetAppAsync(connection, forgotten, cancellationToken).ConfigureAwait(false);
    }

    private async Task ForgetAppAsync(
        OpenedConnection connection, NotionConnection forgotten, CancellationToken cancellationToken)
    {
        Task<bool> AskAsync() => OnPipelineAsync(() => ShouldContinue(
            $"No other connection uses the integration {forgotten.ClientId}. Forget its client id and secret, too?",
            "Forget the integration"));

        try
        {
            IReadOnlyList<NotionConnection> users = await connection.ForgetAppAsync(
                forgotten, IncludeApp ? () => Task.FromResult(true) : AskAsync, cancellationToken)
                .ConfigureAwait(false);
            if (IncludeApp && users.Count > 0)
                Warn($"The client id and secret of integration {forgotten.ClientId} were kept. In use by: " +
                    $"{string.Join(", ", users.Select(u => $"'{u.Name}'"))}.");
        }
        catch (NotionAuthException) when (!IncludeApp)
        {
            // It was only an offer, and the connection is forgotten.
            return;
        }
    }
}
