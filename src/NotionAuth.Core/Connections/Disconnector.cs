using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;

namespace NotionAuth.Core.Connections;

/// <summary>Forgets what this process knows of connections. What vaults keep stays there.</summary>
/// <param name="cache">What this process knows.</param>
/// <param name="memory">The connections that live in this process alone.</param>
/// <param name="open">Opens a connection that is known.</param>
internal sealed class Disconnector(
    ConnectionCache cache, MemoryConnectionStore memory, Func<KnownConnection, OpenedConnection> open)
{
    /// <summary>
    /// Forgets all cached tokens, and the connections that live in this process alone. A token pair that its vault
    /// didn't take exists nowhere else: it is written first, and kept where that fails again.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait for a vault; what wasn't forgotten until then stays.</param>
    /// <returns>An error for each connection that was kept.</returns>
    public async Task<IReadOnlyList<NotionAuthException>> DisconnectAsync(CancellationToken cancellationToken)
    {
        var kept = new List<NotionAuthException>();
        foreach (KnownConnection known in cache.All)
        {
            if (await HoldsTheOnlyPairAsync(known, cancellationToken).ConfigureAwait(false))
                kept.Add(OnlyHere(known.Connection!.Details));
            else
                cache.Forget(known.Key);
        }

        memory.Clear();
        return kept;
    }

    private async Task<bool> HoldsTheOnlyPairAsync(KnownConnection known, CancellationToken cancellationToken)
    {
        if (!known.IsUnsaved || known.Key.Vault.Length == 0) return false;
        try
        {
            // Reading a connection writes what its vault didn't take.
            await open(known).LoadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException)
        {
            // What is left unsaved decides.
        }

        return known is { IsUnsaved: true, Connection.Details.NeedsReconnect: false };
    }

    private static NotionAuthException OnlyHere(NotionConnection details) => new(
        ErrorIds.VaultFailed, NotionErrorKind.InvalidOperation,
        $"The newest token of '{details.Name}' could not be written to vault '{details.Vault}' and lives in this " +
        "process only, so it was kept.",
        "See whether the vault is unlocked and can be written to, then run Disconnect-NotionWorkspace again. To give " +
        $"the token up, run: Revoke-NotionToken {CommandText.Quoted(details.Name)}")
    { Target = details.Name };
}
