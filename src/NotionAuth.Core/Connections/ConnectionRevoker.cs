using System;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.Connections;

/// <summary>Revokes a connection at Notion, and forgets it only then.</summary>
/// <param name="known">The connection.</param>
/// <param name="store">Where it is kept.</param>
/// <param name="cache">What this process knows.</param>
/// <param name="transport">The way to Notion.</param>
/// <param name="log">Called with each attempt, or null.</param>
internal sealed class ConnectionRevoker(
    KnownConnection known, IConnectionStore store, ConnectionCache cache, NotionTransport transport,
    Action<RequestLogEntry>? log)
{
    // While it waits, it holds the connection, and other processes wait for that.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>What bounds the requests have.</summary>
    public RequestBounds Bounds { get; init; } = new();

    /// <summary>Revokes and forgets.</summary>
    /// <param name="localOnly">Forgets without asking Notion: the token stays valid there.</param>
    /// <param name="cancellationToken">Ends the wait for Notion; nothing is forgotten then.</param>
    /// <returns>What was forgotten; null where its secret could not be read.</returns>
    /// <exception cref="OAuthException">Notion refused: nothing was forgotten.</exception>
    /// <exception cref="NotionAuthException">
    /// <see cref="ErrorIds.RevokeNotSupported"/>, <see cref="ErrorIds.MissingClient"/>, no answer: nothing was
    /// forgotten.
    /// </exception>
    public Task<NotionConnection?> RevokeAsync(bool localOnly, CancellationToken cancellationToken) =>
        known.LockedAsync<NotionConnection?>(
            store,
            known: null,
            async () =>
            {
                NotionConnection? details = await RevokeAtNotionAsync(localOnly, cancellationToken)
                    .ConfigureAwait(false);
                await store.RemoveAsync(known.Key.BotId, CancellationToken.None).ConfigureAwait(false);
                cache.Forget(known.Key);
                return details;
            },
            cancellationToken);

    private async Task<NotionConnection?> RevokeAtNotionAsync(bool localOnly, CancellationToken cancellationToken)
    {
        StoredConnection? stored;
        try
        {
            // A pair that the vault didn't take is the live one; the vault's is spent.
            stored = known.IsUnsaved
                ? known.Connection
                : known.Newest(await store.ReadAsync(known.Key.BotId, cancellationToken).ConfigureAwait(false));
        }
        catch (NotionAuthException e) when (localOnly && e.ErrorId == ErrorIds.SecretInvalid)
        {
            return null;
        }

        if (stored is null) throw ConnectionName.Gone();
        if (localOnly) return stored.Details;

        NotionConnection details = stored.Details;
        if (details.AuthType == AuthType.Token)
            throw new NotionAuthException(
                ErrorIds.RevokeNotSupported, NotionErrorKind.InvalidOperation,
                $"The token of '{details.Name}' is an internal integration secret or a personal access token, " +
                "which Notion's API can't revoke. It was kept.",
                "Revoke it in Notion (notion.so/my-integrations: the integration's page, or Personal access tokens), " +
                "then forget it here: Revoke-NotionToken -LocalOnly.")
            { Target = details.Name };

        AppRegistration app = await store.FindAppAsync(
            details, "revoking", "The connection was kept.", cancellationToken).ConfigureAwait(false);
        OAuthClient client = app.Client(transport, details.NotionVersion, Bounds.AtMost(LongestWait), log);

        // Whether revoking one token of a pair ends the other isn't documented, and an expired access token says
        // nothing of the refresh token: both go.
        if (stored.RefreshToken is not null)
            await client.RevokeAsync(stored.RefreshToken, cancellationToken).ConfigureAwait(false);
        await client.RevokeAsync(stored.AccessToken, cancellationToken).ConfigureAwait(false);
        return details;
    }
}
