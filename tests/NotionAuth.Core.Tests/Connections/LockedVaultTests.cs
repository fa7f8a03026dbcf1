using System;
using System.Linq;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.OAuth;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

/// <summary>A vault that locks itself while a job runs.</summary>
public sealed class LockedVaultTests
{
    private static readonly NotionRequest Me = new() { Path = "users/me" };
    private static readonly string[] All =
        ["Read", "Write", "List", "ReadApp", "WriteApp", "ListApps", "ProveWritable", "Remove"];

    [Fact]
    public async Task A_job_goes_on_through_refreshes_and_is_warned_once()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        await process.Client.SendAsync(Me, default);
        Set(process.Store, isLocked: true);
        for (int i = 1; i <= 3; i++)
        {
            notion.Fake.ExpireAccessTokens();
            Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
            Assert.Equal(i, notion.Fake.RefreshCount);
        }

        string warning = Assert.Single(process.Warnings);
        Assert.Contains("lives in this process only", warning, StringComparison.Ordinal);
        Assert.Contains("Unlock-SecretStore", warning, StringComparison.Ordinal);

        Set(process.Store, isLocked: false);
        await process.Client.SendAsync(Me, default);
        StoredConnection stored = process.Store.Stored(old.Details.BotId)!;
        Assert.True(stored.HasPairOf(process.Session.Connection!));
        Assert.Equal(
            TokenState.Live, notion.Fake.Tokens.Single(t => t.AccessToken == stored.AccessToken.Reveal()).AccessState);
    }

    [Fact]
    public async Task A_name_that_the_process_knows_is_found()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        Set(process.Store, isLocked: true);
        await Expect.ErrorAsync(
            ErrorIds.VaultLocked, () => process.Finder.FindAsync("Acme", null, null, default));
        Set(process.Store, isLocked: false);
        await process.Client.SendAsync(Me, default);
        Set(process.Store, isLocked: true);
        foreach (string? vault in new[] { null, "Test" })
            Assert.Equal(
                old.Details.BotId, (await process.Finder.FindAsync("acme", vault, null, default)).Session.Key.BotId);
        await Expect.ErrorAsync(
            ErrorIds.VaultLocked, () => process.Finder.FindAsync("Another", null, null, default));
    }

    [Fact]
    public async Task A_token_is_tested_as_the_process_has_it()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        await notion.StoreAsync(process.Store);
        await process.Client.SendAsync(Me, default);
        Set(process.Store, isLocked: true);
        TokenTestResult result = await new ConnectionTester(
            process.Session, process.Store, notion.Transport, notion.Log.Enqueue).TestAsync(default);
        Assert.Equal((TokenStatus.Active, TokenTestMethod.Introspect), (result.Status, result.Method));
    }

    [Fact]
    public async Task What_the_process_never_read_stays_an_error()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        await notion.StoreAsync(process.Store);
        Set(process.Store, isLocked: true);
        await Expect.ErrorAsync(ErrorIds.VaultLocked, () => process.Client.SendAsync(Me, default));
        Assert.Empty(notion.Fake.RefreshRequests);
    }

    [Fact]
    public async Task A_refresh_token_that_another_process_has_spent_meanwhile_is_no_reason_to_sign_in_again()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.ReuseRevokesFamily = false);
        var one = new TestProcess(notion);
        await notion.StoreAsync(one.Store);
        await one.Client.SendAsync(Me, default);
        var other = new TestProcess(notion, one.Store);
        notion.Fake.ExpireAccessTokens();
        await other.Client.SendAsync(Me, default);
        notion.Fake.ExpireAccessTokens();
        Set(one.Store, isLocked: true);
        await Expect.ErrorAsync(ErrorIds.VaultLocked, () => one.Client.SendAsync(Me, default));
        Set(one.Store, isLocked: false);
        Assert.Equal(200, (await one.Client.SendAsync(Me, default)).Status);
    }

    private static void Set(RecordingStore store, bool isLocked)
    {
        foreach (string call in All) store.FailOn(call, isLocked ? int.MaxValue : 0);
    }
}
