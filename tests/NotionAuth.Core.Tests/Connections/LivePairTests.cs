using System;
using System.Linq;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.OAuth;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

/// <summary>
/// Whose pair counts where several processes hold one, and what is never taken for a pair of the connection's.
/// </summary>
public sealed class LivePairTests
{
    private static readonly NotionRequest Me = new() { Path = "users/me" };

    [Fact]
    public async Task A_refresh_that_names_another_bot_is_refused_and_what_was_stored_stays()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens(Guid.Parse(old.Details.BotId));
        string other = notion.Fake.DefaultInternalIntegration.Token!;
        AnswerRefresh(notion, other, Guid.NewGuid().ToString());
        NotionAuthException error =
            await Expect.ErrorAsync(ErrorIds.InvalidReply, () => process.Client.SendAsync(Me, default));
        Assert.Contains("another bot", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(other, $"{error} {error.RecommendedAction}", StringComparison.Ordinal);
        StoredConnection stored = process.Store.Stored(old.Details.BotId)!;
        Assert.True(stored.AccessToken.Matches(old.AccessToken));
        Assert.Equal(
            ("Acme", false, old.Generation),
            (stored.Details.WorkspaceName, stored.Details.NeedsReconnect, stored.Generation));
        Assert.DoesNotContain(notion.Fake.Requests, r => r.Header("Authorization") == "Bearer " + other);

        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        Assert.Empty(process.Warnings);
    }

    [Fact]
    public async Task A_refresh_that_writes_the_bot_s_id_in_another_way_is_the_connection_s()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens(Guid.Parse(old.Details.BotId));
        AnswerRefresh(
            notion, notion.Fake.DefaultInternalIntegration.Token!,
            Guid.Parse(old.Details.BotId).ToString("N").ToUpperInvariant());
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        Assert.Equal(old.Details.BotId, process.Store.Stored(old.Details.BotId)!.Details.BotId);
    }

    [Fact]
    public async Task A_pair_that_another_process_has_renewed_and_that_has_expired_since_is_renewed_again()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var job = new TestProcess(notion);
        var idle = new TestProcess(notion, job.Store);
        await notion.StoreAsync(job.Store);
        await idle.Client.SendAsync(Me, default);
        notion.Fake.ExpireAccessTokens();
        await job.Client.SendAsync(Me, default);
        notion.Fake.ExpireAccessTokens();
        notion.Fake.ClearRequests();

        Assert.Equal(200, (await idle.Client.SendAsync(Me, default)).Status);
        Assert.Equal([401, 401, 200], notion.RequestsTo("/v1/users/me").Select(r => r.Status));
        Assert.Equal([true, true], notion.Fake.RefreshRequests.Select(r => r.Granted));
    }

    [Fact]
    public async Task A_token_that_was_issued_for_the_call_and_is_rejected_has_the_401_as_its_answer()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        await notion.StoreAsync(process.Store);
        notion.Fake.Faults.Add(Fault.Of(401, "unauthorized", "/v1/users/me", times: null));
        await Expect.ErrorAsync<NotionApiException>("Unauthorized", () => process.Client.SendAsync(Me, default));
        Assert.Single(notion.Fake.RefreshRequests);
        Assert.Equal(2, notion.Fake.CountRequests("/v1/users/me"));
    }

    [Fact]
    public async Task A_mark_in_the_vault_does_not_beat_the_pair_that_the_vault_did_not_take()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.ReuseRevokesFamily = false);
        var holder = new TestProcess(notion);
        var other = new TestProcess(notion, holder.Store);
        StoredConnection old = await notion.StoreAsync(holder.Store);
        await other.Client.SendAsync(Me, default);
        notion.Fake.ExpireAccessTokens();
        holder.Store.FailOn("Write", 1);
        await holder.Client.SendAsync(Me, default);
        await Expect.ErrorAsync(ErrorIds.NeedsReconnect, () => other.Client.SendAsync(Me, default));
        Assert.True(holder.Store.Stored(old.Details.BotId)!.Details.NeedsReconnect);
        long marked = holder.Store.Stored(old.Details.BotId)!.Generation;

        Assert.Equal(200, (await holder.Client.SendAsync(Me, default)).Status);
        StoredConnection stored = holder.Store.Stored(old.Details.BotId)!;
        Assert.Equal(
            TokenState.Live, notion.Fake.Tokens.Single(t => t.AccessToken == stored.AccessToken.Reveal()).AccessState);
        Assert.False(stored.Details.NeedsReconnect);
        Assert.True(stored.Generation > marked);
        Assert.Equal(200, (await other.Client.SendAsync(Me, default)).Status);
        Assert.Equal(1, notion.Fake.RefreshCount);
    }

    [Fact]
    public async Task A_mark_over_an_older_pair_does_not_beat_the_newer_one_that_a_process_still_holds()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        await process.Client.SendAsync(Me, default);
        await process.Store.WriteAsync(old.Marked(), default);
        notion.Fake.ExpireAccessTokens();

        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        Assert.False(process.Store.Stored(old.Details.BotId)!.Details.NeedsReconnect);
        Assert.Equal([true, true], notion.Fake.RefreshRequests.Select(r => r.Granted));
    }

    [Fact]
    public async Task A_mark_over_a_newer_pair_stands_and_the_older_one_is_not_spent_again()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        await process.Client.SendAsync(Me, default);
        StoredConnection newer =
            old.Refreshed(await notion.OAuth().RefreshAsync(old.RefreshToken!, default), DateTime.UtcNow);
        await process.Store.WriteAsync(newer.Marked(), default);
        notion.Fake.ExpireAccessTokens();
        await Expect.ErrorAsync(ErrorIds.NeedsReconnect, () => process.Client.SendAsync(Me, default));
        Assert.Single(notion.Fake.RefreshRequests);
        Assert.True(process.Store.Stored(old.Details.BotId)!.AccessToken.Matches(newer.AccessToken));
    }

    [Fact]
    public async Task A_mark_over_an_older_pair_does_not_keep_the_newer_one_from_being_tested_and_revoked()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        await process.Client.SendAsync(Me, default);
        await process.Store.WriteAsync(old.Marked(), default);

        TokenTestResult test = await new ConnectionTester(process.Session, process.Store, notion.Transport, null)
            .TestAsync(default);
        Assert.Equal(TokenStatus.Active, test.Status);
        await new ConnectionRevoker(process.Session, process.Store, process.Cache, notion.Transport, null)
            .RevokeAsync(false, default);
        Assert.DoesNotContain(
            notion.Fake.Tokens,
            t => t.ClientId == old.Details.ClientId
            && (t.AccessState == TokenState.Live || t.RefreshState == TokenState.Live));
    }

    private static void AnswerRefresh(TestNotion notion, string accessToken, string botId) =>
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.RawBody,
            Status = 200,
            PathPattern = "/v1/oauth/token",
            Body = $$"""{"access_token":"{{accessToken}}","refresh_token":"nrt_0123456789",""" +
                $$""" "token_type":"bearer","bot_id":"{{botId}}","workspace_name":"Wrong"}""",
        });
}
