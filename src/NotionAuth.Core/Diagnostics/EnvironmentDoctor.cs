using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;
using NotionAuth.Core.SignIn.Browser;

namespace NotionAuth.Core.Diagnostics;

/// <summary>
/// Checks what a sign-in and a request need, and tells for each what to do. It never signs in, never refreshes, and
/// asks nobody. Only cancelling ends it early.
/// </summary>
/// <param name="stores">The host's stores, which must ask nobody.</param>
/// <param name="cache">What this process knows.</param>
/// <param name="transport">The way to Notion.</param>
/// <param name="log">Called with each attempt, or null.</param>
internal sealed class EnvironmentDoctor(
    IConnectionStores stores, ConnectionCache cache, NotionTransport transport, Action<RequestLogEntry>? log)
{
    /// <summary>The vault to look at; null for the one in use.</summary>
    public string? Vault { get; init; }

    /// <summary>Notion's origin, checked.</summary>
    public Uri BaseUri { get; init; } = Http.BaseUri.Default;

    /// <summary>The caller's current connection, or null.</summary>
    public ConnectionKey? Current { get; init; }

    /// <summary>What the host has found out by itself; comes first.</summary>
    public IReadOnlyList<EnvironmentCheck> HostChecks { get; init; } = [];

    /// <summary>What serves the vaults, once they were asked: its name and version; null where it isn't
    /// known.</summary>
    public Func<string?> VaultModule { get; init; } = () => null;

    /// <summary>What bounds the requests have.</summary>
    public RequestBounds Bounds { get; init; } = new();

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>The browser that a sign-in would open.</summary>
    public IBrowser Browser { get; init; } = new SystemBrowser();

    /// <summary>This machine's clock.</summary>
    public Func<DateTimeOffset> Now { get; init; } = () => DateTimeOffset.UtcNow;

    // Somebody waits for the list, and a check that needs longer is one that has something to tell.
    private RequestBounds Short => Bounds with { MaximumRetryCount = 1, LongestWait = TimeSpan.FromSeconds(5) };

    /// <summary>Runs the checks, one after the other.</summary>
    /// <param name="cancellationToken">Ends them.</param>
    /// <returns>The checks, as they are made.</returns>
    public async IAsyncEnumerable<EnvironmentCheck> RunAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (EnvironmentCheck check in HostChecks) yield return check;

        IConnectionStore? store = null;
        bool isReadable = false, isMissing = false;
        EnvironmentCheck opened = await Checking.RunAsync("Vault", Vault, async () =>
        {
            try
            {
                store = await stores.OpenAsync(Vault, cancellationToken).ConfigureAwait(false);
                return Checking.Ok("It is registered.");
            }
            catch (NotionAuthException e) when (e.ErrorId == ErrorIds.SecretManagementMissing)
            {
                isMissing = true;
                throw;
            }
        }, cancellationToken).ConfigureAwait(false);
        yield return isMissing
            ? opened with { Check = "SecretManagement", Target = null }
            : Checking.Ok($"{VaultModule() ?? "It"} is there.") with { Check = "SecretManagement" };
        if (!isMissing) yield return opened with { Target = store?.Vault ?? Vault };
        if (store is not null)
        {
            EnvironmentCheck unlocked = await Checking.RunAsync("VaultUnlocked", store.Vault, async () =>
            {
                await store.ListAsync(cancellationToken).ConfigureAwait(false);
                return Checking.Ok("It can be read.");
            }, cancellationToken).ConfigureAwait(false);
            isReadable = unlocked.Status == CheckStatus.Ok;
            yield return unlocked;
            yield return isReadable
                ? await Checking.RunAsync("VaultWritable", store.Vault, async () =>
                {
                    await store.ProveWritableAsync(example: null, cancellationToken).ConfigureAwait(false);
                    return Checking.Ok("A test secret was written, read and removed again.");
                }, cancellationToken).ConfigureAwait(false)
                : Checking.NotRun("It has to be unlocked first.") with
                {
                    Check = "VaultWritable",
                    Target = store.Vault
                };
        }

        var network = new NetworkChecks(transport, BaseUri, log) { Environment = Environment, Now = Now };
        await foreach (EnvironmentCheck check in network.RunAsync(cancellationToken).ConfigureAwait(false))
            yield return check;

        StoreListing listing = new([], []);
        EnvironmentCheck listed = await Checking.RunAsync("Connection", null, async () =>
        {
            listing = await new ConnectionLister(stores, cache).ListAsync(
                Vault is null || isReadable ? Vault : string.Empty, Current, cancellationToken).ConfigureAwait(false);
            return Checking.Ok(string.Empty);
        }, cancellationToken).ConfigureAwait(false);

        var integrations = new IntegrationChecks(transport, log)
        {
            Bounds = Short,
            Environment = Environment,
            Browser = Browser,
        };
        List<IConnectionStore> readable = [stores.Memory];
        if (isReadable) readable.Add(store!);
        await foreach (EnvironmentCheck check in integrations.RunAsync(
            readable, listing.Connections, BaseUri, network.IsReachable, cancellationToken).ConfigureAwait(false))
            yield return check;

        if (listed.Status != CheckStatus.Ok) yield return listed;
        foreach (NotionConnection connection in listing.Connections)
            yield return await Checking.RunAsync(
                "Connection", connection.Name, () => TestAsync(connection, network.IsReachable, cancellationToken),
                cancellationToken).ConfigureAwait(false);
        foreach (NotionAuthException problem in listing.Problems)
            if (problem.Target is null || problem.Target != store?.Vault)
                yield return Checking.Failed(problem) with { Check = "Connection", Target = problem.Target };
        if (listing.Connections.Count == 0)
            yield return Checking.NotRun(
                isReadable ? "No connection is kept." : "No connection can be seen.",
                "Connect-NotionWorkspace signs in.") with
            { Check = "Connection" };
    }

    private async Task<EnvironmentCheck> TestAsync(
        NotionConnection connection, bool isReachable, CancellationToken cancellationToken)
    {
        string where = connection.Vault.Length == 0 ? "In this process." : $"In vault '{connection.Vault}'.";
        if (!isReachable && Http.BaseUri.AreSame(connection.BaseUri, BaseUri))
            return connection.NeedsReconnect
                ? Dead(connection, where)
                : Checking.NotRun($"{where} Notion wasn't reached, and so not asked about it.");
        KnownConnection known = cache.Get(new ConnectionKey(connection.Vault, connection.BotId));
        var tester = new ConnectionTester(
            known, stores.Known(connection.Vault), known.Transport ?? transport, log)
        { Bounds = Short };
        TokenTestResult result = await tester.TestAsync(cancellationToken).ConfigureAwait(false);
        return result.Status switch
        {
            TokenStatus.Active when TokenExpiry.WarningOf(connection, Now().UtcDateTime) is { } ends =>
                Checking.Warning($"{where} {ends}", null),
            TokenStatus.Active => Checking.Ok($"{where} Notion accepts its token."),
            TokenStatus.Expired => Checking.Ok($"{where} Its token has expired, and the next request refreshes it."),
            TokenStatus.Inactive => Dead(connection, where),
            _ => Checking.Warning($"{where} Whether its token works could not be found out: {result.Reason}", null),
        };
    }

    private static EnvironmentCheck Dead(NotionConnection connection, string where) => Checking.Failed(
        $"{where} Notion doesn't accept its token any more.", $"Sign in again: {connection.ReconnectCommand()}");
}
