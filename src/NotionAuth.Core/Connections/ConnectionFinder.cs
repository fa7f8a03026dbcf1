using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.Connections;

/// <summary>Finds connections by name or id.</summary>
/// <param name="stores">The host's stores.</param>
/// <param name="cache">What this process knows already.</param>
/// <param name="warn">Called where a vault's metadata differs from its secrets, or null.</param>
internal sealed class ConnectionFinder(IConnectionStores stores, ConnectionCache cache, Action<string>? warn = null)
{
    private const string StartVariable = "NOTIONAUTH_CONNECTION";

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>The name or id of the connection that a session without a current one starts with; null for
    /// none.</summary>
    public string? Start { get; init; }

    /// <summary>The connection that a session starts with, as the environment names it.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    /// <returns>Its name or id, or null.</returns>
    public static string? StartName(Func<string, string?> environment) =>
        environment(StartVariable)?.Trim() is { Length: > 0 } name ? name : null;

    /// <summary>Finds one connection.</summary>
    /// <param name="name">Its name or its bot id; null for the current one.</param>
    /// <param name="vault">The vault to look in; empty for the process's own store; null for that store first, then the
    /// default vault.</param>
    /// <param name="current">The caller's current connection, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection as this process knows it, and its store.</returns>
    /// <exception cref="NotionAuthException">
    /// <see cref="ErrorIds.NotConnected"/>, <see cref="ErrorIds.ConnectionNotFound"/>,
    /// <see cref="ErrorIds.ConnectionAmbiguous"/>, or what the stores threw.
    /// </exception>
    public async Task<(KnownConnection Session, IConnectionStore Store)> FindAsync(
        string? name, string? vault, ConnectionKey? current, CancellationToken cancellationToken)
    {
        if (name is null)
        {
            if (current is not null) return (cache.Get(current), stores.Known(current.Vault));
            if (Start is null) throw NotConnected();
            try
            {
                return await FindAsync(Start, vault: null, current, cancellationToken).ConfigureAwait(false);
            }
            catch (NotionAuthException e)
            {
                throw e.With($"{e.Message} The environment variable {StartVariable} names it.", e.RecommendedAction);
            }
        }

        var names = new List<string>();
        if (string.IsNullOrEmpty(vault))
        {
            if (await FindInAsync(stores.Memory, name, names, cancellationToken).ConfigureAwait(false) is { } found)
                return found;
            if (vault is not null) throw ConnectionName.NotFound(name, names, "this process (-SessionOnly)");
        }

        IConnectionStore? store = null;
        try
        {
            store = await stores.OpenAsync(vault, cancellationToken).ConfigureAwait(false);
            return await FindInAsync(store, name, names, cancellationToken).ConfigureAwait(false)
                ?? throw ConnectionName.NotFound(name, names, $"vault '{store.Vault}'");
        }
        catch (NotionAuthException e)
            when (e.ErrorId != ErrorIds.ConnectionAmbiguous && cache.Unsaved(vault, name) is { } unsaved)
        {
            // Its pair is in this process and nowhere else: a vault that can't be asked any more doesn't keep it from
            // its user.
            return (unsaved, stores.Known(unsaved.Key.Vault));
        }
        catch (NotionAuthException e)
            when (e.ErrorId == ErrorIds.VaultLocked && store is not null
                && cache.OnlyKnown(store.Vault, name) is { } known)
        {
            // It has locked itself in the middle of a job. What this process has read under that name has to do, unless
            // the vault does answer.
            if (!await store.IsLockedAsync(known.Key.BotId, cancellationToken).ConfigureAwait(false)) throw;
            return (known, store);
        }
    }

    private NotionAuthException NotConnected()
    {
        string here = EnvironmentToken.Variable(Environment) is { } variable
            ? $"{variable} is set: Connect-NotionWorkspace -FromEnvironment -SessionOnly connects with it. Or run "
            : "Run ";
        return new NotionAuthException(
            ErrorIds.NotConnected, NotionErrorKind.InvalidOperation, "This session has no current connection.",
            $"{here}Connect-NotionWorkspace first (-Name <name> takes a stored connection without a browser), " +
            "or name one with -Connection; Get-NotionConnection lists them. The environment variable " +
            $"{StartVariable} names one for all new sessions.");
    }

    private async Task<(KnownConnection Session, IConnectionStore Store)?> FindInAsync(
        IConnectionStore store, string name, List<string> names, CancellationToken cancellationToken)
    {
        // Asked anew each time: another process may have given the name to another bot, and the wrong workspace is
        // worse than a look at the metadata.
        StoreListing listing = await store.ListAsync(cancellationToken).ConfigureAwait(false);
        names.AddRange(listing.Connections.Select(c => c.Name));
        IReadOnlyList<NotionConnection> found = await new ConnectionNames(store, cache, warn)
            .FindAsync(listing, name, cancellationToken).ConfigureAwait(false);
        if (found.Count > 1) throw ConnectionName.Ambiguous(name, found);
        if (found.Count == 1) return (cache.Get(new ConnectionKey(store.Vault, found[0].BotId)), store);

        // A secret that can't be read tells no name, but this process may know whose it is, and its error says more
        // than that there is none.
        return listing.Problems.Count > 0 && cache.Known(store.Vault, name) is { } known ? (known, store) : null;
    }
}
