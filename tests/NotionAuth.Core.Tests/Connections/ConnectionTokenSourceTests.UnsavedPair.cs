using System;
using System.Linq;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.OAuth;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

public sealed partial class ConnectionTokenSourceTests
{
    [Fact]
    public async Task A_pair_that_cannot_be_written_works_in_this_process_with_one_warning_and_is_written_later()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        process.Store.FailOn("Write", 2);

        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        Assert.Contains(
            "could not be written to vault 'Test'", Assert.Single(process.Warnings), StringComparison.Ordinal);
        Assert.True(process.Store.Stored(old.Details.BotId)!.AccessToken.Matches(old.AccessToken));
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        Assert.Single(process.Warnings);
        Assert.True(process.Store.Stored(old.Details.BotId)!.AccessToken.Matches(old.AccessToken));

        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        TokenInfo live =
            notion.Fake.Tokens.Single(t => t.ClientId == old.Details.ClientId && t.AccessState == TokenState.Live);
        Assert.Equal(live.AccessToken, process.Store.Stored(old.Details.BotId)!.AccessToken.Reveal());
        Assert.Single(notion.Fake.RefreshRequests);
        Assert.Single(process.Warnings);
    }

    [Fact]
    public async Task A_pair_that_was_not_written_is_refreshed_from_when_it_expires_and_not_the_old_one()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        process.Store.FailOn("Write", 2);
        await process.Client.SendAsync(Me, default);
        notion.Fake.ExpireAccessTokens();
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        Assert.Equal([true, true], notion.Fake.RefreshRequests.Select(r => r.Granted));
        Assert.Equal(3, process.Store.Stored(old.Details.BotId)!.Generation);
    }

    [Fact]
    public async Task A_refused_refresh_of_a_pair_that_was_not_written_is_NeedsReconnect_at_once()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        process.Store.FailOn("Write", 2);
        await process.Client.SendAsync(Me, default);
        notion.Fake.RevokeBot();
        await Expect.ErrorAsync(ErrorIds.NeedsReconnect, () => process.Client.SendAsync(Me, default));
        Assert.True(process.Store.Stored(old.Details.BotId)!.Details.NeedsReconnect);
        Assert.Equal(2, notion.Fake.RefreshRequests.Count);
    }

    [Fact]
    public async Task A_pair_that_was_not_written_does_not_overwrite_a_sign_in_elsewhere()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        process.Store.FailOn("Write", 1);
        await process.Client.SendAsync(Me, default);

        StoredConnection anew =
            await new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), Store = process.Store }.ConnectAsync();
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        Assert.True(process.Store.Stored(anew.Details.BotId)!.AccessToken.Matches(anew.AccessToken));
        Assert.Single(notion.Fake.RefreshRequests);
    }

    [Fact]
    public async Task A_vault_that_cannot_be_written_does_not_cost_the_refresh_token()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        process.Store.FailOn("ProveWritable", 1);
        await Expect.ErrorAsync(ErrorIds.VaultLocked, () => process.Client.SendAsync(Me, default));
        Assert.Empty(notion.Fake.RefreshRequests);
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        Assert.Equal(1, notion.Fake.RefreshCount);
    }

    [Fact]
    public async Task The_write_test_before_a_refresh_is_as_large_as_what_will_be_written()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        await process.Client.SendAsync(Me, default);
        StoredConnection? proved = Assert.Single(process.Store.Proved);
        Assert.Equal(old.Details.BotId, proved?.Details.BotId);
    }
}
