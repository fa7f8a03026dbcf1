using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.Connections;

/// <summary>
/// How a connection's token stays valid: read once per process, refreshed when Notion rejects it and never on a clock,
/// one refresh at a time, written before it is used.
/// </summary>
/// <param name="known">The connection.</param>
/// <param name="store">Where it is kept.</param>
/// <param name="transport">The way to Notion.</param>
/// <param name="log">Called with each attempt, or null.</param>
/// <param name="warn">Called with what the user must know.</param>
internal sealed class ConnectionTokenSource(
    KnownConnection known, IConnectionStore store, NotionTransport transport, Action<RequestLogEntry>? log,
    Action<string> warn) : IAccessTokenSource
{
    // A refresh holds the connection, so that it doesn't wait itself: the request that needs it does, and asks again.
    private static readonly RequestBounds OneAttempt = new() { MaximumRetryCount = 0 };

    // How long a write to a vault that machines share may take to be seen. A mark costs a person a sign-in, and so
    // isn't written sooner.
    private static readonly TimeSpan[] Settling = [.. new[] { 1, 1, 2, 3, 3 }.Select(s => TimeSpan.FromSeconds(s))];
    private static readonly TimeSpan LastPause = TimeSpan.FromSeconds(2);

    /// <summary>Reads the connection, from the process's memory where it can.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="NotionAuthException">
    /// <see cref="ErrorIds.ConnectionNotFound"/>, <see cref="ErrorIds.NeedsReconnect"/>, or what the store threw.
    /// </exception>
    public async Task<StoredConnection> LoadAsync(CancellationToken cancellationToken)
    {
        StoredConnection connection = await LoadConnectionAsync(cancellationToken).ConfigureAwait(false);
        if (connection.RefreshToken is not null && connection.Details.ClientId is { } clientId && !known.IsAppSought)
            await KeepAppAsync(clientId, connection.Details.BaseUri, cancellationToken).ConfigureAwait(false);
        return connection;
    }

    private async Task<StoredConnection> LoadConnectionAsync(CancellationToken cancellationToken)
    {
        if (Usable() is { } cached) return cached;
        return await known.LockedAsync(
            store,
            Usable,
            async () =>
            {
                if (known.IsUnsaved) await SaveLaterAsync(cancellationToken).ConfigureAwait(false);
                StoredConnection? held = known.Connection;
                if (held is not null && !held.Details.NeedsReconnect) return held;
                if (known.IsUnsaved) throw Reconnect(held!.Details);

                // NeedsReconnect is looked up again each time: somebody may have signed in anew elsewhere.
                StoredConnection stored = await ReadAsync(cancellationToken).ConfigureAwait(false);
                return stored.Details.NeedsReconnect ? throw Reconnect(stored.Details) : stored;
            },
            cancellationToken).ConfigureAwait(false);
    }

    // While the vault is open: when the token expires, hours later, it may have locked itself.
    private async Task KeepAppAsync(string clientId, Uri origin, CancellationToken cancellationToken)
    {
        known.IsAppSought = true;
        try
        {
            known.App = await store.FindAppAsync(clientId, origin, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException)
        {
            // It isn't needed yet; the refresh that needs it reports what is wrong.
        }
    }

    /// <inheritdoc/>
    public async Task<Secret> GetAsync(CancellationToken cancellationToken) =>
        (await LoadAsync(cancellationToken).ConfigureAwait(false)).AccessToken;

    /// <inheritdoc/>
    public async Task<RenewedToken?> RenewAsync(
        Secret rejected, RequestContext context, CancellationToken cancellationToken)
    {
        if (Newer(rejected) is { } newer) return newer;
        return await known.LockedAsync(
            store, () => Newer(rejected), () => RefreshAsync(rejected, context, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<RenewedToken?> RefreshAsync(
        Secret rejected, RequestContext context, CancellationToken cancellationToken)
    {
        StoredConnection stored = known.IsUnsaved
            ? known.Connection! : await UnlessLockedAsync(() => ReadAsync(cancellationToken), () => known.Refreshable)
                .ConfigureAwait(false);
        if (stored.Details.NeedsReconnect) throw Reconnect(stored.Details);
        if (!stored.AccessToken.Matches(rejected)) return Others(stored);
        if (stored.RefreshToken is null || stored.Details.ClientId is null)
        {
            context.WhyNotRenewed = TokenExpiry.EndedOf(stored.Details, DateTime.UtcNow);
            return null;
        }

        AppRegistration app = known.App = await UnlessLockedAsync(
            () => store.FindAppAsync(
                stored.Details, "refreshing the expired token of", "The connection was kept.", cancellationToken),
            () => known.Refreshable is null ? null : known.App).ConfigureAwait(false);
        await EnsureKeptAsync(stored, cancellationToken).ConfigureAwait(false);
        StoredConnection refreshed;
        try
        {
            OAuthClient client = app.Client(transport, stored.Details.NotionVersion, OneAttempt, log);
            TokenReply reply = await client.RefreshAsync(stored.RefreshToken, cancellationToken).ConfigureAwait(false);
            refreshed = IsSameId(reply.BotId, known.Key.BotId)
                ? stored.Refreshed(reply, DateTime.UtcNow) : throw OtherBot(stored.Details);
        }
        catch (OAuthException e) when (e.Error == "invalid_grant")
        {
            return await AfterInvalidGrantAsync(stored, e, context, cancellationToken).ConfigureAwait(false);
        }

        await TrySaveAsync(refreshed, CancellationToken.None).ConfigureAwait(false);
        return new(refreshed.AccessToken, IsIssued: true);
    }

    // A refresh token is spent by using it: first make sure that the new one can be kept. A vault that has locked
    // itself in the middle of a job, so that it can't be read either, is no reason to end the job: this process has all
    // that it needs, holds the new pair, and writes it once the vault is open.
    private async Task EnsureKeptAsync(StoredConnection stored, CancellationToken cancellationToken)
    {
        try
        {
            await store.ProveWritableAsync(stored, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException e) when (e.ErrorId == ErrorIds.VaultLocked && known.Refreshable is not null)
        {
            if (!await store.IsLockedAsync(known.Key.BotId, cancellationToken).ConfigureAwait(false)) throw;
        }
    }

    private static async Task<T> UnlessLockedAsync<T>(Func<Task<T>> read, Func<T?> held)
        where T : class
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (NotionAuthException e) when (e.ErrorId == ErrorIds.VaultLocked && held() is not null)
        {
            return held()!;
        }
    }

    // Somebody else may have spent the refresh token: then the winner's pair is in the vault, or will be seen there.
    // Where the vault is shared by machines, no lock of ours reaches the others, and their writes are seen after some
    // time. Nothing is ever deleted here.
    private async Task<RenewedToken?> AfterInvalidGrantAsync(
        StoredConnection spent, OAuthException refusal, RequestContext context, CancellationToken cancellationToken)
    {
        (bool isOthers, StoredConnection last) = await LookAsync(spent, cancellationToken).ConfigureAwait(false);
        foreach (TimeSpan pause in store.Vault.Length == 0 ? [] : Settling)
        {
            if (isOthers) break;

            // Without the time to look, it stays open whether a person is needed: the next command looks again.
            if (!await PauseAsync(pause, context, cancellationToken).ConfigureAwait(false)) throw refusal;
            (isOthers, last) = await LookAsync(spent, cancellationToken).ConfigureAwait(false);
        }

        if (isOthers) return Others(last);
        StoredConnection marked = last.HasPairOf(spent) ? last : spent;
        if (!marked.Details.NeedsReconnect) marked = marked.Marked();
        if (marked.IsNewerThan(last))
        {
            if (await MarkAsync(marked, context, cancellationToken).ConfigureAwait(false) is { } found) return found;
        }
        else
        {
            // Somebody else was as unlucky, and has marked it already.
            known.SetSaved(last);
        }

        throw Reconnect(marked.Details);
    }

    /// <summary>Writes a mark over what was read just now, and gives way where a pair is seen after all.</summary>
    private async Task<RenewedToken?> MarkAsync(
        StoredConnection marked, RequestContext context, CancellationToken cancellationToken)
    {
        known.SetUnsaved(marked);
        try
        {
            await store.OverwriteAsync(marked, CancellationToken.None).ConfigureAwait(false);
            known.SetSaved(marked);
            if (store.Vault.Length == 0
                || !await PauseAsync(LastPause, context, cancellationToken).ConfigureAwait(false)) return null;
            (bool isOthers, StoredConnection last) = await LookAsync(marked, cancellationToken).ConfigureAwait(false);
            return isOthers ? Others(last) : null;
        }
        catch (NotionAuthException)
        {
            // Only the mark is missing in the vault then: this process remembers it, and writes it at the next chance.
            return null;
        }
    }

    /// <summary>
    /// Looks for somebody else's pair, and takes it. One that is older than the refused one isn't it, and a mark is
    /// none.
    /// </summary>
    private async Task<(bool IsOthers, StoredConnection Last)> LookAsync(
        StoredConnection refused, CancellationToken cancellationToken)
    {
        StoredConnection stored = await store.ReadAsync(known.Key.BotId, cancellationToken).ConfigureAwait(false)
            ?? throw Gone();
        if (stored.Details.NeedsReconnect || stored.HasPairOf(refused) || refused.IsNewerThan(stored))
            return (false, stored);
        known.SetSaved(stored);
        return (true, stored);
    }

    private async Task<bool> PauseAsync(TimeSpan pause, RequestContext context, CancellationToken cancellationToken)
    {
        if (pause > context.TimeLeft) return false;
        string detail = $"the refresh token was refused, and {store.Place()} is looked at again";
        await transport.Policy.WaitAsync(
            "POST", "/v1/oauth/token", context, WaitReason.Vault, detail, pause, cancellationToken)
            .ConfigureAwait(false);
        return true;
    }

    private async Task SaveLaterAsync(CancellationToken cancellationToken)
    {
        StoredConnection unsaved = known.Connection!;
        StoredConnection? stored;
        try
        {
            stored = await TakeNewerAsync(unsaved, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException)
        {
            // A vault that can't be read can't be written either: the next time.
            return;
        }

        if (known.IsUnsaved) await TrySaveAsync(unsaved.Over(stored), cancellationToken).ConfigureAwait(false);
    }

    // A pair that another process wrote while this one held an unsaved pair is a new sign-in: that pair counts.
    // A mark does only on this very pair.
    private async Task<StoredConnection?> TakeNewerAsync(StoredConnection unsaved, CancellationToken cancellationToken)
    {
        StoredConnection? stored = await store.ReadAsync(known.Key.BotId, cancellationToken).ConfigureAwait(false);
        if (stored is null || unsaved.IsNewerThan(stored)
            || (stored.HasPairOf(unsaved) && !stored.IsNewerThan(unsaved))) return stored;
        known.SetSaved(stored);
        return stored;
    }

    private async Task TrySaveAsync(StoredConnection connection, CancellationToken cancellationToken)
    {
        bool isFirstTry = !known.IsUnsaved;
        known.SetUnsaved(connection);
        try
        {
            // A connection that is gone was replaced or removed by hand: it isn't made again.
            if (known.IsLost) await store.WriteAsync(connection, cancellationToken).ConfigureAwait(false);
            else if (!await store.OverwriteAsync(connection, cancellationToken).ConfigureAwait(false)) throw Removed();
            known.SetSaved(connection);
        }
        catch (NotionAuthException e) when (known.IsUnsaved)
        {
            if (await HasLostAsync(e).ConfigureAwait(false)) known.SetLost();

            // The pair works in this process; the next command tries to write it again.
            if (isFirstTry)
                warn($"The new token of '{connection.Details.Name}' could not be written to {store.Place()} and " +
                    $"lives in this process only: {e.Message} {e.RecommendedAction} Each further command tries to " +
                    "write it again.");
        }
    }

    // A vault that replaces a secret by removing it first may fail in between. One that wasn't reached, or asks for its
    // password, has lost nothing.
    private async Task<bool> HasLostAsync(NotionAuthException failure)
    {
        if (known.IsLost || failure.ErrorId is not (ErrorIds.VaultFailed or ErrorIds.VaultNotSuitable))
            return known.IsLost;
        try
        {
            return await store.ReadAsync(known.Key.BotId, CancellationToken.None).ConfigureAwait(false) is null;
        }
        catch (NotionAuthException)
        {
            return false;
        }
    }

    private NotionAuthException Removed()
    {
        NotionAuthException gone = Gone();
        known.Forget();
        return gone;
    }

    private async Task<StoredConnection> ReadAsync(CancellationToken cancellationToken)
    {
        StoredConnection stored = await store.ReadAsync(known.Key.BotId, cancellationToken).ConfigureAwait(false)
            ?? throw Gone();
        if (known.Newest(stored) is { } held && !ReferenceEquals(held, stored))
        {
            // Another program has written an older state of the vault over ours, or somebody who didn't see our pair
            // has put a mark there. The pair that this process holds is the newest there is.
            if (!stored.Details.NeedsReconnect)
                warn($"Another program took '{held.Details.Name}' in {store.Place()} back to an older state; " +
                    "the newer one is written again.");
            held = held.Over(stored);
            await TrySaveAsync(held, CancellationToken.None).ConfigureAwait(false);
            return held;
        }

        known.SetSaved(stored);
        return stored;
    }

    private StoredConnection? Usable() =>
        known.Connection is { } held && !held.Details.NeedsReconnect && !known.IsUnsaved ? held : null;

    private RenewedToken? Newer(Secret rejected) =>
        known.Connection is { } held && !held.Details.NeedsReconnect
            && !held.AccessToken.Matches(rejected) ? Others(held) : null;

    // Somebody else has renewed it. When, and whether it has expired since, isn't known.
    private static RenewedToken Others(StoredConnection connection) => new(connection.AccessToken, IsIssued: false);

    private NotionAuthException Gone() => new(
        ErrorIds.ConnectionNotFound, NotionErrorKind.NotFound,
        $"The connection{(known.Connection is { } c ? $" '{c.Details.Name}'" : string.Empty)} isn't in " +
        $"{store.Place()} any more.",
        "List the connections with Get-NotionConnection, and connect again with Connect-NotionWorkspace.");

    // A UUID stays the same in capitals and without its hyphens.
    private static bool IsSameId(string left, string right) =>
        string.Equals(
            left.Replace("-", string.Empty), right.Replace("-", string.Empty), StringComparison.OrdinalIgnoreCase);

    private static NotionAuthException OtherBot(NotionConnection details) => new(
        ErrorIds.InvalidReply, NotionErrorKind.InvalidData,
        $"The refresh of '{details.Name}' brought a token of another bot, and so perhaps of another workspace. " +
        "It was not used, and what is stored stays as it was.",
        "Check whether a proxy changes replies, then run the command again. If it happens again, sign in again: " +
        $"{details.ReconnectCommand()}")
    { Target = details.Name };

    private static NotionAuthException Reconnect(NotionConnection details) => new(
        ErrorIds.NeedsReconnect, NotionErrorKind.AuthenticationFailed,
        $"Notion no longer accepts the refresh token of '{details.Name}': a person must sign in again.",
        "A sign-in of the same person with the same integration, also on another machine, may have ended it, and " +
        "signing in here may end that machine's; where it happens again, give each machine an integration of its " +
        $"own. Run: {details.ReconnectCommand()}")
    { Target = details.Name };
}
