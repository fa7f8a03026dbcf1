using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;

namespace NotionAuth.Core.Connections;

/// <summary>Lists connections.</summary>
/// <param name="stores">The host's stores.</param>
/// <param name="cache">What this process knows.</param>
internal sealed class ConnectionLister(IConnectionStores stores, ConnectionCache cache)
{
    /// <summary>
    /// The name or id of the connection that the caller starts with while it has no current one; null for none.
    /// </summary>
    public string? Start { get; init; }

    /// <summary>Lists connections, sorted by name.</summary>
    /// <param name="vault">
    /// The vault; empty for the process's own store; null for that store, the default vault, and the vaults that this
    /// process has used.
    /// </param>
    /// <param name="current">The caller's current connection, which is marked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connections, and what could not be read.</returns>
    /// <exception cref="NotionAuthException">What the named vault's store threw. Having no vault at all is no
    /// error.</exception>
    public async Task<StoreListing> ListAsync(
        string? vault, ConnectionKey? current, CancellationToken cancellationToken)
    {
        var connections = new List<NotionConnection>();
        var problems = new List<NotionAuthException>();
        var failures = new List<NotionAuthException>();
        (List<IConnectionStore> found, NotionAuthException? noVault) =
            await StoresAsync(vault, current, problems, cancellationToken).ConfigureAwait(false);
        foreach (IConnectionStore store in found)
        {
            try
            {
                StoreListing listing = await ListAsync(store, current, cancellationToken).ConfigureAwait(false);
                connections.AddRange(listing.Connections);
                problems.AddRange(listing.Problems);
            }
            catch (NotionAuthException e) when (vault is null && e.ErrorId != ErrorIds.VaultPromptCancelled)
            {
                // A vault that is locked or broken doesn't hide what other stores have.
                failures.Add(e);
                noVault ??= e;
            }
        }

        if (vault is null && current is null) MarkStart(connections, found.Select(s => s.Vault).Take(2));
        return new StoreListing(connections.OrderBy(c => c.Name, StringComparer.OrdinalIgnoreCase).ToList(),
            [.. failures, .. problems])
        { NoVault = noVault };
    }

    /// <summary>
    /// Lists connections that are named. Those of the process come first: where it has all of them, no vault is asked.
    /// </summary>
    /// <param name="names">Their names or ids, without wildcards.</param>
    /// <param name="vault">As for <see cref="ListAsync(string?, ConnectionKey?, CancellationToken)"/>.</param>
    /// <param name="current">The caller's current connection, which is marked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Connections, these among them, and what could not be read.</returns>
    public async Task<StoreListing> ListNamedAsync(
        IReadOnlyCollection<string> names, string? vault, ConnectionKey? current, CancellationToken cancellationToken)
    {
        if (vault is null)
        {
            StoreListing memory = await ListAsync(stores.Memory, current, cancellationToken).ConfigureAwait(false);
            if (names.All(n => memory.Connections.Any(c => ConnectionName.IsOf(c, n))))
            {
                List<NotionConnection> connections = [.. memory.Connections];
                if (current is null) MarkStart(connections, [stores.Memory.Vault]);
                return memory with { Connections = connections };
            }
        }

        return await ListAsync(vault, current, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds the current connection, and asks its own store alone.</summary>
    /// <param name="vault">The vault that it must be in; null for any.</param>
    /// <param name="current">The caller's current connection, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection, if it is there, and what could not be read.</returns>
    public async Task<StoreListing> ListCurrentAsync(
        string? vault, ConnectionKey? current, CancellationToken cancellationToken)
    {
        if (current is null
            || (vault is not null
                && !string.Equals(vault, current.Vault, StringComparison.OrdinalIgnoreCase))) return new StoreListing(
                [], []);
        StoreListing listing = await ListAsync(stores.Known(current.Vault), current, cancellationToken)
            .ConfigureAwait(false);
        return listing with { Connections = listing.Connections.Where(c => c.IsCurrent).ToList() };
    }

    // As it would be found: in the process, else in the vault in use, and only where just one has the name.
    private void MarkStart(List<NotionConnection> connections, IEnumerable<string> vaults)
    {
        if (Start is null) return;
        List<int>? first = vaults.Select(v => Enumerable.Range(0, connections.Count)
            .Where(i => connections[i].Vault == v && ConnectionName.IsOf(connections[i], Start)).ToList())
            .FirstOrDefault(matches => matches.Count > 0);
        if (first?.Count == 1) connections[first[0]] = connections[first[0]] with { IsCurrent = true };
    }

    private static async Task<StoreListing> ListAsync(
        IConnectionStore store, ConnectionKey? current, CancellationToken cancellationToken)
    {
        StoreListing listing = await store.ListAsync(cancellationToken).ConfigureAwait(false);
        return listing with
        {
            Connections = listing.Connections.OrderBy(c => c.Name, StringComparer.OrdinalIgnoreCase)
                .Select(c => c with { IsCurrent = current == new ConnectionKey(c.Vault, c.BotId) }).ToList(),
        };
    }

    private async Task<(List<IConnectionStore> Found, NotionAuthException? NoVault)> StoresAsync(
        string? vault, ConnectionKey? current, List<NotionAuthException> problems, CancellationToken cancellationToken)
    {
        if (vault is not null) return ([await stores.OpenAsync(vault, cancellationToken).ConfigureAwait(false)], null);

        var found = new List<IConnectionStore> { stores.Memory };
        NotionAuthException? noVault = null;
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string? name in new string?[] { null }.Concat(cache.Vaults()))
        {
            try
            {
                IConnectionStore store = await stores.OpenAsync(name, cancellationToken).ConfigureAwait(false);
                if (names.Add(store.Vault)) found.Add(store);
                cache.Missing.TryRemove(store.Vault, out _);
            }
            catch (NotionAuthException e)
                when (e.ErrorId is ErrorIds.VaultNotConfigured or ErrorIds.SecretManagementMissing)
            {
                // A session without a vault has its own connections only.
                noVault = e;
            }
            catch (NotionAuthException e) when (name is not null && e.ErrorId == ErrorIds.VaultNotFound)
            {
                // Said once, as it may be gone for good; but where the current connection is in it, nothing works, and
                // that is reported each time.
                bool isNews = cache.Missing.TryAdd(name, true);
                if (isNews || string.Equals(current?.Vault, name, StringComparison.OrdinalIgnoreCase))
                    problems.Add(Missing(name));
            }
        }

        return (found, noVault);
    }

    private static NotionAuthException Missing(string vault) => new(
        ErrorIds.VaultNotFound, NotionErrorKind.NotFound,
        $"Vault '{Redaction.OneLine(vault)}', which this process has used, isn't registered any more: " +
        "its connections are not listed.",
        "Register it again with Register-SecretVault, if it was not meant to go; otherwise nothing has to be done, " +
        "and this is not reported again.")
    { Target = Redaction.OneLine(vault) };
}
