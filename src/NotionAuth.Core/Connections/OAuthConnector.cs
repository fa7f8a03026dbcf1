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
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(5);

    /// <summary>Called with what may be worth knowing, for who asks for details; null for nobody.</summary>
    public Action<string>? Note { get; init; }

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
        if (!app.IsRemembered) await CheckCredentialsAsync(app, options, cancellationToken).ConfigureAwait(false);
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

    // A client secret that is new may be a wrong one, and a person would find out only after they have chosen their
    // pages. The time-out and the strangest answers mean nothing: the exchange will see for itself.
    private async Task CheckCredentialsAsync(
        AppRegistration app, ConnectOptions options, CancellationToken cancellationToken)
    {
        // Somebody waits: as for every other request of a sign-in, one repetition and no long wait.
        RequestBounds bounds = Bounds with { MaximumRetryCount = 1, LongestWait = ShortWait };
        try
        {
            await app.Client(transport, options.NotionVersion, bounds, log).CheckCredentialsAsync(cancellationToken)
                .ConfigureAwait(false);
        }
        catch (NotionAuthException e) when (e.ErrorId is not (ErrorIds.InvalidClient or ErrorIds.ConnectionFailed))
        {
            return;
        }
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
        StoredConnection kept = await new ConnectionWriter(store, cache, Warn) { Replaces = NoteReplaced }
            .SaveAsync(connection, options.Name, options.Force, cancellationToken).ConfigureAwait(false);
        cache.Get(new ConnectionKey(store.Vault, kept.Details.BotId)).App = app;
        return kept;
    }

    private void NoteReplaced(StoredConnection before)
    {
        if (before.RefreshToken is null) return;
        Note?.Invoke(
            "There was a connection of this person and this integration already. Signing in again may have ended " +
            "its refresh token, also where another machine holds it: that one may have to sign in again, too.");
    }
}
