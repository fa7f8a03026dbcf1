using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.Connections;

/// <summary>A connection that was found, and everything that can be done with it.</summary>
/// <param name="known">The connection as this process knows it.</param>
/// <param name="store">Where it is kept.</param>
/// <param name="cache">What this process knows.</param>
/// <param name="transport">The way to Notion.</param>
/// <param name="log">Called for each attempt, or null.</param>
/// <param name="warn">Called with what the user must know.</param>
public sealed class OpenedConnection(
    KnownConnection known, IConnectionStore store, ConnectionCache cache, NotionTransport transport,
    Action<RequestLogEntry>? log, Action<string> warn)
{
    /// <summary>Which connection.</summary>
    public ConnectionKey Key => known.Key;

    /// <summary>Its name as this process knows it, or its bot id where it hasn't been read.</summary>
    public string Name => known.Connection?.Details.Name ?? known.Key.BotId;

    /// <summary>What bounds the requests have that testing and revoking make; and who is told of waits.</summary>
    public RequestBounds Bounds { get; init; } = new();

    private ConnectionTokenSource Tokens => new(known, store, transport, log, warn);

    /// <summary>Reads the connection.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection, with its tokens.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.ConnectionNotFound"/>,
    /// <see cref="ErrorIds.NeedsReconnect"/>, or what the store threw.</exception>
    public async Task<StoredConnection> LoadAsync(CancellationToken cancellationToken)
    {
        StoredConnection connection = await Tokens.LoadAsync(cancellationToken).ConfigureAwait(false);
        known.WarnOfExpiry(connection.Details, warn, isOnce: false);
        return connection;
    }

    /// <summary>
    /// Makes a client that calls Notion's API with the connection's token, which is refreshed when Notion rejects it.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The client.</returns>
    /// <exception cref="NotionAuthException">As <see cref="LoadAsync"/>.</exception>
    public async Task<NotionClient> ClientAsync(CancellationToken cancellationToken)
    {
        ConnectionTokenSource tokens = Tokens;
        NotionConnection details = (await tokens.LoadAsync(cancellationToken).ConfigureAwait(false)).Details;
        known.WarnOfExpiry(details, warn, isOnce: true);
        return new NotionClient(transport, details.BaseUri, tokens, known.Limits, log)
        {
            NotionVersion = details.NotionVersion,
            Waiting = Bounds.Waiting,
            Waited = Bounds.Waited,
        };
    }

    /// <summary>
    /// The access token, for other programs. Notion is asked first whether it still takes it, and it is refreshed
    /// where it doesn't.
    /// </summary>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>A token that Notion takes now.</returns>
    /// <exception cref="NotionAuthException">As <see cref="LoadAsync"/>, and whatever the request ended
    /// with.</exception>
    public async Task<Secret> TokenAsync(CancellationToken cancellationToken)
    {
        NotionClient client = await ClientAsync(cancellationToken).ConfigureAwait(false);
        await client.SendAsync(new NotionRequest { Path = "users/me" }, cancellationToken).ConfigureAwait(false);
        return await Tokens.GetAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tests the token.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The result.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.ConnectionNotFound"/>, or what the store
    /// threw.</exception>
    public Task<TokenTestResult> TestAsync(CancellationToken cancellationToken) =>
        new ConnectionTester(known, store, transport, log) { Bounds = Bounds }.TestAsync(cancellationToken);

    /// <summary>Revokes the tokens at Notion, and forgets the connection only then.</summary>
    /// <param name="localOnly">Forgets without asking Notion: the token stays valid there.</param>
    /// <param name="cancellationToken">Ends the wait for Notion; nothing is forgotten then.</param>
    /// <returns>What was forgotten; null where its secret could not be read.</returns>
    /// <exception cref="OAuthException">Notion refused: nothing was forgotten.</exception>
    /// <exception cref="NotionAuthException">
    /// <see cref="ErrorIds.RevokeNotSupported"/>, <see cref="ErrorIds.MissingClient"/>, no answer: nothing was
    /// forgotten.
    /// </exception>
    public Task<NotionConnection?> RevokeAsync(bool localOnly, CancellationToken cancellationToken) =>
        new ConnectionRevoker(known, store, cache, transport, log) { Bounds = Bounds }.RevokeAsync(
            localOnly, cancellationToken);

    /// <summary>Forgets the client id and secret of a forgotten connection, where no other connection uses
    /// them.</summary>
    /// <param name="forgotten">The connection.</param>
    /// <param name="confirm">Asks whether they are to go, once it is known that nothing uses them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connections that use them; they were kept then.</returns>
    internal Task<IReadOnlyList<NotionConnection>> ForgetAppAsync(
        NotionConnection forgotten, Func<Task<bool>> confirm, CancellationToken cancellationToken) =>
        store.ForgetAppAsync(forgotten, confirm, cancellationToken);
}
