using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Connections.Store;

/// <summary>A store that lives and dies with the process.</summary>
public sealed class MemoryConnectionStore : IConnectionStore
{
    private readonly ConcurrentDictionary<string, StoredConnection> _connections = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, AppRegistration> _apps = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _locks = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Vault => string.Empty;

    /// <inheritdoc/>
    public Task<StoreListing> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new StoreListing(_connections.Values.Select(c => c.Details).ToList(), []));

    /// <inheritdoc/>
    public Task<StoredConnection?> ReadAsync(string botId, CancellationToken cancellationToken) =>
        Task.FromResult(_connections.TryGetValue(botId, out StoredConnection? connection) ? connection : null);

    /// <inheritdoc/>
    public Task WriteAsync(StoredConnection connection, CancellationToken cancellationToken)
    {
        _connections[connection.Details.BotId] =
            connection with { Details = connection.Details with { Vault = Vault } };
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<bool> OverwriteAsync(StoredConnection connection, CancellationToken cancellationToken)
    {
        if (!_connections.ContainsKey(connection.Details.BotId)) return false;
        await WriteAsync(connection, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string botId, CancellationToken cancellationToken)
    {
        _connections.TryRemove(botId, out _);
        return Task.CompletedTask;
    }

    /// <summary>Removes all connections and all app registrations.</summary>
    internal void Clear()
    {
        _connections.Clear();
        _apps.Clear();
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListAppsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(_apps.Values.Select(a => a.Credentials.ClientId).Distinct().ToList());

    /// <inheritdoc/>
    public Task<AppRegistration?> ReadAppAsync(string appId, CancellationToken cancellationToken) =>
        Task.FromResult(_apps.TryGetValue(appId, out AppRegistration? app) ? app : null);

    /// <inheritdoc/>
    public Task WriteAppAsync(AppRegistration app, CancellationToken cancellationToken)
    {
        _apps[app.Id] = app;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveAppAsync(string appId, CancellationToken cancellationToken)
    {
        _apps.TryRemove(appId, out _);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ProveWritableAsync(StoredConnection? example, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<IDisposable> LockAsync(string botId, CancellationToken cancellationToken)
    {
        SemaphoreSlim gate = _locks.GetOrAdd(botId, static _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Held(gate);
    }

    private sealed class Held(SemaphoreSlim gate) : IDisposable
    {
        private SemaphoreSlim? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Release();
    }
}
