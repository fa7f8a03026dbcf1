using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.SignIn;

namespace NotionAuth.Core.Connections;

/// <summary>Connects by signing in with OAuth.</summary>
/// <param name="store">Where the connection and the app registration are kept.</param>
/// <param name="cache">What this process knows.</param>
/// <param name="transport">The way to Notion.</param>
/// <param name="log">Called with each attempt, or null.</param>
public sealed class OAuthConnector(
    IConnectionStore store, ConnectionCache cache, NotionTransport transport, Action<RequestLogEntry>? log)
{
    /// <summary>What bounds the requests have.</summary>
    public RequestBounds Bounds { get; init; } = new();

    /// <summary>Called where a vault's metadata differs from its secrets, or null.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Signs in and keeps the app registration that refreshing needs, then the connection.</summary>
    /// <param name="app">The integration.</param>
    /// <param name="signIn">How a person signs in.</param>
    /// <param name="options">How the connection is kept; its origin is the integration's, whatever they say.</param>
    /// <param name="cancellationToken">Ends the sign-in at once.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="OAuthException">The user or Notion refused.</exception>
    /// <exception cref="NotionAuthException">Anything else that went wrong; what was kept before is still
    /// there.</exception>
    public async Task<StoredConnection> ConnectAsync(
        AppRegistration app, SignInOptions signIn, ConnectOptions options, CancellationToken cancellationToken)
    {
        if (options is { Name: { } name, Force: false })
        {
            // What belongs to another integration can't be this bot's. Whether one of the same integration is, shows
            // only after the sign-in.
            StoreListing listing = await store.ListAsync(cancellationToken).ConfigureAwait(false);
            IReadOnlyList<NotionConnection> found = await new ConnectionNames(store, cache, Warn)
                .FindAsync(listing, name, cancellationToken).ConfigureAwait(false);
            NotionConnection? other = found.FirstOrDefault(c => c.ClientId != app.Credentials.ClientId);
            if (other is not null) throw ConnectionName.InUse(other);
        }

        // Before a person is sent to the browser: a vault that is locked or read-only would cost the sign-in.
        await store.ProveWritableAsync(example: null, cancellationToken).ConfigureAwait(false);

        OAuthClient client = app.Client(transport, options.NotionVersion, Bounds, log);
        return await new BrowserSignIn(transport, client, app.BaseUri, signIn, log).RunAsync(
            async reply =>
            {
                StoredConnection connection = await KeepAsync(reply, app, options, cancellationToken)
                    .ConfigureAwait(false);
                return new SignedIn<StoredConnection>(
                    connection, connection.Details.Name, connection.Details.WorkspaceName,
                    connection.Details.WorkspaceIcon);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<StoredConnection> KeepAsync(
        TokenReply reply, AppRegistration app, ConnectOptions options, CancellationToken cancellationToken)
    {
        NotionConnection details = WorkspaceDetails.Read(reply.Reply, AuthType.OAuth, reply.BotId) with
        {
            ClientId = app.Credentials.ClientId,
            HasRefreshToken = reply.RefreshToken is not null,
            BaseUri = app.BaseUri,
            NotionVersion = options.NotionVersion,
            ConnectedAt = DateTime.UtcNow,
        };
        var connection = new StoredConnection
        {
            Details = details,
            AccessToken = reply.AccessToken,
            RefreshToken = reply.RefreshToken,
            Reply = reply.Reply,
        };

        // The client secret has just proved right, and a connection without it could never be refreshed: it goes first.
        await store.KeepAppAsync(app).ConfigureAwait(false);
        StoredConnection kept = await new ConnectionWriter(store, cache, Warn)
            .SaveAsync(connection, options.Name, options.Force, cancellationToken).ConfigureAwait(false);
        cache.Get(new ConnectionKey(store.Vault, kept.Details.BotId)).App = app;
        return kept;
    }
}
