using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Connections;

/// <summary>Lists connections.</summary>
/// <param name="stores">The host's stores.</param>
/// <param name="cache">What this process knows.</param>
public sealed class ConnectionLister(IConnectionStores stores, ConnectionCache cache)
{
    /// <summary>Lists connections, sorted by name.</summary>
    /// <param name="vault">
    /// The vault; empty for the process's own store; null for that store, the default vault, and the vaults that this process has used.
    /// </param>
    /// <param name="current">The caller's current connection, which is marked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connections, and what could not be read.</returns>
    /// <exception cref="NotionAuthException">What the stores threw. Having no vault at all is no error.</exception>
    public async Task<StoreListing> ListAsync(string? vault, ConnectionKey? current, CancellationToken cancellationToken)
    {
        var connections = new List<NotionConnection>();
        var problems = new List<NotionAuthException>();
        (List<IConnectionStore> found, NotionAuthException? noVault) = await StoresAsync(vault, current, problems, cancellationToken).ConfigureAwait(false);
        foreach (IConnectionStore store in found)
        {
            StoreListing listing = await store.ListAsync(cancellationToken).ConfigureAwait(false);
            foreach (NotionConnection connection in listing.Connections)
            {
                connections.Add(connection with { IsCurrent = current == new ConnectionKey(connection.Vault, connection.BotId) });
            }

            problems.AddRange(listing.Problems);
        }

        return new StoreListing(connections.OrderBy(c => c.Name, StringComparer.OrdinalIgnoreCase).ToList(), problems) { NoVault = noVault };
    }

    private async Task<(List<IConnectionStore> Found, NotionAuthException? NoVault)> StoresAsync(
        string? vault, ConnectionKey? current, List<NotionAuthException> problems, CancellationToken cancellationToken)
    {
        if (vault is not null) return ([await stores.OpenAsync(vault, cancellationToken).ConfigureAwait(false)], null);

        var found = new List<IConnectionStore> { stores.Session };
        NotionAuthException? noVault = null;
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string? name in new string?[] { null }.Concat(cache.Vaults()))
        {
            try
            {
                IConnectionStore store = await stores.OpenAsync(name, cancellationToken).ConfigureAwait(false);
                if (names.Add(store.Vault)) found.Add(store);
                cache.Missing.TryRemove(store.Vault, out _);
            }
            catch (NotionAuthException e) when (e.ErrorId is ErrorIds.VaultNotConfigured or ErrorIds.SecretManagementMissing)
            {
                // A session without a vault has its own connections only.
                noVault = e;
            }
            catch (NotionAuthException e) when (name is not null && e.ErrorId == ErrorIds.VaultNotFound)
            {
                // Said once, as it may be gone for good; but where the current connection is in it, nothing works, and that is said each time.
                bool isNews = cache.Missing.TryAdd(name, true);
                if (isNews || string.Equals(current?.Vault, name, StringComparison.OrdinalIgnoreCase)) problems.Add(Missing(name));
            }
        }

        return (found, noVault);
    }

    private static NotionAuthException Missing(string vault) => new(
        ErrorIds.VaultNotFound, NotionErrorKind.NotFound,
        $"Vault '{Redaction.OneLine(vault)}', which this process has used, isn't registered any more: its connections are not listed.",
        "Register it again with Register-SecretVault, if it was not meant to go; otherwise nothing has to be done, and this is not said again.")
    { Target = Redaction.OneLine(vault) };
}
