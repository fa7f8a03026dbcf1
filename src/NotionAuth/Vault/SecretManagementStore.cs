using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;

namespace NotionAuth.Vault;

/// <summary>
/// Connections in a SecretManagement vault: one SecureString of JSON each, its details as metadata where the vault
/// keeps metadata. Every call holds the vault's lock, and a write is read back before it counts.
/// </summary>
internal sealed class SecretManagementStore(SecretManagement secrets, string vault, Action<string> warn)
    : IConnectionStore
{
    private static readonly TimeSpan VaultTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ConnectionTimeout = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(5.5);

    // For the life of one command: a vault that is registered anew with another module is seen by the next.
    private SecretManagement.VaultInfo? _info;
    private VaultSecrets? _secrets;

    // Why the connection's lock can't be had; null where it is held, or wasn't asked for.
    private NotionAuthException? _connectionProblem;

    // Whether the call that runs holds the vault's lock.
    private bool _isLocked;

    public string Vault => vault;

    public Task<StoreListing> ListAsync(CancellationToken cancellationToken) => OnVaultAsync(info =>
    {
        var connections = new List<NotionConnection>();
        var fromMetadata = new HashSet<string>(StringComparer.Ordinal);
        var problems = new List<NotionAuthException>();
        List<IGrouping<string, VaultSecrets.Entry>> all = Secrets(info).List().GroupBy(e => e.Name).ToList();
        foreach (IGrouping<string, VaultSecrets.Entry> entries in all)
        {
            string? botId = SecretName.BotIdOf(entries.Key);
            if (botId is null && SecretName.BotIdOfCopy(entries.Key) is { } copy
                && all.All(e => e.Key != SecretName.OfConnection(copy))) botId = copy;
            if (botId is null) continue;

            // Where a vault has two, the newest tells.
            if (entries.Count() == 1 && ConnectionMetadata.Read(entries.First().Metadata, botId, Vault) is { } details)
            {
                connections.Add(details);
                fromMetadata.Add(botId);
                continue;
            }

            try
            {
                if (Read(info, botId) is { } stored) connections.Add(stored.Details);
            }
            catch (NotionAuthException e) when (e.ErrorId is ErrorIds.SecretInvalid or ErrorIds.SecretTooNew)
            {
                problems.Add(e);
            }
        }

        return new StoreListing(connections, problems) { FromMetadata = fromMetadata };
    }, cancellationToken);

    public Task<StoredConnection?> ReadAsync(string botId, CancellationToken cancellationToken) =>
        OnVaultAsync(info => Read(info, botId), cancellationToken);

    public Task WriteAsync(StoredConnection connection, CancellationToken cancellationToken) =>
        ChangeAsync(info => Write(info, connection), cancellationToken);

    public Task<bool> OverwriteAsync(StoredConnection connection, CancellationToken cancellationToken) =>
        ChangeAsync(info => IsThere(info, connection.Details.BotId) && Write(info, connection), cancellationToken);

    // Part of the write: after Ctrl+C a pair that was just issued must still get there.
    private bool IsThere(SecretManagement.VaultInfo info, string botId) =>
        Secrets(info).Read(SecretName.OfConnection(botId), completes: true) is not null
        || (info.IsSecretStore && Secrets(info).Read(SecretName.OfCopy(botId), completes: true) is not null);

    private bool Write(SecretManagement.VaultInfo info, StoredConnection connection)
    {
        Hashtable metadata = MetadataOf(connection);
        string name = SecretName.OfConnection(connection.Details.BotId);
        string json = ConnectionJson.Write(connection);
        if (!info.IsSecretStore)
        {
            // Set-Secret -Metadata may remove the secret again, where the vault keeps no metadata; in two steps nothing
            // can get lost.
            string shorter = ConnectionJson.WriteShort(connection);
            Secrets(info).Write(name, json, shorter, null);
            Secrets(info).WriteMetadata(name, json, shorter, metadata);
            return true;
        }

        // SecretStore takes secret and metadata in one write.
        Replace(info, name, SecretName.OfCopy(connection.Details.BotId), json, metadata);
        return true;
    }

    public Task RemoveAsync(string botId, CancellationToken cancellationToken) => ChangeAsync(info =>
    {
        // The copy that an ended process may have left goes first: it must not come to life again.
        if (info.IsSecretStore) Secrets(info).TryRemove(SecretName.OfCopy(botId));
        Secrets(info).Remove(SecretName.OfConnection(botId));
        return true;
    }, cancellationToken);

    public Task<IReadOnlyList<string>> ListAppsAsync(CancellationToken cancellationToken) =>
        OnVaultAsync<IReadOnlyList<string>>(
        info => Secrets(info).List().Select(e => SecretName.ClientIdOf(e.Name) ?? SecretName.ClientIdOfCopy(e.Name))
        .OfType<string>().Distinct().ToList(),
        cancellationToken);

    public Task<AppRegistration?> ReadAppAsync(string clientId, CancellationToken cancellationToken) =>
        OnVaultAsync(info => ReadApp(info, clientId), cancellationToken);

    public Task WriteAppAsync(AppRegistration app, CancellationToken cancellationToken) => ChangeAsync(info =>
    {
        string clientId = app.Id, json = ConnectionJson.Write(app);
        if (info.IsSecretStore) Replace(info, SecretName.OfApp(clientId), SecretName.OfAppCopy(clientId), json, null);
        else Secrets(info).Write(SecretName.OfApp(clientId), json, null, null);
        return true;
    }, cancellationToken);

    public Task RemoveAppAsync(string appId, CancellationToken cancellationToken) => ChangeAsync(info =>
    {
        if (info.IsSecretStore) Secrets(info).TryRemove(SecretName.OfAppCopy(appId));
        Secrets(info).Remove(SecretName.OfApp(appId));
        return true;
    }, cancellationToken);

    public Task ProveWritableAsync(StoredConnection? example, CancellationToken cancellationToken) =>
        ChangeAsync(info =>
    {
        if (_connectionProblem is not null) throw _connectionProblem;

        // As large as what is to come: a store or a disk that is nearly full takes a small secret and not a large one.
        StoredConnection sample = ConnectionJson.Sample(example);
        Secrets(info)
            .Prove(ConnectionJson.Write(sample), ConnectionJson.WriteShort(sample), copies: 2,
                isListed: example is null);
        return true;
    }, cancellationToken);

    // Somebody who is asked for a password takes their time, and nobody else should wait for them: first the question,
    // then the lock.
    public async Task<IDisposable> LockAsync(string botId, CancellationToken cancellationToken)
    {
        while (true)
        {
            (SecretManagement.VaultInfo? info, bool isLocked) = await Task.Run(Unlock, cancellationToken)
                .ConfigureAwait(false);
            string name = $"connection {info?.Identity ?? Vault.ToUpperInvariant()} {botId}";
            FileLock held = await StoreLocks.TakeAsync(name, ConnectionTimeout, warn, cancellationToken)
                .ConfigureAwait(false);
            _connectionProblem = held.Problem;
            if (info is null || isLocked || !HasLockedItself(info)) return held;
            held.Dispose();
        }
    }

    // No vault call needs the pipeline thread: output that waits for a slow downstream can't keep a lock held.
    // The lock belongs to the vault, not to the connection: SecretStore writes everything at each write, whatever has
    // changed.
    private Task<T> OnVaultAsync<T>(
        Func<SecretManagement.VaultInfo, T> action, CancellationToken cancellationToken, bool changes = false) =>
            Task.Run(() =>
    {
        SecretManagement.VaultInfo info = Info();
        while (true)
        {
            secrets.Unlock(info);
            using FileLock held = StoreLocks.TakeAsync(
                $"vault {info.Identity}", VaultTimeout, changes ? null : warn, cancellationToken).GetAwaiter()
                .GetResult();
            if (HasLockedItself(info)) continue;
            if (changes && held.Problem is { } problem) throw problem;
            _isLocked = held.Problem is null;
            if (info.IsSecretStore && !SecretStoreCache.TryMakeCurrent()) Thread.Sleep(SettlingTime);
            return action(info);
        }
    }, cancellationToken);

    // What changes the vault isn't done without the lock: beside another writer SecretStore would lose what either
    // wrote.
    private Task<bool> ChangeAsync(
        Func<SecretManagement.VaultInfo, bool> action, CancellationToken cancellationToken) =>
        OnVaultAsync(action, cancellationToken, changes: true);

    // Its time may have been up while the lock was waited for: then somebody is asked once more, and without the lock.
    private static bool HasLockedItself(SecretManagement.VaultInfo info) =>
        info.IsSecretStore && SecretStoreCache.IsLocked() == true;

    // A vault that isn't registered any more can't be changed, and one that is locked can't be asked; but the process
    // may still hold a pair of it, which is what the lock is for. The call that follows says what is wrong.
    private (SecretManagement.VaultInfo? Info, bool IsLocked) Unlock()
    {
        SecretManagement.VaultInfo? info = null;
        try
        {
            info = Info();
            secrets.Unlock(info);
            return (info, false);
        }
        catch (VaultException e) when (e.ErrorId is ErrorIds.VaultNotFound or ErrorIds.VaultLocked)
        {
            return (info, true);
        }
    }

    private SecretManagement.VaultInfo Info() => _info ??=
        secrets.GetVaults(completes: true)
            .FirstOrDefault(v => string.Equals(v.Name, Vault, StringComparison.OrdinalIgnoreCase))
            ?? throw VaultException.NotFound(Vault);

    private VaultSecrets Secrets(SecretManagement.VaultInfo info) => _secrets ??= new VaultSecrets(secrets, info);

    // A process that ended between the two writes has left the newest state in the copy: the one in place may hold a
    // refresh token that is spent.
    private StoredConnection? Read(SecretManagement.VaultInfo info, string botId)
    {
        string name = SecretName.OfConnection(botId), copyName = SecretName.OfCopy(botId);
        StoredConnection? connection = Read(info, name, botId);
        if (!info.IsSecretStore || Read(info, copyName, botId) is not { } copy) return connection;
        if (connection is not null && copy.IsTooFarAheadOf(connection)) return connection;
        bool isNewest = connection is null || copy.Generation > connection.Generation;
        TryFinish(
            info, copyName,
            isNewest ? () => Secrets(info).Write(name, ConnectionJson.Write(copy), null, MetadataOf(copy)) : null);
        return isNewest ? copy : connection;
    }

    private StoredConnection? Read(SecretManagement.VaultInfo info, string name, string botId) =>
        Secrets(info).Read(name) is { } text ? ConnectionJson.ReadConnection(text, botId, Vault) : null;

    // The copy is written first, so that it is never the older one.
    private AppRegistration? ReadApp(SecretManagement.VaultInfo info, string clientId)
    {
        string name = SecretName.OfApp(clientId), copyName = SecretName.OfAppCopy(clientId);
        if (!info.IsSecretStore || Secrets(info).Read(copyName) is not { } copy)
            return Secrets(info).Read(name) is { } text ? ConnectionJson.ReadApp(text, clientId, Vault) : null;
        AppRegistration app = ConnectionJson.ReadApp(copy, clientId, Vault);
        TryFinish(info, copyName, () => Secrets(info).Write(name, ConnectionJson.Write(app), null, null));
        return app;
    }

    // Does what the ended process had left to do. A copy that stays would bring back what the user removes by hand.
    private void TryFinish(SecretManagement.VaultInfo info, string copyName, Action? write)
    {
        if (!_isLocked) return;
        try
        {
            write?.Invoke();
            Secrets(info).Remove(copyName);
        }
        catch (NotionAuthException)
        {
            // A vault that can be read only: the copy counts, and is tidied away by the next write.
            return;
        }
    }

    // SecretStore replaces a secret by removing it, writing its file, adding it, writing its file: a process that dies
    // in between, or a disk that is full, would cost it (measured: 3 of 200 kills). So the new one stands beside the
    // old one first.
    private void Replace(
        SecretManagement.VaultInfo info, string name, string copyName, string json, Hashtable? metadata)
    {
        Secrets(info).Write(copyName, json, null, metadata);
        Secrets(info).Write(name, json, null, metadata);
        Secrets(info).TryRemove(copyName);
    }

    private static Hashtable MetadataOf(StoredConnection connection)
    {
        var metadata = new Hashtable();
        foreach (KeyValuePair<string, object> fact in ConnectionMetadata.Write(connection))
            metadata[fact.Key] = fact.Value;
        return metadata;
    }
}
