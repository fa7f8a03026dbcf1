using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.SignIn.Browser;
using NotionAuth.Core.SignIn.Callback;

namespace NotionAuth.Core.Diagnostics;

/// <summary>
/// Checks what signing in needs: the integrations' client ids and secrets, ports for the callback, and a browser.
/// </summary>
/// <param name="transport">The way to Notion.</param>
/// <param name="log">Called with each attempt, or null.</param>
internal sealed class IntegrationChecks(NotionTransport transport, Action<RequestLogEntry>? log)
{
    /// <summary>What bounds the requests have.</summary>
    public RequestBounds Bounds { get; init; } = new();

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>The browser that a sign-in would open.</summary>
    public IBrowser Browser { get; init; } = new SystemBrowser();

    /// <summary>Runs the checks.</summary>
    /// <param name="stores">The stores that remember integrations, those that can be read.</param>
    /// <param name="connections">The connections that are known: an integration may have an origin of its own.</param>
    /// <param name="baseUri">The origin that was checked.</param>
    /// <param name="isReachable">Whether Notion answered there.</param>
    /// <param name="cancellationToken">Ends them.</param>
    /// <returns>The checks.</returns>
    public async IAsyncEnumerable<EnvironmentCheck> RunAsync(
        IReadOnlyList<IConnectionStore> stores, IReadOnlyList<NotionConnection> connections, Uri baseUri,
        bool isReachable, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = new List<AppRegistration>();
        foreach (IConnectionStore store in stores)
        {
            IReadOnlyList<string> ids = [];
            EnvironmentCheck listed = await Checking.RunAsync("Integration", store.Place(), async () =>
            {
                ids = await store.ListAppsAsync(cancellationToken).ConfigureAwait(false);
                return Checking.Ok(string.Empty);
            }, cancellationToken).ConfigureAwait(false);
            if (listed.Status != CheckStatus.Ok) yield return listed;
            foreach (string id in ids)
                foreach (Uri? origin in Origins(id, connections))
                    if (await ReadAsync(store, id, origin).ConfigureAwait(false) is { } check) yield return check;
        }

        if (await FromEnvironmentAsync().ConfigureAwait(false) is { } named) yield return named;
        if (found.Count == 0)
            yield return Checking.NotRun(
                "No integration is remembered to sign in with.",
                "For a first sign-in: Connect-NotionWorkspace -ClientId <id>; both values stand on the integration's " +
                "page (notion.so/my-integrations). A token needs none.") with
            { Check = "Integration" };

        await foreach (EnvironmentCheck check in PortsAsync(RedirectUris(), cancellationToken).ConfigureAwait(false))
            yield return check;
        yield return await Checking.RunAsync("Browser", null, HasBrowser, cancellationToken).ConfigureAwait(false);

        // Null where the registration is another origin's, which is looked at by itself.
        async Task<EnvironmentCheck?> ReadAsync(IConnectionStore store, string id, Uri? origin)
        {
            bool isMine = true;
            EnvironmentCheck check = await Checking.RunAsync("Integration", id, async () =>
            {
                AppRegistration? app = origin is null
                    ? await store.ReadAppAsync(id, cancellationToken).ConfigureAwait(false)
                    : await store.FindAppAsync(id, origin, cancellationToken).ConfigureAwait(false);
                isMine = app is not null && !found.Any(f => IsSame(f, app));
                if (!isMine) return Checking.Ok(string.Empty);
                found.Add(app!);
                return await AskAsync(app!, $"It is remembered in {store.Place()}.").ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
            return isMine ? check : null;
        }

        async Task<EnvironmentCheck?> FromEnvironmentAsync()
        {
            string? id = Environment("NOTION_CLIENT_ID"), secret = Environment("NOTION_CLIENT_SECRET");
            if (string.IsNullOrWhiteSpace(id) || string.IsNullOrWhiteSpace(secret)) return null;
            return await Checking.RunAsync("Integration", id!.Trim(), async () =>
            {
                AppRegistration app = await new AppResolver(new MemoryConnectionStore()).ResolveAsync(
                    new AppInput { BaseUri = baseUri, Environment = Environment }, cancellationToken)
                    .ConfigureAwait(false);
                found.Add(app);
                return await AskAsync(app, "It is named by NOTION_CLIENT_ID and NOTION_CLIENT_SECRET.")
                    .ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
        }

        async Task<EnvironmentCheck> AskAsync(AppRegistration app, string where)
        {
            if (!isReachable && BaseUri.AreSame(app.BaseUri, baseUri))
                return Checking.NotRun($"{where} Notion wasn't reached, and so not asked about it.");
            OAuthClient client = app.Client(transport, NotionVersion.Default, Bounds, log);
            try
            {
                await client.CheckCredentialsAsync(cancellationToken).ConfigureAwait(false);
                return Checking.Ok($"{where} Notion takes its client id and secret.");
            }
            catch (NotionAuthException e) when (e.ErrorId != ErrorIds.InvalidClient)
            {
                return Checking.Warning(
                    $"{where} Whether Notion takes its client id and secret could not be found out: {e.Message}",
                    e.RecommendedAction);
            }
        }

        List<Uri> RedirectUris()
        {
            try
            {
                return AppResolver.RedirectUris(
                    Environment, found.SelectMany(f => f.RedirectUris).Distinct().ToList()).ToList();
            }
            catch (NotionAuthException)
            {
                // Not a URI: the sign-in says so. The ports of what is remembered tell something all the same.
                return [AppResolver.DefaultRedirectUri];
            }
        }
    }

    private static async IAsyncEnumerable<EnvironmentCheck> PortsAsync(
        List<Uri> redirectUris, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var checks = new List<EnvironmentCheck>();
        foreach (Uri uri in redirectUris)
            checks.Add(await Checking.RunAsync("RedirectUri", uri.OriginalString, () =>
            {
                CallbackListener.Start([uri]).Dispose();
                return Checking.Ok("Its port is free for the callback.");
            }, cancellationToken).ConfigureAwait(false));

        // One that is free is enough: a sign-in takes the first.
        bool isOneFree = checks.Any(c => c.Status == CheckStatus.Ok);
        foreach (EnvironmentCheck check in checks)
            yield return isOneFree && check.Status == CheckStatus.Failed
                ? check with { Status = CheckStatus.Warning } : check;
    }

    private EnvironmentCheck HasBrowser()
    {
        try
        {
            Browser.EnsureAvailable();
            return Checking.Ok("There is a browser to sign in with.");
        }
        catch (NotionAuthException e)
        {
            return Checking.Warning(e.Message, e.RecommendedAction);
        }
    }

    // The plain one first, whatever its origin; then those that connections need.
    private static IEnumerable<Uri?> Origins(string clientId, IReadOnlyList<NotionConnection> connections) =>
        new Uri?[] { null }.Concat(connections.Where(c => c.ClientId == clientId).Select(c => c.BaseUri).Distinct());

    private static bool IsSame(AppRegistration one, AppRegistration other) =>
        one.Credentials.ClientId == other.Credentials.ClientId && BaseUri.AreSame(one.BaseUri, other.BaseUri)
            && one.Credentials.ClientSecret.Matches(other.Credentials.ClientSecret);
}
