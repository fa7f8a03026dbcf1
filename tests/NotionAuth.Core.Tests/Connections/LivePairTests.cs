using System;
using System.Linq;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

/// <summary>Whose pair counts where several processes hold one, and what is never taken for a pair of the connection's.</summary>
public sealed class LivePairTests
{
    private static readonly NotionRequest Me = new() { Path = "users/me" };

    [Fact]
    public async Task A_refresh_that_names_another_bot_is_refused_and_what_was_stored_stays()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens(Guid.Parse(old.Facts.BotId));
        string other = notion.Fake.DefaultInternalIntegration.Token!;
        AnswerRefresh(notion, other, Guid.NewGuid().ToString());
        NotionAuthException error = await Expect.ErrorAsync(ErrorIds.InvalidReply, () => process.Client.SendAsync(Me, default));
        Assert.Contains("another bot", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(other, $"{error} {error.RecommendedAction}", StringComparison.Ordinal);
        StoredConnection stored = process.Store.Stored(old.Facts.BotId)!;
        Assert.True(stored.AccessToken.Matches(old.AccessToken));
        Assert.Equal(("Acme", false, old.Generation), (stored.Facts.WorkspaceName, stored.Facts.NeedsReconnect, stored.Generation));
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
        notion.Fake.ExpireAccessTokens(Guid.Parse(old.Facts.BotId));
        AnswerRefresh(notion, notion.Fake.DefaultInternalIntegration.Token!, Guid.Parse(old.Facts.BotId).ToString("N").ToUpperInvariant());
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        Assert.Equal(old.Facts.BotId, process.Store.Stored(old.Facts.BotId)!.Facts.BotId);
    }

    private static void AnswerRefresh(TestNotion notion, string accessToken, string botId) => notion.Fake.Faults.Add(new Fault
    {
        Kind = FaultKind.RawBody,
        Status = 200,
        PathPattern = "/v1/oauth/token",
        Body = $$"""{"access_token":"{{accessToken}}","refresh_token":"nrt_0123456789","token_type":"bearer","bot_id":"{{botId}}","workspace_name":"Wrong"}""",
    });
}
