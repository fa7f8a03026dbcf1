using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.OAuth;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

public sealed partial class ConnectionTokenSourceTests
{
    private static readonly NotionRequest Me = new() { Path = "users/me" };

    [Fact]
    public async Task A_live_token_is_read_once_and_sent_with_each_request()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection stored = await notion.StoreAsync(process.Store);
        for (int i = 0; i < 3; i++) await process.Client.SendAsync(Me, default);
        Assert.Equal(1, process.Count("Read"));
        Assert.All(
            notion.RequestsTo("/v1/users/me"), r => Assert.Equal("Bearer " + stored.AccessToken.Reveal(), r.Header(
                "Authorization")));
        Assert.Empty(notion.Fake.RefreshRequests);
    }

    [Fact]
    public async Task An_expired_token_is_refreshed_without_the_user_noticing_and_the_new_pair_stored()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);

        StoredConnection stored = process.Store.Stored(old.Details.BotId)!;
        TokenInfo live =
            notion.Fake.Tokens.Single(t => t.ClientId == old.Details.ClientId && t.AccessState == TokenState.Live);
        Assert.Equal(live.AccessToken, stored.AccessToken.Reveal());
        Assert.Equal(live.RefreshToken, stored.RefreshToken!.Reveal());
        Assert.Equal(old.Generation + 1, stored.Generation);
        Assert.Equal(old.Details.ConnectedAt, stored.Details.ConnectedAt);
        Assert.NotNull(stored.Details.RefreshedAt);
        Assert.Equal(1, notion.Fake.RefreshCount);
        Assert.Empty(process.Warnings);
    }

    [Fact]
    public async Task A_write_is_repeated_after_a_refresh_and_done_once()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: new SeedOptions { Rows = 0, Blocks = 0 });
        var process = new TestProcess(notion);
        await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        byte[] body = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            new { parent = new { page_id = notion.Fake.DefaultWorkspace.Sample.PageId }, properties = new { } });
        await process.Client.SendAsync(
            new NotionRequest { Path = "pages", Method = HttpMethod.Post, Body = body }, default);
        Assert.Equal([401, 200], notion.RequestsTo("/v1/pages").Select(r => r.Status));
    }

    [Fact]
    public async Task Sixty_four_requests_with_an_expired_token_refresh_it_once()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        var all = new TaskCompletionSource();
        notion.Fake.Faults.Add(Fault.Hold(all.Task, "/v1/oauth/token"));

        Task<NotionReply>[] requests =
            [.. Enumerable.Range(0, 64).Select(_ => Task.Run(() => process.Client.SendAsync(Me, default)))];
        await notion.Fake.WaitForRequestAsync(_ => notion.Fake.CountRequests("/v1/users/me") == 64)
            .WaitAsync(TestNotion.Soon);
        all.SetResult();
        Assert.All(await Task.WhenAll(requests).WaitAsync(TestNotion.Soon), r => Assert.Equal(200, r.Status));

        Assert.Single(notion.Fake.RefreshRequests);
        Assert.Equal(128, notion.Fake.CountRequests("/v1/users/me"));
        Assert.Equal(old.Generation + 1, process.Store.Stored(old.Details.BotId)!.Generation);
    }

    [Fact]
    public async Task A_new_pair_is_stored_before_it_is_used()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        await notion.StoreAsync(process.Store);
        var usedBefore = new List<bool>();
        process.Store.OnWrite = c =>
            usedBefore.Add(
                notion.Fake.Requests.Any(r => r.Header("Authorization") == "Bearer " + c.AccessToken.Reveal()));
        notion.Fake.ExpireAccessTokens();
        await process.Client.SendAsync(Me, default);
        Assert.Equal([false], usedBefore);
        Assert.Equal(["ReadApp", "ProveWritable", "Write"], process.Store.Calls.TakeLast(3));
    }

    [Fact]
    public async Task The_pair_of_another_process_that_was_faster_is_used_without_a_refresh()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var winner = new TestProcess(notion);
        var loser = new TestProcess(notion, winner.Store);
        await notion.StoreAsync(winner.Store);
        await winner.Client.SendAsync(Me, default);
        await loser.Client.SendAsync(Me, default);

        notion.Fake.ExpireAccessTokens();
        await winner.Client.SendAsync(Me, default);
        await loser.Client.SendAsync(Me, default);
        Assert.Single(notion.Fake.RefreshRequests);
    }

    [Fact]
    public async Task A_process_that_lost_the_race_for_the_refresh_takes_the_winners_pair()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.ReuseRevokesFamily = false);
        var loser = new TestProcess(notion);
        StoredConnection stored = await notion.StoreAsync(loser.Store);
        notion.Fake.ExpireAccessTokens();

        // The winner refreshes between the loser's look into the vault and its refresh.
        string winners = string.Empty;
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.Delay,
            PathPattern = "/v1/oauth/token",
            When = r => r == notion.RequestsTo("/v1/oauth/token")[0],
            Until = Task.Run(async () =>
            {
                await notion.Fake.WaitForRequestAsync(r => r.Path == "/v1/oauth/token");
                var reply = await notion.OAuth().RefreshAsync(stored.RefreshToken!, default);
                StoredConnection refreshed = stored.Refreshed(reply, DateTime.UtcNow);
                winners = refreshed.AccessToken.Reveal();
                await loser.Store.WriteAsync(refreshed, default);
            }),
        });
        Assert.Equal(200, (await loser.Client.SendAsync(Me, default)).Status);
        Assert.Equal(winners, loser.Store.Stored(stored.Details.BotId)!.AccessToken.Reveal());
        Assert.False(loser.Store.Stored(stored.Details.BotId)!.Details.NeedsReconnect);
        Assert.Equal(1, notion.Fake.RefreshCount);
    }

    [Fact]
    public async Task A_refused_refresh_token_is_NeedsReconnect_marked_once_and_nothing_is_deleted()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store, "It's mine");
        notion.Fake.RevokeBot();
        NotionAuthException error =
            await Expect.ErrorAsync(ErrorIds.NeedsReconnect, () => process.Client.SendAsync(Me, default));
        Assert.Contains(
            "Connect-NotionWorkspace -Name 'It''s mine' -ClientId " + old.Details.ClientId, error.RecommendedAction,
            StringComparison.Ordinal);
        StoredConnection stored = process.Store.Stored(old.Details.BotId)!;
        Assert.True(stored.Details.NeedsReconnect);
        Assert.True(stored.RefreshToken!.Matches(old.RefreshToken));

        notion.Fake.ClearRequests();
        await Expect.ErrorAsync(ErrorIds.NeedsReconnect, () => process.Client.SendAsync(Me, default));
        await Expect.ErrorAsync(
            ErrorIds.NeedsReconnect, () => new TestProcess(notion, process.Store).Client.SendAsync(Me, default));
        Assert.Empty(notion.Fake.Requests);
    }

    [Fact]
    public async Task Of_many_requests_with_a_refused_refresh_token_one_asks_and_all_fail()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        await notion.StoreAsync(process.Store);
        notion.Fake.RevokeBot();
        Task[] requests = [
            .. Enumerable.Range(0, 16)
            .Select(_ => Expect.ErrorAsync(ErrorIds.NeedsReconnect, () => process.Client.SendAsync(Me, default)))];
        await Task.WhenAll(requests);
        Assert.Single(notion.Fake.RefreshRequests);
    }

    [Fact]
    public async Task A_sign_in_elsewhere_ends_NeedsReconnect_in_this_process()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        await notion.StoreAsync(process.Store);
        notion.Fake.RevokeBot();
        await Expect.ErrorAsync(ErrorIds.NeedsReconnect, () => process.Client.SendAsync(Me, default));
        await notion.StoreAsync(process.Store);
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
    }

    [Fact]
    public async Task A_refused_refresh_that_cannot_be_marked_still_is_NeedsReconnect_and_is_not_tried_again()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        await notion.StoreAsync(process.Store);
        notion.Fake.RevokeBot();
        process.Store.FailOn("Write");
        await Expect.ErrorAsync(ErrorIds.NeedsReconnect, () => process.Client.SendAsync(Me, default));
        await Expect.ErrorAsync(ErrorIds.NeedsReconnect, () => process.Client.SendAsync(Me, default));
        Assert.Single(notion.Fake.RefreshRequests);
    }

    [Fact]
    public async Task A_refresh_reply_without_a_refresh_token_leaves_the_old_one_in_force()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens(Guid.Parse(old.Details.BotId));
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.RawBody,
            Status = 200,
            PathPattern = "/v1/oauth/token",
            Body = $$"""{"access_token":"{{notion.Fake.DefaultInternalIntegration.Token}}",""" +
                $$""" "token_type":"bearer","bot_id":"{{old.Details.BotId}}"}""",
        });
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        StoredConnection stored = process.Store.Stored(old.Details.BotId)!;
        Assert.True(stored.RefreshToken!.Matches(old.RefreshToken));
        Assert.True(stored.Details.HasRefreshToken);
        Assert.Equal("Acme", stored.Details.WorkspaceName);
    }

    [Theory]
    [InlineData(500, "internal_server_error", "InternalServerError")]
    [InlineData(401, "invalid_client", "InvalidClient")]
    public async Task A_refresh_that_fails_otherwise_marks_nothing_and_is_tried_again_by_the_next_request(
        int status, string code, string errorId)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        notion.Fake.Faults.Add(Fault.Of(status, code, "/v1/oauth/token"));
        await Expect.ErrorAsync(errorId, () => process.Client.SendAsync(Me, default));
        Assert.False(process.Store.Stored(old.Details.BotId)!.Details.NeedsReconnect);
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
    }

    [Fact]
    public async Task A_refresh_whose_answer_got_lost_is_not_sent_again_by_repeating_the_request()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.ResetAfterCommit, PathPattern = "/v1/oauth/token" });
        await Expect.ErrorAsync(ErrorIds.ConnectionFailed, () => process.Client.SendAsync(Me, default));
        Assert.Equal(1, notion.Fake.CountRequests("/v1/oauth/token"));
    }

    [Fact]
    public async Task A_connection_without_a_refresh_token_has_the_401_as_its_answer()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.DefaultIntegration.RefreshTokens = false);
        var process = new TestProcess(notion);
        await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        await Expect.ErrorAsync<NotionApiException>("Unauthorized", () => process.Client.SendAsync(Me, default));
        Assert.Single(notion.Fake.Requests);
    }

    [Fact]
    public async Task A_refresh_without_the_client_secret_is_MissingClient()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection stored = await notion.StoreAsync(process.Store);
        process.Store.Secrets.TryRemove(SecretName.OfApp(stored.Details.ClientId!), out _);
        notion.Fake.ExpireAccessTokens();
        NotionAuthException error =
            await Expect.ErrorAsync(ErrorIds.MissingClient, () => process.Client.SendAsync(Me, default));
        Assert.Contains("-ClientSecret", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_is_gone_is_ConnectionNotFound()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection stored = await notion.StoreAsync(process.Store);
        process.Store.Secrets.Clear();
        await Expect.ErrorAsync(ErrorIds.ConnectionNotFound, () => process.Client.SendAsync(Me, default));

        await notion.StoreAsync(process.Store);
        await process.Client.SendAsync(Me, default);
        await process.Store.RemoveAsync(stored.Details.BotId, default);
        notion.Fake.ExpireAccessTokens();
        await Expect.ErrorAsync(ErrorIds.ConnectionNotFound, () => process.Client.SendAsync(Me, default));
    }

    [Fact]
    public async Task Cancelling_a_request_does_not_lose_the_pair_of_a_refresh_under_way()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        var answer = new TaskCompletionSource();
        notion.Fake.Faults.Add(Fault.Hold(answer.Task, "/v1/oauth/token"));
        using var cancel = new CancellationTokenSource();
        Task<NotionReply> request = process.Client.SendAsync(Me, cancel.Token);
        await notion.Fake.WaitForRequestAsync(r => r.Path == "/v1/oauth/token").WaitAsync(TestNotion.Soon);
        await cancel.CancelAsync();
        answer.SetResult();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request.WaitAsync(TestNotion.Soon));
        StoredConnection stored = process.Store.Stored(old.Details.BotId)!;
        Assert.Equal(2, stored.Generation);
        Assert.Equal(
            TokenState.Live, notion.Fake.Tokens.Single(t => t.AccessToken == stored.AccessToken.Reveal()).AccessState);
    }

    [Fact]
    public async Task A_pair_that_the_vault_did_not_take_is_found_by_its_name_though_the_vault_cannot_be_asked()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        process.Store.FailOn("Write", 1);
        notion.Fake.ExpireAccessTokens();
        await process.Client.SendAsync(Me, default);
        process.Store.FailOn("List");
        foreach (string? vault in new[] { null, "Test" })
            Assert.Equal(
                old.Details.BotId, (await process.Finder.FindAsync("Acme", vault, null, default)).Session.Key.BotId);
        await Expect.ErrorAsync(ErrorIds.VaultLocked, () => process.Finder.FindAsync("Other", null, null, default));
        await Expect.ErrorAsync(
            ErrorIds.VaultNotFound, () => process.Finder.FindAsync("Acme", "Elsewhere", null, default));

        // Once it is written, the vault is asked again.
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        await Expect.ErrorAsync(ErrorIds.VaultLocked, () => process.Finder.FindAsync("Acme", null, null, default));
    }
}
