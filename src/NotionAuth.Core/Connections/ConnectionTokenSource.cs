using System;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.Connections;

/// <summary>
/// How a connection's token stays valid: read once per process, refreshed when Notion rejects it and never on a clock, one refresh at a time,
/// written before it is used.
/// </summary>
/// <param name="session">The connection.</param>
/// <param name="store">Where it is kept.</param>
/// <param name="transport">The way to Notion.</param>
/// <param name="log">Told of each attempt, or null.</param>
/// <param name="warn">Told what the user must know.</param>
public sealed class ConnectionTokenSource(
    ConnectionSession session, IConnectionStore store, NotionTransport transport, Action<RequestLogEntry>? log, Action<string> warn) : IAccessTokenSource
{
    /// <summary>Reads the connection, from the process's memory where it can.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="NotionAuthException">
    /// <see cref="ErrorIds.ConnectionNotFound"/>, <see cref="ErrorIds.NeedsReconnect"/>, or what the store threw.
    /// </exception>
    public async Task<StoredConnection> LoadAsync(CancellationToken cancellationToken)
    {
        if (Usable() is { } cached) return cached;
        return await session.LockedAsync(
            store,
            Usable,
            async s =>
            {
                if (session.IsUnsaved) await SaveLaterAsync(s, cancellationToken).ConfigureAwait(false);
                StoredConnection? known = session.Connection;
                if (known is not null && !known.Facts.NeedsReconnect) return known;
                if (session.IsUnsaved) throw Reconnect(known!.Facts);

                // NeedsReconnect is looked up again each time: somebody may have signed in anew elsewhere.
                StoredConnection stored = await ReadAsync(s, cancellationToken).ConfigureAwait(false);
                return stored.Facts.NeedsReconnect ? throw Reconnect(stored.Facts) : stored;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<Secret> GetAsync(CancellationToken cancellationToken) => (await LoadAsync(cancellationToken).ConfigureAwait(false)).AccessToken;

    /// <inheritdoc/>
    public async Task<Secret?> RenewAsync(Secret rejected, CancellationToken cancellationToken)
    {
        if (Newer(rejected) is { } newer) return newer;
        return await session.LockedAsync(store, () => Newer(rejected), s => RefreshAsync(s, rejected, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private async Task<Secret?> RefreshAsync(IConnectionStore s, Secret rejected, CancellationToken cancellationToken)
    {
        StoredConnection stored = session.IsUnsaved ? session.Connection! : await ReadAsync(s, cancellationToken).ConfigureAwait(false);
        if (stored.Facts.NeedsReconnect) throw Reconnect(stored.Facts);
        if (!stored.AccessToken.Matches(rejected)) return stored.AccessToken;
        if (stored.RefreshToken is null || stored.Facts.ClientId is null) return null;

        AppRegistration app = await s.ReadAppAsync(stored.Facts.ClientId, cancellationToken).ConfigureAwait(false)
            ?? throw new NotionAuthException(
                ErrorIds.MissingClient, NotionErrorKind.NotFound,
                $"The token of '{stored.Facts.Name}' has expired, and the client secret of {stored.Facts.ClientId} that a refresh needs isn't in {Where(s)}.",
                $"Sign in again: {stored.Facts.ReconnectCommand()} -ClientSecret (Read-Host -AsSecureString).")
            { Target = stored.Facts.Name };

        // A refresh token is spent by using it: first make sure that the new one can be kept.
        await s.ProveWritableAsync(stored, cancellationToken).ConfigureAwait(false);
        StoredConnection refreshed;
        try
        {
            var client = new OAuthClient(transport, app.Credentials, stored.Facts.BaseUri, stored.Facts.NotionVersion, log);
            refreshed = stored.Refreshed(await client.RefreshAsync(stored.RefreshToken, cancellationToken).ConfigureAwait(false), DateTime.UtcNow);
        }
        catch (OAuthException e) when (e.Error == "invalid_grant")
        {
            return await AfterInvalidGrantAsync(s, stored, cancellationToken).ConfigureAwait(false);
        }

        await TrySaveAsync(s, refreshed, CancellationToken.None).ConfigureAwait(false);
        return refreshed.AccessToken;
    }

    // Somebody else may have spent the refresh token: then the winner's pair is in the vault. Nothing is ever deleted here.
    private async Task<Secret?> AfterInvalidGrantAsync(IConnectionStore s, StoredConnection stored, CancellationToken cancellationToken)
    {
        if (session.IsUnsaved) await TakeNewerAsync(s, stored, cancellationToken).ConfigureAwait(false);
        StoredConnection again = session.IsUnsaved ? stored : await ReadAsync(s, cancellationToken).ConfigureAwait(false);
        if (!again.AccessToken.Matches(stored.AccessToken)) return again.AccessToken;

        StoredConnection marked = again with { Facts = again.Facts with { NeedsReconnect = true }, Generation = again.NextGeneration };
        session.Connection = marked;
        session.IsUnsaved = true;
        try
        {
            await s.WriteAsync(marked, CancellationToken.None).ConfigureAwait(false);
            session.IsUnsaved = false;
        }
        catch (NotionAuthException)
        {
            // Only the mark is missing in the vault then: this process remembers it, and writes it at the next chance.
        }

        throw Reconnect(marked.Facts);
    }

    private async Task SaveLaterAsync(IConnectionStore s, CancellationToken cancellationToken)
    {
        StoredConnection unsaved = session.Connection!;
        try
        {
            await TakeNewerAsync(s, unsaved, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException)
        {
            // A vault that can't be read can't be written either: the next time.
            return;
        }

        if (session.IsUnsaved) await TrySaveAsync(s, unsaved, cancellationToken).ConfigureAwait(false);
    }

    // Whoever wrote the connection while this process held a pair that the vault didn't take has signed in anew: that pair counts.
    private async Task TakeNewerAsync(IConnectionStore s, StoredConnection unsaved, CancellationToken cancellationToken)
    {
        StoredConnection? stored = await s.ReadAsync(session.Key.BotId, cancellationToken).ConfigureAwait(false);
        bool isOlder = stored is null || (stored.Facts.ConnectedAt == unsaved.Facts.ConnectedAt && stored.Generation < unsaved.Generation);
        if (isOlder || stored!.AccessToken.Matches(unsaved.AccessToken)) return;
        session.Connection = stored;
        session.IsUnsaved = false;
    }

    private async Task TrySaveAsync(IConnectionStore s, StoredConnection connection, CancellationToken cancellationToken)
    {
        bool isFirstTry = !session.IsUnsaved;
        session.Connection = connection;
        session.IsUnsaved = true;
        try
        {
            await s.WriteAsync(connection, cancellationToken).ConfigureAwait(false);
            session.IsUnsaved = false;
        }
        catch (NotionAuthException e)
        {
            // The pair works in this process; the next command tries to write it again.
            if (isFirstTry)
                warn($"The new token of '{connection.Facts.Name}' could not be written to {Where(s)} and lives in this process only: {e.Message} {e.RecommendedAction} Each further command tries to write it again.");
        }
    }

    private async Task<StoredConnection> ReadAsync(IConnectionStore s, CancellationToken cancellationToken)
    {
        StoredConnection stored = await s.ReadAsync(session.Key.BotId, cancellationToken).ConfigureAwait(false)
            ?? throw new NotionAuthException(
                ErrorIds.ConnectionNotFound, NotionErrorKind.NotFound,
                $"The connection{(session.Connection is { } c ? $" '{c.Facts.Name}'" : string.Empty)} isn't in {Where(s)} any more.",
                "List the connections with Get-NotionConnection, and connect again with Connect-NotionWorkspace.");
        if (session.Connection is { } known && known.Facts.ConnectedAt == stored.Facts.ConnectedAt && known.Generation > stored.Generation)
        {
            // Another program has written an older state of the vault over ours. The pair that this process holds is the newest there is.
            warn($"Another program took '{known.Facts.Name}' in {Where(s)} back to an older state; the newer one is written again.");
            await TrySaveAsync(s, known, CancellationToken.None).ConfigureAwait(false);
            return known;
        }

        session.Connection = stored;
        return stored;
    }

    private StoredConnection? Usable() =>
        session.Connection is { } known && !known.Facts.NeedsReconnect && !session.IsUnsaved ? known : null;

    private Secret? Newer(Secret rejected) =>
        session.Connection is { } known && !known.Facts.NeedsReconnect && !known.AccessToken.Matches(rejected) ? known.AccessToken : null;

    private static string Where(IConnectionStore s) => s.Vault.Length == 0 ? "this process" : $"vault '{s.Vault}'";

    private static NotionAuthException Reconnect(NotionConnection facts) => new(
        ErrorIds.NeedsReconnect, NotionErrorKind.AuthenticationFailed,
        $"Notion no longer accepts the refresh token of '{facts.Name}': a person must sign in again.", $"Run: {facts.ReconnectCommand()}")
    { Target = facts.Name };
}
