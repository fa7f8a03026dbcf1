using System;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

/// <summary>
/// A vault that machines share: no lock of ours is between them, and a write is seen after some time. Time passes where
/// the code waits.
/// </summary>
public sealed class SharedVaultTests
{
    private static readonly NotionRequest Me = new() { Path = "users/me" };

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task The_loser_waits_for_the_winner_s_pair_to_be_seen_and_takes_it(int pauses)
    {
        var time = new PassingTime();
        await using TestNotion notion = await StartAsync(time);
        var loser = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(loser.Store);
        StoredConnection winners = await RefreshElsewhereAsync(notion, old);
        time.OnPause = n => n == pauses ? loser.Store.WriteAsync(winners, default) : Task.CompletedTask;

        Assert.Equal(200, (await loser.Client.SendAsync(Me, default)).Status);
        StoredConnection stored = loser.Store.Stored(old.Details.BotId)!;
        Assert.True(stored.AccessToken.Matches(winners.AccessToken));
        Assert.False(stored.Details.NeedsReconnect);
        Assert.Equal(pauses, time.Pauses);
        Assert.Single(notion.Fake.RefreshRequests, r => !r.Granted);
    }

    [Fact]
    public async Task A_mark_gives_way_to_a_pair_that_is_seen_only_after_it()
    {
        var time = new PassingTime();
        await using TestNotion notion = await StartAsync(time);
        var loser = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(loser.Store);
        StoredConnection winners = await RefreshElsewhereAsync(notion, old);
        bool isMarked = false;
        loser.Store.OnWrite = c => isMarked |= c.Details.NeedsReconnect;
        time.OnPause = _ => isMarked ? loser.Store.WriteAsync(winners, default) : Task.CompletedTask;

        Assert.Equal(200, (await loser.Client.SendAsync(Me, default)).Status);
        Assert.True(isMarked);
        Assert.True(loser.Store.Stored(old.Details.BotId)!.AccessToken.Matches(winners.AccessToken));
        Assert.Equal(200, (await loser.Client.SendAsync(Me, default)).Status);
    }

    [Fact]
    public async Task Another_loser_s_mark_is_no_reason_to_stop_waiting_for_the_pair()
    {
        var time = new PassingTime();
        await using TestNotion notion = await StartAsync(time);
        var loser = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(loser.Store);
        StoredConnection winners = await RefreshElsewhereAsync(notion, old);
        time.OnPause = n => loser.Store.WriteAsync(n == 1 ? old.Marked() : winners, default);
        Assert.Equal(200, (await loser.Client.SendAsync(Me, default)).Status);
        Assert.True(loser.Store.Stored(old.Details.BotId)!.AccessToken.Matches(winners.AccessToken));
    }

    [Fact]
    public async Task Where_nobody_has_a_pair_the_wait_is_bounded_and_reported()
    {
        var time = new PassingTime();
        await using TestNotion notion = await StartAsync(time);
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.RevokeBot();
        int waits = 0;
        NotionClient client = process.ClientWith(_ => waits++);
        await Expect.ErrorAsync(ErrorIds.NeedsReconnect, () => client.SendAsync(Me, default));
        Assert.True(process.Store.Stored(old.Details.BotId)!.Details.NeedsReconnect);
        Assert.InRange(time.Passed, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15));
        Assert.True(waits > 0);
        Assert.Contains(notion.Log, e => e.ToString().Contains("vault 'Test'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_without_the_time_to_wait_for_it_marks_nothing()
    {
        var time = new PassingTime();
        await using TestNotion notion = await StartAsync(time);
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.RevokeBot();
        await Expect.ErrorAsync<OAuthException>(
            "InvalidGrant",
            () => process.Client.SendAsync(Me with { TotalTimeout = TimeSpan.FromMilliseconds(900) }, default));
        Assert.False(process.Store.Stored(old.Details.BotId)!.Details.NeedsReconnect);
        await Expect.ErrorAsync(ErrorIds.NeedsReconnect, () => process.Client.SendAsync(Me, default));
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_and_marks_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var time = new PassingTime { OnPause = _ => cancel.CancelAsync() };
        await using TestNotion notion = await StartAsync(time);
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.RevokeBot();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => process.Client.SendAsync(Me, cancel.Token).WaitAsync(TestNotion.Soon));
        Assert.False(process.Store.Stored(old.Details.BotId)!.Details.NeedsReconnect);
    }

    private static Task<TestNotion> StartAsync(PassingTime time) =>
        TestNotion.StartAsync(f => f.Behavior.ReuseRevokesFamily = false, delay: time.DelayAsync);

    /// <summary>Another machine refreshes; its write isn't seen yet.</summary>
    private static async Task<StoredConnection> RefreshElsewhereAsync(TestNotion notion, StoredConnection old)
    {
        notion.Fake.ExpireAccessTokens();
        return old.Refreshed(await notion.OAuth().RefreshAsync(old.RefreshToken!, default), DateTime.UtcNow);
    }

    /// <summary>Waits nothing out; at each pause something may happen elsewhere.</summary>
    private sealed class PassingTime
    {
        public Func<int, Task> OnPause { get; set; } = _ => Task.CompletedTask;

        public int Pauses { get; private set; }

        public TimeSpan Passed { get; private set; }

        public async Task DelayAsync(TimeSpan wait, CancellationToken cancellationToken)
        {
            Passed += wait;
            await OnPause(++Pauses);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
