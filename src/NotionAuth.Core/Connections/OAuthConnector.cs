using System;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.Connections;

/// <summary>Connects by signing in with OAuth.</summary>
/// <param name="store">Where the connection and the app registration are kept.</param>
/// <param name="cache">What this process knows.</param>
/// <param name="transport">The way to Notion.</param>
/// <param name="log">Told of each attempt, or null.</param>
public sealed class OAuthConnector(IConnectionStore store, ConnectionCache cache, NotionTransport transport, Action<RequestLogEntry>? log)
{
    /// <summary>Signs in and keeps the connection, then the app registration that refreshing needs.</summary>
    /// <param name="app">The integration.</param>
    /// <param name="signIn">How a person signs in.</param>
    /// <param name="options">How the connection is kept.</param>
    /// <param name="cancellationToken">Ends the sign-in at once.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="OAuthException">The user or Notion refused.</exception>
    /// <exception cref="NotionAuthException">Anything else that went wrong; what was kept before is still there.</exception>
    public async Task<StoredConnection> ConnectAsync(
        AppRegistration app, SignInOptions signIn, ConnectOptions options, CancellationToken cancellationToken)
    {
        // Before a person is sent to the browser: a vault that is locked or read-only would cost the sign-in.
        await store.ProveWritableAsync(cancellationToken).ConfigureAwait(false);

        var client = new OAuthClient(transport, app.Credentials, options.BaseUri, options.NotionVersion, log);
        return await new SignIn(transport, client, options.BaseUri, signIn, log).RunAsync(
            async reply =>
            {
                StoredConnection connection = await KeepAsync(reply, app, options, cancellationToken).ConfigureAwait(false);
                return new SignedIn<StoredConnection>(connection, connection.Facts);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<StoredConnection> KeepAsync(TokenReply reply, AppRegistration app, ConnectOptions options, CancellationToken cancellationToken)
    {
        NotionConnection facts = WorkspaceFacts.Of(reply.Reply, AuthType.OAuth, reply.BotId) with
        {
            ClientId = app.Credentials.ClientId,
            HasRefreshToken = reply.RefreshToken is not null,
            BaseUri = options.BaseUri,
            NotionVersion = options.NotionVersion,
            ConnectedAt = DateTime.UtcNow,
        };
        var connection = new StoredConnection
        {
            Facts = facts,
            AccessToken = reply.AccessToken,
            RefreshToken = reply.RefreshToken,
            Reply = reply.Reply,
        };
        StoredConnection kept = await new ConnectionWriter(store, cache).SaveAsync(connection, options.Name, options.Force, cancellationToken).ConfigureAwait(false);
        await store.WriteAppAsync(app, CancellationToken.None).ConfigureAwait(false);
        return kept;
    }
}
