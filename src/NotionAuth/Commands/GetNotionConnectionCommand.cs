using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Commands.Base;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Host;
using NotionAuth.Pipeline;

namespace NotionAuth.Commands;

/// <summary>Lists stored connections without touching their secrets.</summary>
[Cmdlet(VerbsCommon.Get, "NotionConnection", DefaultParameterSetName = "Name")]
[OutputType(typeof(NotionConnection))]
public sealed class GetNotionConnectionCommand : SequentialCmdlet
{
    /// <summary>Names, wildcards allowed, or bot ids.</summary>
    [Parameter(
        Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectionNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>The vault to look in.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    public string? Vault { get; set; }

    /// <summary>The current connection only.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Current")]
    public SwitchParameter Current { get; set; }

    /// <summary>Adds each connection's access token, as a SecureString.</summary>
    [Parameter]
    public SwitchParameter WithToken { get; set; }

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        string[]? names = Current ? null : ParameterRules.Names(nameof(Name), Name, MyInvocation);
        List<WildcardPattern>? patterns = names?.Select(ConnectionPattern.Of).ToList();
        if (Current && RunspaceState.StartName is not null)
            await OpenAsync(name: null, vault: null, transport: null, cancellationToken).ConfigureAwait(false);
        ConnectionKey? current = RunspaceState.Connection;
        var lister = new ConnectionLister(Stores, ProcessState.Cache) { Start = RunspaceState.StartName };
        bool areExact = names is not null && !names.Any(ConnectionPattern.IsOne);
        StoreListing listing = await (Current ? lister.ListCurrentAsync(Vault, current, cancellationToken)
            : areExact ? lister.ListNamedAsync(names!, Vault, current, cancellationToken)
            : lister.ListAsync(Vault, current, cancellationToken)).ConfigureAwait(false);
        IEnumerable<NotionConnection> found = listing.Connections;
        if (patterns is not null)
            found = found.Where(
                c => patterns.Any(p => p.IsMatch(c.Name)) || names!.Any(n => ConnectionName.IsIdOf(c, n)));

        bool isToldAnyway = listing.NoVault is { } why && listing.Problems.Contains(why);
        await ForEachNameAsync(
            names, name =>
                name is null || isToldAnyway || ConnectionPattern.IsOne(name)
                || listing.Connections.Any(c => ConnectionName.IsOf(c, name))
            ? Task.CompletedTask
            : Task.FromException(listing.NoVault ?? ConnectionName.NotFound(
                name, listing.Connections.Select(c => c.Name).ToList(),
                string.IsNullOrEmpty(Vault) ? "the vaults in use" : $"vault '{Vault}'"))).ConfigureAwait(false);
        if (names is null && !Current && !MyInvocation.ExpectingInput && !found.Any() && listing.Problems.Count == 0)
            await OnPipelineAsync(() => HostMessage.WriteToPerson(
                Host, WriteInformation,
                "There are no connections yet. To sign in with a browser, run: Connect-NotionWorkspace. With a token: "
                + "Connect-NotionWorkspace -Token (Read-Host -AsSecureString)")).ConfigureAwait(false);
        if (!WithToken) await WriteAllAsync(found).ConfigureAwait(false);
        else
            await ForEachAsync([.. found], c => WriteWithTokenAsync(c, cancellationToken)).ConfigureAwait(false);
        foreach (NotionAuthException problem in listing.Problems) await WriteErrorAsync(problem).ConfigureAwait(false);
    }

    private async Task WriteWithTokenAsync(NotionConnection connection, CancellationToken cancellationToken)
    {
        OpenedConnection opened = await OpenAsync(
            connection.BotId, connection.Vault, transport: null, cancellationToken).ConfigureAwait(false);
        Secret token = await opened.TokenAsync(cancellationToken).ConfigureAwait(false);
        var result = PSObject.AsPSObject(connection);
        result.Properties.Add(new PSNoteProperty("Token", SecureText.ToSecureString(token.Reveal())));
        await WriteAsync(result).ConfigureAwait(false);
    }
}
