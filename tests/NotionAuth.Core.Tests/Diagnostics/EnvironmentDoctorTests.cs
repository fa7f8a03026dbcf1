using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Diagnostics;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Diagnostics;

public sealed class EnvironmentDoctorTests
{
    private readonly RecordingStore _store = new();
    private readonly ConnectionCache _cache = new();
    private readonly Dictionary<string, string> _variables = [];

    [Fact]
    public async Task A_machine_that_is_ready_has_no_check_that_failed()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await StoreAsync(notion);
        IReadOnlyList<EnvironmentCheck> checks = await RunAsync(notion);
        Assert.All(checks, c => Assert.Equal(CheckStatus.Ok, c.Status));
        Assert.Equal(
            ["SecretManagement", "Vault", "VaultUnlocked", "VaultWritable", "Proxy", "Network", "Clock",
                "Integration", "RedirectUri", "Browser", "Connection"],
            checks.Select(c => c.Check));
        Assert.All(checks, c => Assert.NotEmpty(c.Detail!));
        Assert.All(checks, c => Assert.Null(c.Recommendation));
    }

    [Fact]
    public async Task It_neither_signs_in_nor_refreshes_and_an_expired_token_is_well()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        StoredConnection connection = await StoreAsync(notion);
        notion.Fake.ExpireAccessTokens();
        EnvironmentCheck check = (await RunAsync(notion)).Single(c => c.Check == "Connection");
        Assert.Equal((CheckStatus.Ok, "Acme"), (check.Status, check.Target));
        Assert.Contains("next request refreshes it", check.Detail, StringComparison.Ordinal);
        Assert.Empty(notion.RequestsTo("/v1/oauth/token"));
        Assert.Empty(notion.RequestsTo("/v1/oauth/authorize"));
        Assert.True(_store.Stored(connection.Details.BotId)!.AccessToken.Matches(connection.AccessToken));
    }

    [Fact]
    public async Task A_wrong_client_secret_is_found_by_asking_about_a_token_that_is_none()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await StoreAsync(notion);
        notion.Fake.DefaultIntegration.ClientSecret = "secret_was_changed_meanwhile";
        EnvironmentCheck check = (await RunAsync(notion)).Single(c => c.Check == "Integration");
        Assert.Equal((CheckStatus.Failed, notion.Fake.DefaultIntegration.ClientId), (check.Status, check.Target));
        Assert.Contains("-ClientSecret", check.Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_integration_of_the_environment_is_checked_too()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        _variables["NOTION_CLIENT_ID"] = notion.Fake.DefaultIntegration.ClientId;
        _variables["NOTION_CLIENT_SECRET"] = "secret_that_is_wrong";
        Assert.Equal(CheckStatus.Failed, Find(await RunAsync(notion), "Integration").Status);
        _variables["NOTION_CLIENT_SECRET"] = notion.Fake.DefaultIntegration.ClientSecret;
        EnvironmentCheck check = Find(await RunAsync(notion), "Integration");
        Assert.Equal(CheckStatus.Ok, check.Status);
        Assert.Contains("NOTION_CLIENT_SECRET", check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_locked_vault_ends_no_other_check()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await StoreAsync(notion);
        _store.FailOn("List");
        IReadOnlyList<EnvironmentCheck> checks = await RunAsync(notion);
        EnvironmentCheck locked = Find(checks, "VaultUnlocked");
        Assert.Equal((CheckStatus.Failed, "Test"), (locked.Status, locked.Target));
        Assert.Contains("Unlock-SecretStore", locked.Recommendation, StringComparison.Ordinal);
        Assert.Equal(CheckStatus.NotRun, Find(checks, "VaultWritable").Status);
        Assert.Equal(CheckStatus.Ok, Find(checks, "Network").Status);
        Assert.Equal(CheckStatus.Ok, Find(checks, "Browser").Status);
    }

    [Fact]
    public async Task A_vault_that_can_be_read_only_is_told_apart()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await StoreAsync(notion);
        _store.FailOn("ProveWritable");
        IReadOnlyList<EnvironmentCheck> checks = await RunAsync(notion);
        Assert.Equal(CheckStatus.Ok, Find(checks, "VaultUnlocked").Status);
        Assert.Equal(CheckStatus.Failed, Find(checks, "VaultWritable").Status);
        Assert.Equal(CheckStatus.Ok, Find(checks, "Connection").Status);
    }

    [Fact]
    public async Task Without_a_vault_connections_of_the_process_are_tested_all_the_same()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var stores = new TestStores();
        await notion.StoreAsync(stores.Memory);
        IReadOnlyList<EnvironmentCheck> checks = await RunAsync(notion, stores);
        Assert.Equal(CheckStatus.Failed, Find(checks, "Vault").Status);
        Assert.Equal(CheckStatus.Ok, Find(checks, "Connection").Status);
        Assert.Equal(CheckStatus.Ok, Find(checks, "Integration").Status);
    }

    [Fact]
    public async Task Without_a_network_what_needs_one_is_not_run_and_the_rest_is()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await StoreAsync(notion);
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.Reset });
        IReadOnlyList<EnvironmentCheck> checks = await RunAsync(notion);
        Assert.Equal(CheckStatus.Failed, Find(checks, "Network").Status);
        foreach (string check in new[] { "Clock", "Integration", "Connection" })
            Assert.Equal(CheckStatus.NotRun, Find(checks, check).Status);
        Assert.Equal(CheckStatus.Ok, Find(checks, "VaultWritable").Status);
        Assert.Equal(CheckStatus.Ok, Find(checks, "Browser").Status);
    }

    [Theory]
    [InlineData(-10, "behind")]
    [InlineData(10, "ahead of")]
    public async Task A_clock_that_is_wrong_is_told_from_the_date_of_a_reply(int minutes, string direction)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        EnvironmentCheck check = Find(await RunAsync(notion, minutes: minutes), "Clock");
        Assert.Equal(CheckStatus.Warning, check.Status);
        Assert.Matches("00:(10:0|09:5)", check.Detail);
        Assert.Contains(direction, check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_fails_unless_another_one_is_free()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        using TakenPort taken = TakenPort.Take();
        Uri free = TestNotion.NewRedirectUri();
        _variables["NOTION_REDIRECT_URI"] = taken.RedirectUri.OriginalString;
        EnvironmentCheck alone = Find(await RunAsync(notion), "RedirectUri");
        Assert.Equal((CheckStatus.Failed, taken.RedirectUri.OriginalString), (alone.Status, alone.Target));
        _variables["NOTION_REDIRECT_URI"] += $", {free.OriginalString}";
        Assert.Equal(
            [CheckStatus.Warning, CheckStatus.Ok],
            (await RunAsync(notion)).Where(c => c.Check == "RedirectUri").Select(c => c.Status));
    }

    [Fact]
    public async Task A_proxy_that_can_not_be_used_is_told_and_its_password_is_not()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        _variables["HTTPS_PROXY"] = "socks5://me:hunter2@proxy.example.com:1080";
        EnvironmentCheck wrong = Find(await RunAsync(notion, origin: new Uri("https://api.notion.example")), "Proxy");
        Assert.Equal(CheckStatus.Failed, wrong.Status);
        _variables["HTTPS_PROXY"] = "http://me:hunter2@proxy.example.com:8080";
        EnvironmentCheck right = Find(await RunAsync(notion, origin: new Uri("https://api.notion.example")), "Proxy");
        Assert.Equal(CheckStatus.Ok, right.Status);
        Assert.Contains("http://proxy.example.com:8080", right.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", $"{wrong}{wrong.Recommendation}{right}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_is_dead_names_the_command_that_signs_in_again()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        StoredConnection connection = await StoreAsync(notion);
        await _store.WriteAsync(
            connection with { Details = connection.Details with { NeedsReconnect = true } }, default);
        notion.Fake.RevokeBot();
        EnvironmentCheck check = Find(await RunAsync(notion), "Connection");
        Assert.Equal(CheckStatus.Failed, check.Status);
        Assert.Contains("Connect-NotionWorkspace -Name 'Acme'", check.Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_ends_it()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await StoreAsync(notion);
        using var stop = new CancellationTokenSource();
        notion.Fake.Faults.Add(Fault.Hold(new TaskCompletionSource().Task, "/v1/oauth/introspect"));
        Task<IReadOnlyList<EnvironmentCheck>> run = RunAsync(
            notion, seen: c => stop.CancelAfter(c.Check == "Clock" ? TimeSpan.Zero : Timeout.InfiniteTimeSpan),
            cancellationToken: stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TestNotion.Soon));
    }

    private Task<StoredConnection> StoreAsync(TestNotion notion)
    {
        _variables["NOTION_REDIRECT_URI"] = TestNotion.NewRedirectUri().OriginalString;
        return notion.StoreAsync(_store);
    }

    private static EnvironmentCheck Find(IReadOnlyList<EnvironmentCheck> checks, string name) =>
        checks.First(c => c.Check == name);

    private async Task<IReadOnlyList<EnvironmentCheck>> RunAsync(
        TestNotion notion, TestStores? stores = null, Uri? origin = null, int minutes = 0,
        Action<EnvironmentCheck>? seen = null, CancellationToken cancellationToken = default)
    {
        var doctor = new EnvironmentDoctor(
            stores ?? new TestStores(_store), _cache, notion.Transport, notion.Log.Enqueue)
        {
            BaseUri = origin ?? notion.BaseUri,
            Environment = name => _variables.GetValueOrDefault(name),
            Browser = ScriptedBrowser.Leaving(),
            Now = () => DateTimeOffset.UtcNow.AddMinutes(minutes),
        };
        var checks = new List<EnvironmentCheck>();
        await foreach (EnvironmentCheck check in doctor.RunAsync(cancellationToken))
        {
            checks.Add(check);
            seen?.Invoke(check);
        }

        return checks;
    }
}
