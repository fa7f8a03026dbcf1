using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;

namespace NotionAuth.Core.Connections;

/// <summary>
/// Whose a name is in a store. The name in the secret counts: a vault's metadata can be changed by itself, and is only
/// where to look first.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="cache">What this process knows.</param>
/// <param name="warn">Called where metadata differs from a secret, or null.</param>
internal sealed class ConnectionNames(IConnectionStore store, ConnectionCache cache, Action<string>? warn)
{
    /// <summary>
    /// The lock of all names of a store, for a connection that gets a name. It is taken before any connection's lock,
    /// and never by one who holds such a lock.
    /// </summary>
    public const string Lock = "names of connections";

    /// <summary>Finds the connections that a name means.</summary>
    /// <param name="listing">What the store listed just now.</param>
    /// <param name="name">The name, or an id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connections; more than one where the name is ambiguous.</returns>
    public async Task<IReadOnlyList<NotionConnection>> FindAsync(
        StoreListing listing, string name, CancellationToken cancellationToken)
    {
        IReadOnlyList<NotionConnection> found = await LookAsync(listing, name, cancellationToken).ConfigureAwait(false);
        if (found.Count <= 1) return found;

        // A sign-in that replaces a connection has two for a moment, and holds the names meanwhile.
        using (await store.LockAsync(Lock, cancellationToken).ConfigureAwait(false))
        {
            StoreListing settled = await store.ListAsync(cancellationToken).ConfigureAwait(false);
            return await LookAsync(settled, name, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// All connections with the names that their secrets have; with the metadata's, where a secret can't be read.
    /// </summary>
    /// <param name="listing">What the store listed just now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connections.</returns>
    public async Task<IReadOnlyList<NotionConnection>> AllAsync(
        StoreListing listing, CancellationToken cancellationToken) =>
        (await ReadAllAsync(listing, cancellationToken).ConfigureAwait(false)).Select(c => c.Connection).ToList();

    private async Task<IReadOnlyList<NotionConnection>> LookAsync(
        StoreListing listing, string name, CancellationToken cancellationToken)
    {
        if (listing.Connections.FirstOrDefault(c => ConnectionName.IsIdOf(c, name)) is { } byId) return [byId];
        List<NotionConnection> listed = listing.Connections.Where(c => ConnectionName.AreSame(c.Name, name)).ToList();
        if (listing.FromMetadata.Count == 0
            || (listed.Count == 1
                && await IsTrueAsync(listing, listed[0], cancellationToken).ConfigureAwait(false))) return listed;

        ILookup<bool, NotionConnection> all = (await ReadAllAsync(listing, cancellationToken).ConfigureAwait(false))
            .Where(c => ConnectionName.AreSame(c.Connection.Name, name)).ToLookup(c => c.IsTrue, c => c.Connection);
        return (all[true].Any() ? all[true] : all[false]).ToList();
    }

    // The one secret is kept after it is read, so that the connection's next use needn't read it again.
    private async Task<bool> IsTrueAsync(
        StoreListing listing, NotionConnection listed, CancellationToken cancellationToken)
    {
        if (IsKnown(listing, listed)) return true;
        try
        {
            StoredConnection? stored = await KnownOf(listed).ReadAsync(store, cancellationToken)
                .ConfigureAwait(false);
            return stored is not null && ConnectionName.AreSame(stored.Details.Name, listed.Name);
        }
        catch (NotionAuthException e) when (IsUnreadable(e))
        {
            return false;
        }
    }

    private async Task<List<(NotionConnection Connection, bool IsTrue)>> ReadAllAsync(
        StoreListing listing, CancellationToken cancellationToken)
    {
        var all = new List<(NotionConnection Connection, bool IsTrue)>();
        var differences = new List<string>();
        foreach (NotionConnection listed in listing.Connections)
        {
            if (IsKnown(listing, listed))
            {
                all.Add((listed, true));
                continue;
            }

            try
            {
                StoredConnection? stored = await store.ReadAsync(listed.BotId, cancellationToken).ConfigureAwait(false);
                if (stored is null) continue;
                all.Add((stored.Details with { BotId = listed.BotId }, true));
                if (!ConnectionName.AreSame(stored.Details.Name, listed.Name))
                    differences.Add($"{listed.BotId} is '{stored.Details.Name}' and not '{listed.Name}'");
            }
            catch (NotionAuthException e) when (IsUnreadable(e))
            {
                all.Add((listed, false));
            }
        }

        if (differences.Count > 0)
            warn?.Invoke(
                $"The metadata of vault '{store.Vault}' differs from the secrets," +
                $" which count: connection {string.Join(", ", differences)}. "
                + "Somebody may have changed it by mistake, or to lead requests to another workspace. " +
                    "Signing in again under the right name writes it anew.");
        return all;
    }

    private bool IsKnown(StoreListing listing, NotionConnection listed) =>
        !listing.FromMetadata.Contains(listed.BotId)
        || (KnownOf(listed).Connection is { } known && ConnectionName.AreSame(known.Details.Name, listed.Name));

    private KnownConnection KnownOf(NotionConnection listed) =>
        cache.Get(new ConnectionKey(store.Vault, listed.BotId));

    private static bool IsUnreadable(NotionAuthException error) =>
        error.ErrorId is ErrorIds.SecretInvalid or ErrorIds.SecretTooNew;
}
