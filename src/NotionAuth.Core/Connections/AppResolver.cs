using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.Connections;

/// <summary>What the user gave of the integration; each part may be missing.</summary>
public sealed record AppInput
{
    /// <summary>The client id, or null.</summary>
    public string? ClientId { get; init; }

    /// <summary>The client secret, or null.</summary>
    public Secret? ClientSecret { get; init; }

    /// <summary>The redirect URIs, or null.</summary>
    public IReadOnlyList<Uri>? RedirectUris { get; init; }

    /// <summary>Notion's origin, checked.</summary>
    public required Uri BaseUri { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Asks the user for the secret of a client id; null where nobody can be asked.</summary>
    public Func<string, CancellationToken, Task<Secret?>>? AskForSecret { get; init; }
}

/// <summary>
/// Puts together the integration to sign in with: what was given, else the environment, else what the store remembers.
/// </summary>
/// <param name="store">The store.</param>
public sealed class AppResolver(IConnectionStore store)
{
    /// <summary>The redirect URI where no other is known.</summary>
    public static Uri DefaultRedirectUri { get; } = new("http://localhost:8914/callback");

    /// <summary>Finds the integration.</summary>
    /// <param name="input">What was given.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The registration.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.MissingClient"/>,
    /// <see cref="ErrorIds.InvalidClientId"/>, <see cref="ErrorIds.InvalidRedirectUri"/>.</exception>
    public async Task<AppRegistration> ResolveAsync(AppInput input, CancellationToken cancellationToken)
    {
        string? environmentId = NullIfBlank(input.Environment("NOTION_CLIENT_ID"));
        string clientId = ClientCredentials.CheckId(
            input.ClientId ?? environmentId ?? await OnlyRememberedAsync(cancellationToken).ConfigureAwait(false));
        AppRegistration? remembered = await RememberedAsync(clientId, input, cancellationToken).ConfigureAwait(false);

        // A secret in the environment belongs to the client id beside it, not to another one that was named.
        Secret? secret = input.ClientSecret;
        if (secret is null && (environmentId is null || environmentId == clientId))
            secret = Secret.From(NullIfBlank(input.Environment("NOTION_CLIENT_SECRET")));
        secret ??= remembered?.Credentials.ClientSecret;
        if (secret is null && input.AskForSecret is not null)
            secret = await input.AskForSecret(clientId, cancellationToken).ConfigureAwait(false);
        if (secret is null) throw Missing($"The client secret of {clientId} isn't known.");

        secret = Trimmed(secret);
        return new AppRegistration(
            new ClientCredentials(clientId, secret), input.RedirectUris is { Count: > 0 } given
                ? given : RedirectUris(input.Environment, remembered?.RedirectUris ?? []), input.BaseUri)
        {
            IsRemembered = secret.Matches(remembered?.Credentials.ClientSecret),
        };
    }

    private async Task<AppRegistration?> RememberedAsync(
        string clientId, AppInput input, CancellationToken cancellationToken)
    {
        try
        {
            return await store.FindAppAsync(clientId, input.BaseUri, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException e) when (e.ErrorId == ErrorIds.SecretInvalid && input.ClientSecret is not null)
        {
            // What is broken isn't needed: the secret was given, and takes its place.
            return null;
        }
    }

    private async Task<string> OnlyRememberedAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> apps = await store.ListAppsAsync(cancellationToken).ConfigureAwait(false);
        return apps.Count switch
        {
            1 => apps[0],
            0 => throw Missing("No integration is known to sign in with."),
            _ => throw Missing($"Several integrations are remembered ({string.Join(", ", apps)}), and none was named."),
        };
    }

    /// <summary>The redirect URIs to sign in with where none was given.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="remembered">Those that are remembered.</param>
    /// <returns>Those of NOTION_REDIRECT_URI, else the remembered ones, else the usual one.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidRedirectUri"/>.</exception>
    internal static IReadOnlyList<Uri> RedirectUris(
        Func<string, string?> environment, IReadOnlyList<Uri> remembered)
    {
        if (NullIfBlank(environment("NOTION_REDIRECT_URI")) is { } variable)
            return variable.Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToList();
        return remembered.Count > 0 ? remembered : [DefaultRedirectUri];
    }

    private static Uri Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) ? uri : throw new NotionAuthException(
        ErrorIds.InvalidRedirectUri, NotionErrorKind.InvalidArgument,
        "NOTION_REDIRECT_URI holds something that isn't a URI.",
        $"Set it to the registered redirect URI, for example {DefaultRedirectUri.OriginalString}; " +
        "several stand with a comma between them.");

    private static Secret Trimmed(Secret secret) =>
        NullIfBlank(secret.Reveal()) is { } text && AccessTokenText.IsUsable(text) ? new Secret(text) : throw Missing(
            "The client secret is empty, or has a blank or line break in it.");

    private static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text!.Trim();

    private static NotionAuthException Missing(string message) => new(
        ErrorIds.MissingClient, NotionErrorKind.InvalidArgument, message,
        "Pass -ClientId <id> -ClientSecret (Read-Host -AsSecureString), or -Credential, " +
        "or set NOTION_CLIENT_ID and NOTION_CLIENT_SECRET; both stand on the integration's page " +
        "(notion.so/my-integrations). For an internal integration pass -Token.");
}
