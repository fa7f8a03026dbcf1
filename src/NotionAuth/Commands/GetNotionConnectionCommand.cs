using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Connections;
using NotionAuth.Hosting;

namespace NotionAuth.Commands;

/// <summary>Lists stored connections without touching their secrets.</summary>
[Cmdlet(VerbsCommon.Get, "NotionConnection", DefaultParameterSetName = "Name")]
[OutputType(typeof(NotionConnection))]
public sealed class GetNotionConnectionCommand : SequentialCmdlet
{
    /// <summary>Names, wildcards allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Name")]
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

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        ConnectionKey? current = RunspaceState.Connection;
        var lister = new ConnectionLister(Stores, ProcessState.Cache);
        bool areExact = Name is { Length: > 0 } && !Name.Any(WildcardPattern.ContainsWildcardCharacters);
        StoreListing listing = await (Current ? lister.ListCurrentAsync(Vault, current, cancellationToken)
            : areExact ? lister.ListNamedAsync(Name!, Vault, current, cancellationToken)
            : lister.ListAsync(Vault, current, cancellationToken)).ConfigureAwait(false);
        IEnumerable<NotionConnection> found = listing.Connections;

        foreach (string name in Name ?? [])
        {
            if (WildcardPattern.ContainsWildcardCharacters(name) || listing.Connections.Any(c => ConnectionName.AreSame(c.Name, name))) continue;
            if (listing.NoVault is { } why && listing.Problems.Contains(why)) continue;
            await WriteErrorAsync(listing.NoVault ?? ConnectionName.NotFound(
                name, listing.Connections.Select(c => c.Name).ToList(), string.IsNullOrEmpty(Vault) ? "the vaults in use" : $"vault '{Vault}'")).ConfigureAwait(false);
        }

        if (Name is { Length: > 0 })
        {
            List<WildcardPattern> patterns = Name.Select(n => new WildcardPattern(n, WildcardOptions.IgnoreCase)).ToList();
            found = found.Where(c => patterns.Any(p => p.IsMatch(c.Name)));
        }

        await WriteAllAsync(found).ConfigureAwait(false);
        foreach (Core.NotionAuthException problem in listing.Problems) await WriteErrorAsync(problem).ConfigureAwait(false);
    }
}
