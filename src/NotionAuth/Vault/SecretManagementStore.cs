using System;
using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core;
using NotionAuth.Core.Connections;
using NotionAuth.Hosting;

namespace NotionAuth.Vault;

/// <summary>
/// Connections in a SecretManagement vault: one SecureString of JSON each, its facts as metadata where the vault keeps metadata. Every call
/// holds the vault's lock, and a write is read back before it counts.
/// </summary>
internal sealed class SecretManagementStore(SecretManagement secrets, string vault) : IConnectionStore
{
    private const int WriteAttempts = 3;

    // A connection's JSON in characters, as Notion's replies are today; its facts, names and offsets come on top.
    private const int TypicalLength = 1500;
    private const int OverheadBytes = 8 * 1024;
    private static readonly TimeSpan VaultTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ConnectionTimeout = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(5.5);
    private static readonly ConcurrentDictionary<string, bool> WithoutMetadata = new(StringComparer.OrdinalIgnoreCase);

    // For the life of one command: a vault that is registered anew with another module is seen by the next.
    private SecretManagement.VaultInfo? _info;

    public string Vault => vault;

    public Task<StoreListing> ListAsync(CancellationToken cancellationToken) => OnVaultAsync(_ =>
    {
        var connections = new List<NotionConnection>();
        var problems = new List<NotionAuthException>();
        IReadOnlyList<SecretManagement.SecretInfo> all = secrets.GetInfo(Vault, SecretName.Prefix + "*");
        foreach (SecretManagement.SecretInfo info in all)
        {
            string? botId = SecretName.BotIdOf(info.Name);
            if (botId is null && SecretName.BotIdOfSpare(info.Name) is { } spare && all.All(i => i.Name != SecretName.OfConnection(spare))) botId = spare;
            if (botId is null) continue;
            if (ConnectionMetadata.Read(info.Metadata, botId, Vault) is { } facts)
            {
                connections.Add(facts);
                continue;
            }

            try
            {
                if (Read(botId) is { } stored) connections.Add(stored.Facts);
            }
            catch (NotionAuthException e) when (e.ErrorId is ErrorIds.SecretInvalid or ErrorIds.SecretTooNew)
            {
                problems.Add(e);
            }
        }

        return new StoreListing(connections, problems);
    }, cancellationToken);

    public Task<StoredConnection?> ReadAsync(string botId, CancellationToken cancellationToken) => OnVaultAsync(_ => Read(botId), cancellationToken);

    public Task WriteAsync(StoredConnection connection, CancellationToken cancellationToken) => OnVaultAsync(info =>
    {
        Hashtable metadata = MetadataOf(connection);
        string name = SecretName.OfConnection(connection.Facts.BotId);
        string json = ConnectionJson.Write(connection);
        if (!info.IsSecretStore)
        {
            // Set-Secret -Metadata may remove the secret again, where the vault keeps no metadata; in two steps nothing can get lost.
            Write(info, name, json, null);
            WriteMetadata(name, metadata);
            return true;
        }

        // SecretStore takes secret and metadata in one write.
        Replace(info, name, SecretName.OfSpare(connection.Facts.BotId), json, metadata);
        return true;
    }, cancellationToken);

    public Task RemoveAsync(string botId, CancellationToken cancellationToken) => OnVaultAsync(info =>
    {
        // The copy that an ended process may have left goes first: it must not come to life again.
        if (info.IsSecretStore) TryRemove(SecretName.OfSpare(botId));
        try
        {
            secrets.Remove(Vault, SecretName.OfConnection(botId));
        }
        catch (VaultException e) when (e.IsSecretNotFound)
        {
            // Gone already.
        }

        return true;
    }, cancellationToken);

    public Task<IReadOnlyList<string>> ListAppsAsync(CancellationToken cancellationToken) => OnVaultAsync<IReadOnlyList<string>>(
        _ => secrets.GetInfo(Vault, SecretName.Prefix + "*").Select(i => SecretName.ClientIdOf(i.Name) ?? SecretName.ClientIdOfSpare(i.Name)).OfType<string>().Distinct().ToList(),
        cancellationToken);

    public Task<AppRegistration?> ReadAppAsync(string clientId, CancellationToken cancellationToken) => OnVaultAsync(info => ReadApp(info, clientId), cancellationToken);

    public Task WriteAppAsync(AppRegistration app, CancellationToken cancellationToken) => OnVaultAsync(info =>
    {
        string clientId = app.Credentials.ClientId, json = ConnectionJson.Write(app);
        if (info.IsSecretStore) Replace(info, SecretName.OfApp(clientId), SecretName.OfAppSpare(clientId), json, null);
        else Write(info, SecretName.OfApp(clientId), json, null);
        return true;
    }, cancellationToken);

    public Task ProveWritableAsync(StoredConnection? example, CancellationToken cancellationToken) => OnVaultAsync(info =>
    {
        // As large as what is to come: a store or a disk that is nearly full takes a small secret and not a large one.
        int length = example is null ? TypicalLength : ConnectionJson.Write(example).Length;
        EnsureRoom(info, copies: 2, length);
        secrets.Set(Vault, SecretName.WriteTest, SecureText.ToSecureString("{}".PadRight(length)), null);
        secrets.Remove(Vault, SecretName.WriteTest);
        return true;
    }, cancellationToken);

    // Somebody who is asked for a password takes their time, and nobody else should wait for them: first the question, then the lock.
    public async Task<IDisposable> LockAsync(string botId, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Run(() => secrets.Unlock(Info()), cancellationToken).ConfigureAwait(false);
            FileLock held = await FileLock.AcquireAsync($"connection {Vault} {botId}", ConnectionTimeout, cancellationToken).ConfigureAwait(false);
            if (!HasLockedItself(Info())) return held;
            held.Dispose();
        }
    }

    // No vault call needs the pipeline thread: output that waits for a slow downstream can't keep a lock held.
    public Task<T> RunAsync<T>(Func<IConnectionStore, Task<T>> work, CancellationToken cancellationToken) => work(this);

    // The lock belongs to the vault, not to the connection: SecretStore writes everything at each write, whatever has changed.
    private Task<T> OnVaultAsync<T>(Func<SecretManagement.VaultInfo, T> action, CancellationToken cancellationToken) => Task.Run(() =>
    {
        SecretManagement.VaultInfo info = Info();

        // However many vaults are registered for it, there is one SecretStore.
        string what = info.IsSecretStore ? info.ModuleName : Vault.ToUpperInvariant();
        while (true)
        {
            secrets.Unlock(info);
            using FileLock held = FileLock.AcquireAsync($"vault {what}", VaultTimeout, cancellationToken).GetAwaiter().GetResult();
            if (HasLockedItself(info)) continue;
            if (info.IsSecretStore && !SecretStoreImage.TryMakeCurrent()) Thread.Sleep(SettlingTime);
            return action(info);
        }
    }, cancellationToken);

    // Its time may have been up while the lock was waited for: then somebody is asked once more, and without the lock.
    private static bool HasLockedItself(SecretManagement.VaultInfo info) => info.IsSecretStore && SecretStoreImage.IsLocked() == true;

    private SecretManagement.VaultInfo Info() => _info ??=
        secrets.GetVaults(completes: true).FirstOrDefault(v => string.Equals(v.Name, Vault, StringComparison.OrdinalIgnoreCase)) ?? throw VaultException.NotFound(Vault);

    // A process that ended between the two writes has left the newest state in the copy: the one in place may hold a refresh token that is spent.
    private StoredConnection? Read(string botId)
    {
        string name = SecretName.OfConnection(botId), spareName = SecretName.OfSpare(botId);
        StoredConnection? connection = Read(name, botId);
        if (!Info().IsSecretStore || Read(spareName, botId) is not { } spare) return connection;
        bool isNewest = connection is null || spare.Generation > connection.Generation;
        TryFinish(spareName, isNewest ? () => Write(Info(), name, ConnectionJson.Write(spare), MetadataOf(spare)) : null);
        return isNewest ? spare : connection;
    }

    private StoredConnection? Read(string name, string botId) =>
        secrets.Get(Vault, name) is { } secret ? ConnectionJson.ReadConnection(SecureText.Reveal(secret), botId, Vault) : null;

    // The copy is written first, so that it is never the older one.
    private AppRegistration? ReadApp(SecretManagement.VaultInfo info, string clientId)
    {
        string name = SecretName.OfApp(clientId), spareName = SecretName.OfAppSpare(clientId);
        if (!info.IsSecretStore || secrets.Get(Vault, spareName) is not { } spare)
            return secrets.Get(Vault, name) is { } secret ? ConnectionJson.ReadApp(SecureText.Reveal(secret), clientId, Vault) : null;
        AppRegistration app = ConnectionJson.ReadApp(SecureText.Reveal(spare), clientId, Vault);
        TryFinish(spareName, () => Write(info, name, ConnectionJson.Write(app), null));
        return app;
    }

    // Does what the ended process had left to do. A copy that stays would bring back what the user removes by hand.
    private void TryFinish(string spareName, Action? write)
    {
        try
        {
            write?.Invoke();
            secrets.Remove(Vault, spareName);
        }
        catch (NotionAuthException)
        {
            // A vault that can be read only: the copy counts, and is tidied away by the next write.
            return;
        }
    }

    // What stays is no harm: the next write replaces and removes it.
    private void TryRemove(string name)
    {
        try
        {
            secrets.Remove(Vault, name);
        }
        catch (VaultException)
        {
            return;
        }
    }

    // SecretStore replaces a secret by removing it, writing its file, adding it, writing its file: a process that dies in between, or a disk that is
    // full, would cost it (measured: 3 of 200 kills). So the new one stands beside the old one first.
    private void Replace(SecretManagement.VaultInfo info, string name, string spareName, string json, Hashtable? metadata)
    {
        Write(info, spareName, json, metadata);
        Write(info, name, json, metadata);
        TryRemove(spareName);
    }

    private void EnsureRoom(SecretManagement.VaultInfo info, int copies, int length)
    {
        if (info.IsSecretStore && !SecretStoreImage.HasRoom(copies * ((2 * length) + OverheadBytes))) throw VaultException.Full(Vault);
    }

    // A process that doesn't know our lock may write at the same moment and take ours back; then ours is written again.
    private void Write(SecretManagement.VaultInfo info, string name, string json, Hashtable? metadata)
    {
        EnsureRoom(info, copies: 1, json.Length);
        SecureString secret = SecureText.ToSecureString(json);
        for (int attempt = 1; ; attempt++)
        {
            secrets.Set(Vault, name, secret, metadata);
            if (info.IsSecretStore) SecretStoreImage.TryMakeCurrent();
            if (secrets.Get(Vault, name, completes: true) is { } kept && SecureText.Reveal(kept) == json) return;
            if (attempt == WriteAttempts)
                throw new NotionAuthException(
                    ErrorIds.VaultFailed, NotionErrorKind.InvalidData, $"Vault '{Vault}' took the secret '{name}' and didn't keep it.",
                    "Look for another program that writes to this vault at the same time, then run the command again.")
                { Target = Vault };
        }
    }

    private static Hashtable MetadataOf(StoredConnection connection)
    {
        var metadata = new Hashtable();
        foreach (KeyValuePair<string, object> fact in ConnectionMetadata.Write(connection)) metadata[fact.Key] = fact.Value;
        return metadata;
    }

    private void WriteMetadata(string name, Hashtable metadata)
    {
        if (WithoutMetadata.ContainsKey(Vault)) return;
        try
        {
            secrets.SetInfo(Vault, name, metadata);
        }
        catch (VaultException)
        {
            WithoutMetadata[Vault] = true;
        }
    }
}
