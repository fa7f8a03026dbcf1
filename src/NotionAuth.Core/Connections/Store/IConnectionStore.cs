using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Connections.Store;

/// <summary>
/// Where connections are kept. Every method may throw <see cref="NotionAuthException"/> with
/// <see cref="ErrorIds.VaultLocked"/>, <see cref="ErrorIds.VaultNotFound"/> or <see cref="ErrorIds.VaultFailed"/>; a
/// write or removal that throws has left the old content in place as far as the store can tell.
/// </summary>
public interface IConnectionStore
{
    /// <summary>The vault's name; empty for the store that lives in the process only.</summary>
    string Vault { get; }

    /// <summary>Lists what may be known of the connections.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connections, with this store as <see cref="NotionConnection.Vault"/>, and what could not be
    /// read.</returns>
    Task<StoreListing> ListAsync(CancellationToken cancellationToken);

    /// <summary>Reads a connection with its tokens.</summary>
    /// <param name="botId">Its bot id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection, or null where there is none.</returns>
    /// <exception cref="NotionAuthException">Also <see cref="ErrorIds.SecretInvalid"/> and
    /// <see cref="ErrorIds.SecretTooNew"/>.</exception>
    Task<StoredConnection?> ReadAsync(string botId, CancellationToken cancellationToken);

    /// <summary>Writes a connection, in place of the one of the same bot id.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cancellationToken">Ends the wait before the write, not the write.</param>
    /// <returns>A task that ends when it is written.</returns>
    Task WriteAsync(StoredConnection connection, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a connection over the one of the same bot id, and nothing where that isn't there any more: what was
    /// removed stays away.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cancellationToken">Ends the wait before the write, not the write.</param>
    /// <returns>Whether it was there, and is written.</returns>
    Task<bool> OverwriteAsync(StoredConnection connection, CancellationToken cancellationToken);

    /// <summary>Removes a connection; one that is gone already is no error.</summary>
    /// <param name="botId">Its bot id.</param>
    /// <param name="cancellationToken">Ends the wait before the removal.</param>
    /// <returns>A task that ends when it is gone.</returns>
    Task RemoveAsync(string botId, CancellationToken cancellationToken);

    /// <summary>Lists the client ids of the remembered app registrations.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The client ids, each of them once.</returns>
    Task<IReadOnlyList<string>> ListAppsAsync(CancellationToken cancellationToken);

    /// <summary>Reads an app registration.</summary>
    /// <param name="appId">Its <see cref="AppRegistration.Id"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The registration, or null.</returns>
    Task<AppRegistration?> ReadAppAsync(string appId, CancellationToken cancellationToken);

    /// <summary>Writes an app registration, in place of the one of the same <see cref="AppRegistration.Id"/>.</summary>
    /// <param name="app">The registration.</param>
    /// <param name="cancellationToken">Ends the wait before the write.</param>
    /// <returns>A task that ends when it is written.</returns>
    Task WriteAppAsync(AppRegistration app, CancellationToken cancellationToken);

    /// <summary>Removes an app registration; one that is gone already is no error.</summary>
    /// <param name="appId">Its <see cref="AppRegistration.Id"/>.</param>
    /// <param name="cancellationToken">Ends the wait before the removal.</param>
    /// <returns>A task that ends when it is gone.</returns>
    Task RemoveAppAsync(string appId, CancellationToken cancellationToken);

    /// <summary>Proves that a write would succeed now, without changing anything that is kept.</summary>
    /// <param name="example">A connection as large as the one that is to be written; null where none is known
    /// yet.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that fails where a write would.</returns>
    Task ProveWritableAsync(StoredConnection? example, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps every other process that shares the store from reading, deciding on and writing a connection.
    /// </summary>
    /// <param name="botId">The connection; or the name of an app registration's secret, or the lock of all
    /// names.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lock; dispose of it to give it back.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.Busy"/>.</exception>
    Task<IDisposable> LockAsync(string botId, CancellationToken cancellationToken);
}

/// <summary>The stores of a host.</summary>
internal interface IConnectionStores
{
    /// <summary>The store that lives in the process only.</summary>
    IConnectionStore Memory { get; }

    /// <summary>Finds a vault's store.</summary>
    /// <param name="vault">The vault's name; empty for <see cref="Memory"/>; null for the default vault, or the only
    /// one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The store.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.VaultNotConfigured"/>,
    /// <see cref="ErrorIds.VaultNotFound"/>.</exception>
    Task<IConnectionStore> OpenAsync(string? vault, CancellationToken cancellationToken);

    /// <summary>
    /// The store of a vault that was opened before, without looking whether it is still registered: its use will show.
    /// </summary>
    /// <param name="vault">The vault's name; empty for <see cref="Memory"/>.</param>
    /// <returns>The store.</returns>
    IConnectionStore Known(string vault);
}
