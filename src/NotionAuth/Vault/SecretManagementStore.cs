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
/// Connections in a SecretManagement vault: one SecureString of JSON each, its facts as metadata where the vault keeps metadata.
/// </summary>
internal sealed class SecretManagementStore(PipelinePump pump, SecretManagement secrets, string vault) : IConnectionStore
{
    private static readonly ConcurrentDictionary<string, bool> WithoutMetadata = new(StringComparer.OrdinalIgnoreCase);

    public string Vault => vault;

    public Task<StoreListing> ListAsync(CancellationToken cancellationToken) => pump.CallAsync(() =>
    {
        var connections = new List<NotionConnection>();
        var problems = new List<NotionAuthException>();
        foreach (SecretManagement.SecretInfo info in secrets.GetInfo(Vault, SecretName.Prefix + "*"))
        {
            if (SecretName.BotIdOf(info.Name) is not { } botId) continue;
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
    });

    public Task<StoredConnection?> ReadAsync(string botId, CancellationToken cancellationToken) => pump.CallAsync(() => Read(botId));

    public Task WriteAsync(StoredConnection connection, CancellationToken cancellationToken) => pump.CallAsync(() =>
    {
        string name = SecretName.OfConnection(connection.Facts.BotId);
        SecureString secret = SecureText.ToSecureString(ConnectionJson.Write(connection));
        var metadata = new Hashtable();
        foreach (KeyValuePair<string, object> fact in ConnectionMetadata.Write(connection)) metadata[fact.Key] = fact.Value;

        if (Info().IsSecretStore)
        {
            secrets.Set(Vault, name, secret, metadata);
            return true;
        }

        // Set-Secret -Metadata removes the secret again where the vault keeps no metadata; in two steps nothing can get lost.
        secrets.Set(Vault, name, secret, null);
        if (WithoutMetadata.ContainsKey(Vault)) return true;
        try
        {
            secrets.SetInfo(Vault, name, metadata);
        }
        catch (VaultException)
        {
            WithoutMetadata[Vault] = true;
        }

        return true;
    });

    public Task RemoveAsync(string botId, CancellationToken cancellationToken) => RemoveAsync(SecretName.OfConnection(botId));

    public Task<IReadOnlyList<string>> ListAppsAsync(CancellationToken cancellationToken) => pump.CallAsync<IReadOnlyList<string>>(() =>
        secrets.GetInfo(Vault, SecretName.Prefix + "*").Select(i => SecretName.ClientIdOf(i.Name)).OfType<string>().ToList());

    public Task<AppRegistration?> ReadAppAsync(string clientId, CancellationToken cancellationToken) => pump.CallAsync(() =>
        secrets.Get(Vault, SecretName.OfApp(clientId)) is { } secret ? ConnectionJson.ReadApp(SecureText.Reveal(secret), clientId, Vault) : null);

    public Task WriteAppAsync(AppRegistration app, CancellationToken cancellationToken) => pump.CallAsync(() =>
    {
        secrets.Set(
            Vault, SecretName.OfApp(app.Credentials.ClientId), SecureText.ToSecureString(ConnectionJson.Write(app)), null);
        return true;
    });

    public Task ProveWritableAsync(CancellationToken cancellationToken) => pump.CallAsync(() =>
    {
        secrets.Set(Vault, SecretName.WriteTest, SecureText.ToSecureString("{}"), null);
        secrets.Remove(Vault, SecretName.WriteTest);
        return true;
    });

    // The work gets a pump of its own, which the pipeline thread drains until the work has ended: output that waits for a slow downstream
    // can't keep a lock held, and a cmdlet called from that downstream can't wait for a lock that its own thread would have to free.
    public Task<T> RunAsync<T>(Func<IConnectionStore, Task<T>> work, CancellationToken cancellationToken) => pump.CallAsync(() =>
    {
        var inner = new PipelinePump();
        return inner.Run(() => work(new SecretManagementStore(inner, secrets, vault)), static () => { });
    });

    private SecretManagement.VaultInfo Info() =>
        secrets.GetVaults(completes: true).FirstOrDefault(v => string.Equals(v.Name, Vault, StringComparison.OrdinalIgnoreCase)) ?? throw VaultException.NotFound(Vault);

    private StoredConnection? Read(string botId) =>
        secrets.Get(Vault, SecretName.OfConnection(botId)) is { } secret ? ConnectionJson.ReadConnection(SecureText.Reveal(secret), botId, Vault) : null;

    private Task<bool> RemoveAsync(string name) => pump.CallAsync(() =>
    {
        try
        {
            secrets.Remove(Vault, name);
        }
        catch (VaultException e) when (e.IsSecretNotFound)
        {
            // Gone already.
        }

        return true;
    });
}
