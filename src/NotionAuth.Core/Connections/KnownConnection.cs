using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;
using NotionAuth.Core.Http.RateLimits;

namespace NotionAuth.Core.Connections;

/// <summary>Which connection: the vault (empty for the process's own store) and the bot id.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="BotId">The bot id.</param>
public sealed record ConnectionKey(string Vault, string BotId);

/// <summary>A connection as this process knows it: its cached tokens, its refresh lock, its rate-limit gate.</summary>
/// <param name="key">Which connection.</param>
public sealed class KnownConnection(ConnectionKey key)
{
    private StoredConnection? _connection;
    private int _isExpiryWarned;

    /// <summary>Which connection.</summary>
    public ConnectionKey Key => key;

    /// <summary>Holds back its requests after a 429.</summary>
    internal ConnectionLimits Limits { get; } = new();

    /// <summary>
    /// The way to Notion where the connection was made with a proxy of its own; null for the usual one.
    /// </summary>
    public NotionTransport? Transport { get; set; }

    /// <summary>The connection as it was last read, written or refreshed; null where it hasn't been read.</summary>
    public StoredConnection? Connection
    {
        get => Volatile.Read(ref _connection);
        private set
        {
            Volatile.Write(ref _connection, value);
            if (value?.Details is { WorkspaceId: { Length: > 0 } id } details)
                Limits.Workspace = RateLimitRegistry.ForWorkspace(details.BaseUri, id);
        }
    }

    /// <summary>
    /// Whether <see cref="Connection"/> holds a pair that isn't in the vault: it exists nowhere else.
    /// </summary>
    internal bool IsUnsaved { get; private set; }

    /// <summary>
    /// Whether the vault lost the connection's secret in a write of this process: that it isn't there doesn't mean that
    /// somebody removed it.
    /// </summary>
    internal bool IsLost { get; private set; }

    /// <summary>
    /// The app registration that refreshing needs, as it was last read: a vault may lock itself while a job runs.
    /// </summary>
    internal AppRegistration? App { get; set; }

    /// <summary>Whether <see cref="App"/> was looked for, for a vault that is open.</summary>
    internal bool IsAppSought { get; set; }

    /// <summary>What is held and can be refreshed without the vault; null where something is missing.</summary>
    internal StoredConnection? Refreshable =>
        Connection is { RefreshToken: not null, Details: { NeedsReconnect: false } details } held
            && App is { } app && app.Credentials.ClientId == details.ClientId
            && BaseUri.AreSame(app.BaseUri, details.BaseUri) ? held : null;

    /// <summary>Holds what the vault has.</summary>
    internal void SetSaved(StoredConnection connection)
    {
        Connection = connection;
        IsUnsaved = IsLost = false;
    }

    /// <summary>Holds what the vault doesn't have yet: a new pair or a new mark, before it is written.</summary>
    internal void SetUnsaved(StoredConnection connection)
    {
        Connection = connection;
        IsUnsaved = true;
    }

    /// <summary>Notes that the vault lost the connection's secret while it was to write what is held.</summary>
    internal void SetLost() => IsLost = true;

    /// <summary>
    /// The newest state there is: the vault's, unless that is older than the one that this process holds.
    /// </summary>
    /// <param name="stored">What the vault keeps, or null.</param>
    /// <returns>The connection, or null where the vault keeps none any more.</returns>
    internal StoredConnection? Newest(StoredConnection? stored) =>
        stored is not null && Connection is { } known && known.IsNewerThan(stored) ? known : stored;

    /// <summary>Warns where the connection's token ends soon, or was to have ended.</summary>
    /// <param name="details">The connection.</param>
    /// <param name="warn">Called with the warning, or null.</param>
    /// <param name="isOnce">Whether one warning in this process is enough.</param>
    internal void WarnOfExpiry(NotionConnection details, Action<string>? warn, bool isOnce)
    {
        if (warn is null || TokenExpiry.WarningOf(details, DateTime.UtcNow) is not { } warning) return;
        if (Interlocked.Exchange(ref _isExpiryWarned, 1) == 0 || !isOnce) warn(warning);
    }

    /// <summary>Reads the connection for its name, so that its next use needn't read it again.</summary>
    /// <param name="store">Where it is kept.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection, or null where there is none.</returns>
    internal Task<StoredConnection?> ReadAsync(IConnectionStore store, CancellationToken cancellationToken) =>
        LockedAsync(
            store,
            () => IsUnsaved ? Connection : null,
            async () =>
            {
                StoredConnection? stored = await store.ReadAsync(key.BotId, cancellationToken).ConfigureAwait(false);
                if (Newest(stored) is { } newest) SetSaved(newest);
                return stored;
            },
            cancellationToken);

    /// <summary>Lets go of what this process knows, as the connection isn't kept any more.</summary>
    internal void Forget()
    {
        Connection = null;
        IsUnsaved = IsLost = IsAppSought = false;
        App = null;
    }

    // One reader, refresher or writer of this connection at a time in the process.
    private readonly SemaphoreSlim _lock = new(1, 1);

    /// <summary>
    /// Runs work on the connection, one at a time in the process and among processes.
    /// </summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="store">Where the connection is kept.</param>
    /// <param name="known">Looks, once the process's lock is held, whether the one who held it before has done the work
    /// already; null for work that is always to be done.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Ends the waits for the locks.</param>
    /// <returns>What is known, or what the work returned.</returns>
    internal async Task<T> LockedAsync<T>(
        IConnectionStore store, Func<T?>? known, Func<Task<T>> work, CancellationToken cancellationToken)
        where T : class?
    {
        await _lock.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (known?.Invoke() is { } found) return found;
            using (await store.LockAsync(key.BotId, cancellationToken).ConfigureAwait(false))
                return await work().ConfigureAwait(false);
        }
        finally
        {
            _lock.Release();
        }
    }
}

/// <summary>The connections that this process knows, for all its runspaces.</summary>
public sealed class ConnectionCache
{
    private readonly ConcurrentDictionary<ConnectionKey, KnownConnection> _known = new();

    /// <summary>The vaults that were used and of which the user knows that they are gone.</summary>
    internal ConcurrentDictionary<string, bool> Missing { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All connections that are known now.</summary>
    internal IReadOnlyCollection<KnownConnection> All => [.. _known.Values];

    /// <summary>Finds a connection, or makes it known.</summary>
    /// <param name="key">Which connection.</param>
    /// <returns>The connection.</returns>
    public KnownConnection Get(ConnectionKey key) => _known.GetOrAdd(key, static k => new KnownConnection(k));

    /// <summary>The vaults that connections of this process are in.</summary>
    /// <returns>The vaults' names, the process's own store not among them.</returns>
    public IReadOnlyCollection<string> Vaults()
    {
        var vaults = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (ConnectionKey key in _known.Keys)
            if (key.Vault.Length > 0) vaults.Add(key.Vault);
        return vaults;
    }

    /// <summary>Finds a connection by its id, or by the name that it had when it was last read.</summary>
    internal KnownConnection? Known(string vault, string name) =>
        Named(name).FirstOrDefault(known => known.Key.Vault == vault);

    /// <summary>Finds the one connection of a vault that was read and has that name or id; null for several.</summary>
    internal KnownConnection? OnlyKnown(string vault, string name)
    {
        List<KnownConnection> found = [.. Named(name).Where(known => known.Key.Vault == vault).Take(2)];
        return found.Count == 1 ? found[0] : null;
    }

    /// <summary>Finds a connection with a pair that its vault didn't take.</summary>
    internal KnownConnection? Unsaved(string? vault, string name) => Named(name).FirstOrDefault(known =>
        known.IsUnsaved
        && (vault is null || string.Equals(known.Key.Vault, vault, StringComparison.OrdinalIgnoreCase)));

    internal void Remember(StoredConnection connection) =>
        Get(new ConnectionKey(connection.Details.Vault, connection.Details.BotId)).SetSaved(connection);

    internal void Forget(ConnectionKey key)
    {
        if (_known.TryRemove(key, out KnownConnection? known)) known.Forget();
    }

    private IEnumerable<KnownConnection> Named(string name) => _known.Values.Where(known =>
        known.Connection is { } held && ConnectionName.IsOf(held.Details, name));
}
