using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;

namespace NotionAuth.Core.Tests.Support;

/// <summary>
/// A vault that keeps texts under names, as a real one does; it records what is done to it, and fails on demand.
/// </summary>
internal sealed class RecordingStore(string vault = "Test") : IConnectionStore
{
    private readonly ConcurrentDictionary<string, int> _failures = new();
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _locks = new();

    public string Vault => vault;

    /// <summary>The secrets as they are kept.</summary>
    public ConcurrentDictionary<string, string> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// What was done, in order: Read, Write, Remove, ReadApp, WriteApp, List, ListApps, ProveWritable; locks aren't
    /// recorded.
    /// </summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>What the write tests were to be as large as.</summary>
    public ConcurrentQueue<StoredConnection?> Proved { get; } = new();

    /// <summary>The details that the vault's metadata tells, by bot id; null for a vault without metadata.</summary>
    public ConcurrentDictionary<string, NotionConnection>? Metadata { get; init; }

    /// <summary>Run at each write, before it is done.</summary>
    public Action<StoredConnection>? OnWrite { get; set; }

    /// <summary>Run at each removal, before it is done.</summary>
    public Action? OnRemove { get; set; }

    /// <summary>Run where a lock is asked for that somebody holds.</summary>
    public Action? OnWait { get; set; }

    /// <summary>Run after each read.</summary>
    public Action? OnRead { get; set; }

    public static NotionAuthException Locked() => new(
        ErrorIds.VaultLocked, NotionErrorKind.AuthenticationFailed, "Vault 'Test' is locked.",
        "Run Unlock-SecretStore.");

    /// <summary>The next calls of that kind fail as a locked vault does.</summary>
    public void FailOn(string call, int times = int.MaxValue) => _failures[call] = times;

    public StoredConnection? Stored(string botId) =>
        Secrets.TryGetValue(SecretName.OfConnection(botId), out string? json)
            ? ConnectionJson.ReadConnection(json, botId, Vault) : null;

    public Task<StoreListing> ListAsync(CancellationToken cancellationToken)
    {
        Enter("List");
        var connections = new List<NotionConnection>();
        var problems = new List<NotionAuthException>();
        foreach (string botId in Secrets.Keys.Select(SecretName.BotIdOf).OfType<string>())
        {
            try
            {
                connections.Add(Metadata?.GetValueOrDefault(botId) ?? Stored(botId)!.Details);
            }
            catch (NotionAuthException e)
            {
                problems.Add(e);
            }
        }

        return Task.FromResult(
            new StoreListing(connections, problems) { FromMetadata = Metadata is null ? [] : [.. Metadata.Keys] });
    }

    public Task<StoredConnection?> ReadAsync(string botId, CancellationToken cancellationToken)
    {
        Enter("Read");
        StoredConnection? stored = Stored(botId);
        OnRead?.Invoke();
        return Task.FromResult(stored);
    }

    public Task WriteAsync(StoredConnection connection, CancellationToken cancellationToken)
    {
        OnWrite?.Invoke(connection);
        Enter("Write");
        Secrets[SecretName.OfConnection(connection.Details.BotId)] = ConnectionJson.Write(connection);
        if (Metadata is not null) Metadata[connection.Details.BotId] = connection.Details with { Vault = Vault };
        return Task.CompletedTask;
    }

    public async Task<bool> OverwriteAsync(StoredConnection connection, CancellationToken cancellationToken)
    {
        if (Secrets.ContainsKey(SecretName.OfConnection(connection.Details.BotId)))
        {
            await WriteAsync(connection, cancellationToken);
            return true;
        }

        Enter("Write");
        return false;
    }

    public Task RemoveAsync(string botId, CancellationToken cancellationToken)
    {
        OnRemove?.Invoke();
        Enter("Remove");
        Metadata?.TryRemove(botId, out _);
        Secrets.TryRemove(SecretName.OfConnection(botId), out _);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> ListAppsAsync(CancellationToken cancellationToken)
    {
        Enter("ListApps");
        return Task.FromResult<IReadOnlyList<string>>(
            [.. Secrets.Keys.Select(SecretName.ClientIdOf).OfType<string>().Distinct().Order(StringComparer.Ordinal)]);
    }

    public Task<AppRegistration?> ReadAppAsync(string clientId, CancellationToken cancellationToken)
    {
        Enter("ReadApp");
        return Task.FromResult(Secrets.TryGetValue(SecretName.OfApp(clientId), out string? json)
            ? ConnectionJson.ReadApp(json, clientId, Vault) : null);
    }

    public Task WriteAppAsync(AppRegistration app, CancellationToken cancellationToken)
    {
        Enter("WriteApp");
        Secrets[SecretName.OfApp(app.Id)] = ConnectionJson.Write(app);
        return Task.CompletedTask;
    }

    public Task RemoveAppAsync(string appId, CancellationToken cancellationToken)
    {
        Enter("RemoveApp");
        Secrets.TryRemove(SecretName.OfApp(appId), out _);
        return Task.CompletedTask;
    }

    public Task ProveWritableAsync(StoredConnection? example, CancellationToken cancellationToken)
    {
        Enter("ProveWritable");
        Proved.Enqueue(example);
        return Task.CompletedTask;
    }

    public async Task<IDisposable> LockAsync(string botId, CancellationToken cancellationToken)
    {
        SemaphoreSlim gate = _locks.GetOrAdd(botId, static _ => new SemaphoreSlim(1, 1));
        if (!gate.Wait(TimeSpan.Zero, CancellationToken.None))
        {
            OnWait?.Invoke();
            await gate.WaitAsync(cancellationToken);
        }

        return new Held(gate);
    }

    private void Enter(string call)
    {
        Calls.Enqueue(call);
        bool fails = false;
        _failures.AddOrUpdate(call, 0, (_, left) =>
        {
            fails = left > 0;
            return Math.Max(0, left - 1);
        });
        if (fails) throw Locked();
    }

    private sealed class Held(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}

/// <summary>A host's stores: the process's own, and vaults by name, the first of them the default.</summary>
internal sealed class TestStores(params RecordingStore[] vaults) : IConnectionStores
{
    public MemoryConnectionStore OfProcess { get; } = new();

    public IConnectionStore Memory => OfProcess;

    public Task<IConnectionStore> OpenAsync(string? vault, CancellationToken cancellationToken)
    {
        if (vault?.Length == 0) return Task.FromResult(Memory);
        if (vault is null && vaults.Length == 0)
            throw new NotionAuthException(ErrorIds.VaultNotConfigured, NotionErrorKind.NotInstalled,
                "No vault is registered.", "Register one.");
        RecordingStore? found = vault is null ? vaults[0] : Array.Find(vaults, v => v.Vault == vault);
        return Task.FromResult<IConnectionStore>(found
            ?? throw new NotionAuthException(ErrorIds.VaultNotFound, NotionErrorKind.NotFound,
                $"There is no vault '{vault}'.", "Register it."));
    }

    public IConnectionStore Known(string vault) =>
        vault.Length == 0 ? Memory : Array.Find(vaults, v => v.Vault == vault)!;
}
