using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Connections.Store;

/// <summary>What may be asked of any store.</summary>
internal static class StoreState
{
    /// <summary>The store as a message names it.</summary>
    /// <returns><c>vault 'Personal'</c>, or <c>this process</c>.</returns>
    public static string Place(this IConnectionStore store) =>
        store.Vault.Length == 0 ? "this process" : $"vault '{store.Vault}'";

    /// <summary>Finds out whether a store that reports that it is locked can't be read, either.</summary>
    /// <param name="store">The store.</param>
    /// <param name="botId">A connection that it keeps.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it is locked for reading, too.</returns>
    /// <exception cref="NotionAuthException">Anything else that the read ended with.</exception>
    public static async Task<bool> IsLockedAsync(
        this IConnectionStore store, string botId, CancellationToken cancellationToken)
    {
        try
        {
            await store.ReadAsync(botId, cancellationToken).ConfigureAwait(false);
            return false;
        }
        catch (NotionAuthException e) when (e.ErrorId == ErrorIds.VaultLocked)
        {
            return true;
        }
    }
}
