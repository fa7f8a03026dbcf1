using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;

namespace NotionAuth.Core.Connections;

/// <summary>Keeps a new connection: decides on its name, and writes over nothing that it shouldn't.</summary>
/// <param name="store">Where to.</param>
/// <param name="cache">What this process knows.</param>
/// <param name="warn">Called where a vault's metadata differs from its secrets, or null.</param>
internal sealed class ConnectionWriter(IConnectionStore store, ConnectionCache cache, Action<string>? warn)
{
    /// <summary>Called with the connection of the same bot that was there before; null for nobody.</summary>
    public Action<StoredConnection>? Replaces { get; init; }

    /// <summary>Writes a connection and makes it known in the process.</summary>
    /// <param name="connection">The connection; its name is still open.</param>
    /// <param name="name">The name that the user gave, checked, or null: then a connection of the same bot keeps its
    /// name.</param>
    /// <param name="force">Whether a connection of that name that belongs to another bot is replaced, or a broken
    /// secret written over.</param>
    /// <param name="cancellationToken">Ends the waits before the write.</param>
    /// <returns>The connection as it was written.</returns>
    public async Task<StoredConnection> SaveAsync(
        StoredConnection connection, string? name, bool force, CancellationToken cancellationToken)
    {
        // Of two sign-ins for one name, the second must see what the first has written.
        using (await store.LockAsync(ConnectionNames.Lock, cancellationToken).ConfigureAwait(false))
            return await LockedAsync(
                connection.Details.BotId, () => SaveLockedAsync(connection, name, force, cancellationToken),
                cancellationToken).ConfigureAwait(false);
    }

    private async Task<StoredConnection> SaveLockedAsync(
        StoredConnection connection, string? name, bool force, CancellationToken cancellationToken)
    {
        string botId = connection.Details.BotId;
        StoredConnection? before = null;
        try
        {
            before = await store.ReadAsync(botId, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException e) when (force && e.ErrorId == ErrorIds.SecretInvalid)
        {
            // -Force says that a broken secret may be written over. One of a newer version may not.
        }

        if (before is not null) Replaces?.Invoke(before);
        string chosen = name ?? before?.Details.Name ?? ConnectionName.Default(connection.Details.WorkspaceName, botId);
        StoreListing listing = await store.ListAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<NotionConnection> all = await NamedAsync(listing, cancellationToken).ConfigureAwait(false);
        List<NotionConnection> others = Others(chosen);
        if (others.Count == 0) return await WriteAsync(connection, chosen, before).ConfigureAwait(false);
        if (force && others.Count == 1)
        {
            try
            {
                return await ReplaceAsync(others[0].BotId).ConfigureAwait(false);
            }
            catch (NotionAuthException e)
                when (e.ErrorId == ErrorIds.Busy && connection.Details.AuthType == AuthType.OAuth)
            {
                // Somebody has been working with the other one for minutes: both are kept.
            }
        }

        // A token that was given is still in its giver's hands. A pair that was just issued is nowhere else, and may
        // have ended the pair that this bot's connection had: it is kept under a name that is free.
        if (connection.Details.AuthType == AuthType.Token) throw Taken(keptAs: null);
        string free = before is not null
            && Others(before.Details.Name).Count == 0 ? before.Details.Name : ConnectionName.Free(chosen, all);
        await WriteAsync(connection, free, before).ConfigureAwait(false);
        throw Taken(keptAs: free);

        List<NotionConnection> Others(string n) =>
            all.Where(c => c.BotId != botId && ConnectionName.IsOf(c, n)).ToList();

        NotionAuthException Taken(string? keptAs) =>
            others.Count == 1
                ? ConnectionName.InUse(others[0], keptAs) : ConnectionName.Ambiguous(chosen, others, keptAs);

        // Under the other one's lock: a refresh of it that is under way would write it back.
        Task<StoredConnection> ReplaceAsync(string other) => LockedAsync(
            other,
            async () =>
            {
                StoredConnection named = await WriteAsync(connection, chosen, before).ConfigureAwait(false);
                await store.RemoveAsync(other, CancellationToken.None).ConfigureAwait(false);
                cache.Forget(new ConnectionKey(store.Vault, other));
                return named;
            },
            cancellationToken);
    }

    private async Task<IReadOnlyList<NotionConnection>> NamedAsync(
        StoreListing listing, CancellationToken cancellationToken)
    {
        try
        {
            return await new ConnectionNames(store, cache, warn).AllAsync(listing, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (NotionAuthException)
        {
            // That some other secret can't be read now must not cost a sign-in: the names that the vault shows have to
            // do.
            return listing.Connections;
        }
    }

    private async Task<StoredConnection> WriteAsync(StoredConnection connection, string name, StoredConnection? before)
    {
        StoredConnection named = connection with
        {
            Details = connection.Details with { Name = name, Vault = store.Vault },
            Generation = before?.NextGeneration ?? 1,
        };
        await store.WriteAsync(named, CancellationToken.None).ConfigureAwait(false);
        cache.Remember(named);
        return named;
    }

    private Task<StoredConnection> LockedAsync(
        string botId, Func<Task<StoredConnection>> work, CancellationToken cancellationToken) =>
        cache.Get(new ConnectionKey(store.Vault, botId)).LockedAsync(store, known: null, work, cancellationToken);
}
