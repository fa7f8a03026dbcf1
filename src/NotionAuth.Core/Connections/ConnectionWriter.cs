using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Connections;

/// <summary>Keeps a new connection: decides on its name, and writes over nothing that it shouldn't.</summary>
/// <param name="store">Where to.</param>
/// <param name="cache">What this process knows.</param>
/// <param name="warn">Told where a vault's metadata differs from its secrets, or null.</param>
internal sealed class ConnectionWriter(IConnectionStore store, ConnectionCache cache, Action<string>? warn)
{
    /// <summary>Writes a connection and makes it known in the process.</summary>
    /// <param name="connection">The connection; its name is still open.</param>
    /// <param name="name">The name that the user gave, checked, or null: then a connection of the same bot keeps its name.</param>
    /// <param name="force">Whether a connection of that name that belongs to another bot is replaced, or a broken secret written over.</param>
    /// <param name="cancellationToken">Ends the waits before the write.</param>
    /// <returns>The connection as it was written.</returns>
    public Task<StoredConnection> SaveAsync(StoredConnection connection, string? name, bool force, CancellationToken cancellationToken) => store.RunAsync(
        async s =>
        {
            // Of two sign-ins for one name, the second must see what the first has written.
            using (await s.LockAsync(ConnectionNames.Lock, cancellationToken).ConfigureAwait(false))
                return await LockedAsync(s, connection.Facts.BotId, () => SaveLockedAsync(s, connection, name, force, cancellationToken), cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    private async Task<StoredConnection> SaveLockedAsync(
        IConnectionStore s, StoredConnection connection, string? name, bool force, CancellationToken cancellationToken)
    {
        string botId = connection.Facts.BotId;
        StoredConnection? before = null;
        try
        {
            before = await s.ReadAsync(botId, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException e) when (force && e.ErrorId == ErrorIds.SecretInvalid)
        {
            // -Force says that a broken secret may be written over. One of a newer version may not.
        }

        string chosen = name ?? before?.Facts.Name ?? ConnectionName.Default(connection.Facts.WorkspaceName, botId);
        StoreListing listing = await s.ListAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<NotionConnection> all = await NamedAsync(s, listing, cancellationToken).ConfigureAwait(false);
        List<NotionConnection> others = Others(chosen);
        if (others.Count == 0) return await WriteAsync(s, connection, chosen, before).ConfigureAwait(false);
        if (force && others.Count == 1)
        {
            try
            {
                return await ReplaceAsync(others[0].BotId).ConfigureAwait(false);
            }
            catch (NotionAuthException e) when (e.ErrorId == ErrorIds.Busy && connection.Facts.AuthType == AuthType.OAuth)
            {
                // Somebody has been working with the other one for minutes: both are kept.
            }
        }

        // A token that was given is still in its giver's hands. A pair that was just issued is nowhere else, and may have ended the pair
        // that this bot's connection had: it is kept under a name that is free.
        if (connection.Facts.AuthType == AuthType.Token) throw Taken(keptAs: null);
        string free = before is not null && Others(before.Facts.Name).Count == 0 ? before.Facts.Name : ConnectionName.Free(chosen, all);
        await WriteAsync(s, connection, free, before).ConfigureAwait(false);
        throw Taken(keptAs: free);

        List<NotionConnection> Others(string n) => all.Where(c => c.BotId != botId && ConnectionName.IsOf(c, n)).ToList();

        NotionAuthException Taken(string? keptAs) =>
            others.Count == 1 ? ConnectionName.InUse(others[0], keptAs) : ConnectionName.Ambiguous(chosen, others, keptAs);

        // Under the other one's lock: a refresh of it that is under way would write it back.
        Task<StoredConnection> ReplaceAsync(string other) => LockedAsync(
            s,
            other,
            async () =>
            {
                StoredConnection named = await WriteAsync(s, connection, chosen, before).ConfigureAwait(false);
                await s.RemoveAsync(other, CancellationToken.None).ConfigureAwait(false);
                cache.Forget(new ConnectionKey(s.Vault, other));
                return named;
            },
            cancellationToken);
    }

    private async Task<IReadOnlyList<NotionConnection>> NamedAsync(IConnectionStore s, StoreListing listing, CancellationToken cancellationToken)
    {
        try
        {
            return await new ConnectionNames(s, cache, warn).AllAsync(listing, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException)
        {
            // That some other secret can't be read now must not cost a sign-in: the names that the vault shows have to do.
            return listing.Connections;
        }
    }

    private async Task<StoredConnection> WriteAsync(IConnectionStore s, StoredConnection connection, string name, StoredConnection? before)
    {
        StoredConnection named = connection with
        {
            Facts = connection.Facts with { Name = name, Vault = s.Vault },
            Generation = before?.NextGeneration ?? 1,
        };
        await s.WriteAsync(named, CancellationToken.None).ConfigureAwait(false);
        cache.Remember(named);
        return named;
    }

    private Task<StoredConnection> LockedAsync(IConnectionStore s, string botId, Func<Task<StoredConnection>> work, CancellationToken cancellationToken) =>
        cache.Get(new ConnectionKey(s.Vault, botId)).LockedAsync(s, known: null, _ => work(), cancellationToken);
}
