using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;

namespace NotionAuth.Core.Connections;

/// <summary>Keeps a new connection: decides on its name, and writes over nothing that it shouldn't.</summary>
/// <param name="store">Where to.</param>
/// <param name="cache">What this process knows.</param>
internal sealed class ConnectionWriter(IConnectionStore store, ConnectionCache cache)
{
    /// <summary>Writes a connection and makes it known in the process.</summary>
    /// <param name="connection">The connection; its name is still open.</param>
    /// <param name="name">The name that the user gave, checked, or null: then a connection of the same bot keeps its name.</param>
    /// <param name="force">Whether a connection of that name that belongs to another bot is replaced, or a broken secret written over.</param>
    /// <param name="cancellationToken">Ends the waits before the write.</param>
    /// <returns>The connection as it was written.</returns>
    public Task<StoredConnection> SaveAsync(StoredConnection connection, string? name, bool force, CancellationToken cancellationToken) =>
        cache.Get(new ConnectionKey(store.Vault, connection.Details.BotId)).LockedAsync(
            store, known: null, s => SaveLockedAsync(s, connection, name, force, cancellationToken), cancellationToken);

    private async Task<StoredConnection> SaveLockedAsync(
        IConnectionStore s, StoredConnection connection, string? name, bool force, CancellationToken cancellationToken)
    {
        string botId = connection.Details.BotId;
        StoredConnection? before = null;
        try
        {
            before = await s.ReadAsync(botId, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException e) when (force && e.ErrorId == ErrorIds.SecretInvalid)
        {
            // -Force says that a broken secret may be written over. One of a newer version may not.
        }

        string chosen = name ?? before?.Details.Name ?? ConnectionName.Default(connection.Details.WorkspaceName, botId);
        StoreListing listing = await s.ListAsync(cancellationToken).ConfigureAwait(false);
        NotionConnection? other = listing.Connections.FirstOrDefault(c => ConnectionName.AreSame(c.Name, chosen) && c.BotId != botId);
        bool isTaken = other is not null && !force;
        if (isTaken)
        {
            // A token that was given is still in its giver's hands. A pair that was just issued is nowhere else, and may have ended the pair
            // that this bot's connection had: it is kept under a name that is free.
            if (connection.Details.AuthType == AuthType.Token) throw ConnectionName.InUse(other!);
            chosen = before?.Details.Name ?? ConnectionName.Free(chosen, listing.Connections);
        }

        StoredConnection named = connection with
        {
            Details = connection.Details with { Name = chosen, Vault = s.Vault },
            Generation = before?.NextGeneration ?? 1,
        };
        await s.WriteAsync(named, CancellationToken.None).ConfigureAwait(false);
        cache.Remember(named);
        if (isTaken) throw ConnectionName.InUse(other!, keptAs: chosen);
        if (other is not null)
        {
            await s.RemoveAsync(other.BotId, CancellationToken.None).ConfigureAwait(false);
            cache.Forget(new ConnectionKey(s.Vault, other.BotId));
        }

        return named;
    }
}
