using System;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;

namespace NotionAuth.Core.Connections;

/// <summary>Tests the token of a stored connection, as the process or the vault has it now.</summary>
/// <param name="known">The connection.</param>
/// <param name="store">Where it is kept.</param>
/// <param name="transport">The way to Notion.</param>
/// <param name="log">Called with each attempt, or null.</param>
internal sealed class ConnectionTester(
    KnownConnection known, IConnectionStore store, NotionTransport transport, Action<RequestLogEntry>? log)
{
    /// <summary>What bounds the requests have.</summary>
    public RequestBounds Bounds { get; init; } = new();

    /// <summary>Tests the token.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The result.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.ConnectionNotFound"/>, or what the store
    /// threw.</exception>
    public async Task<TokenTestResult> TestAsync(CancellationToken cancellationToken)
    {
        StoredConnection connection = await LoadAsync(cancellationToken).ConfigureAwait(false);
        AppRegistration? app = connection.Details is { AuthType: AuthType.OAuth, ClientId: { } clientId }
            ? await AppAsync(clientId, connection.Details.BaseUri, cancellationToken).ConfigureAwait(false)
            : null;
        return await new TokenTester(transport, log) { Bounds = Bounds }.TestAsync(connection, app, cancellationToken)
            .ConfigureAwait(false);
    }

    // Not through the token source: a connection that needs a person to sign in again is tested, not refused. And from
    // the vault, where another process may have put a newer pair, unless this process holds one that the vault didn't
    // take.
    private async Task<StoredConnection> LoadAsync(CancellationToken cancellationToken)
    {
        if (known is { IsUnsaved: true, Connection: { } unsaved }) return unsaved;
        try
        {
            return known.Newest(await store.ReadAsync(known.Key.BotId, cancellationToken).ConfigureAwait(false))
                ?? throw ConnectionName.Gone();
        }
        catch (NotionAuthException e) when (e.ErrorId == ErrorIds.VaultLocked && known.Connection is not null)
        {
            // It has locked itself in the middle of a job, which goes on with what this process holds.
            return known.Connection;
        }
    }

    private async Task<AppRegistration?> AppAsync(string clientId, Uri origin, CancellationToken cancellationToken)
    {
        try
        {
            return await store.FindAppAsync(clientId, origin, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException e) when (e.ErrorId == ErrorIds.VaultLocked && known.Refreshable is not null)
        {
            return known.App;
        }
    }
}
