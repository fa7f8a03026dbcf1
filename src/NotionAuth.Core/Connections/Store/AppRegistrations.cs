using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http;

namespace NotionAuth.Core.Connections.Store;

/// <summary>
/// Finds and keeps app registrations. One belongs to an origin and is used for that alone. The first of a client id has
/// the plain name, whatever its origin; that of a further origin has a suffix.
/// </summary>
internal static class AppRegistrations
{
    /// <summary>Finds the registration of a client id at an origin.</summary>
    /// <param name="store">The store.</param>
    /// <param name="clientId">The client id.</param>
    /// <param name="origin">The origin.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The registration, or null where there is none for that origin.</returns>
    public static async Task<AppRegistration?> FindAppAsync(
        this IConnectionStore store, string clientId, Uri origin, CancellationToken cancellationToken)
    {
        NotionAuthException? broken = null;
        try
        {
            AppRegistration? first = await store.ReadAppAsync(clientId, cancellationToken).ConfigureAwait(false);
            if (first is null || BaseUri.AreSame(first.BaseUri, origin)) return first;
        }
        catch (NotionAuthException e) when (e.ErrorId is ErrorIds.SecretInvalid or ErrorIds.SecretTooNew)
        {
            // It may be another origin's, and then isn't needed.
            broken = e;
        }

        AppRegistration? further = await store.ReadAppAsync(SecretName.AppIdAt(clientId, origin), cancellationToken)
            .ConfigureAwait(false);
        return further is not null
            && BaseUri.AreSame(further.BaseUri, origin) ? further : broken is null ? null : throw broken;
    }

    /// <summary>Finds the registration that a connection's requests to the OAuth endpoints need.</summary>
    /// <param name="store">The store.</param>
    /// <param name="details">The connection.</param>
    /// <param name="purpose">What it is needed for: "refreshing".</param>
    /// <param name="outcome">What became of the connection: "It was kept."</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The registration.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.MissingClient"/>: there is none for the connection's
    /// origin.</exception>
    public static async Task<AppRegistration> FindAppAsync(
        this IConnectionStore store, NotionConnection details, string purpose, string outcome,
        CancellationToken cancellationToken)
    {
        AppRegistration? app = details.ClientId is null
            ? null : await store.FindAppAsync(details.ClientId, details.BaseUri, cancellationToken)
            .ConfigureAwait(false);
        if (app is not null) return app;
        throw new NotionAuthException(
            ErrorIds.MissingClient, NotionErrorKind.NotFound,
            $"The client secret of {details.ClientId} for {BaseUri.Text(details.BaseUri)}, " +
            $"which {purpose} '{details.Name}' needs, isn't in {store.Place()}. "
            + $"One that was given for another address isn't sent there. {outcome}",
            $"Sign in again to store it: {details.ReconnectCommand()} -ClientSecret (Read-Host -AsSecureString). "
            + "A connection that isn't wanted any more is removed in Notion's settings, " +
                "and here with Revoke-NotionToken -LocalOnly.")
        { Target = details.Name };
    }

    /// <summary>Keeps a registration, and leaves the one of another origin with the same client id alone.</summary>
    /// <param name="store">The store.</param>
    /// <param name="app">The registration.</param>
    /// <returns>A task that ends when it is written.</returns>
    public static async Task KeepAppAsync(this IConnectionStore store, AppRegistration app)
    {
        string clientId = app.Credentials.ClientId;

        // Two sign-ins at once, at two origins, must not both take the plain name.
        using (await store.LockAsync(SecretName.OfApp(clientId), CancellationToken.None).ConfigureAwait(false))
        {
            bool isPlain = await IsPlainAsync(store, app).ConfigureAwait(false);
            string id = isPlain ? clientId : SecretName.AppIdAt(clientId, app.BaseUri);
            await store.WriteAppAsync(app with { Id = id }, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Removes the registration that a connection used, where no other connection uses it.</summary>
    /// <param name="store">The store.</param>
    /// <param name="forgotten">The connection, which isn't in the store any more.</param>
    /// <param name="confirm">Asks whether it is to go, once it is known that nothing uses it. No lock is held
    /// meanwhile.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connections that use it; it was kept then.</returns>
    /// <exception cref="NotionAuthException">A connection of the store can't be read, and may use it: it was
    /// kept.</exception>
    public static async Task<IReadOnlyList<NotionConnection>> ForgetAppAsync(
        this IConnectionStore store, NotionConnection forgotten, Func<Task<bool>> confirm,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<NotionConnection> users = await UsersAsync(store, forgotten, cancellationToken)
            .ConfigureAwait(false);
        if (users.Count > 0 || forgotten.ClientId is not { } clientId
            || await store.FindAppAsync(clientId, forgotten.BaseUri, cancellationToken).ConfigureAwait(false) is null
            || !await confirm().ConfigureAwait(false)) return users;
        using (await store.LockAsync(SecretName.OfApp(clientId), cancellationToken).ConfigureAwait(false))
        {
            // Somebody may have signed in since.
            users = await UsersAsync(store, forgotten, cancellationToken).ConfigureAwait(false);
            if (users.Count == 0
                && await store.FindAppAsync(clientId, forgotten.BaseUri, cancellationToken).ConfigureAwait(false)
                    is { } app)
                await store.RemoveAppAsync(app.Id, CancellationToken.None).ConfigureAwait(false);
            return users;
        }
    }

    private static async Task<IReadOnlyList<NotionConnection>> UsersAsync(
        IConnectionStore store, NotionConnection forgotten, CancellationToken cancellationToken)
    {
        StoreListing listing = await store.ListAsync(cancellationToken).ConfigureAwait(false);

        // What can't be read may use it.
        if (listing.Problems.Count > 0) throw listing.Problems[0];
        return [.. listing.Connections
            .Where(c => c.ClientId == forgotten.ClientId && BaseUri.AreSame(c.BaseUri, forgotten.BaseUri))];
    }

    private static async Task<bool> IsPlainAsync(IConnectionStore s, AppRegistration app)
    {
        try
        {
            AppRegistration? first = await s.ReadAppAsync(app.Credentials.ClientId, CancellationToken.None)
                .ConfigureAwait(false);
            return first is null || BaseUri.AreSame(first.BaseUri, app.BaseUri);
        }
        catch (NotionAuthException e) when (e.ErrorId == ErrorIds.SecretInvalid)
        {
            // What is broken is of no use to anybody.
            return true;
        }
        catch (NotionAuthException e) when (e.ErrorId == ErrorIds.SecretTooNew)
        {
            return false;
        }
    }
}
