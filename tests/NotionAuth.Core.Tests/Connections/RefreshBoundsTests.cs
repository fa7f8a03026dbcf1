using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

/// <summary>
/// What a command allows its requests holds for those too that it makes by itself; and nothing waits long under a lock.
/// </summary>
public sealed class RefreshBoundsTests
{
    private const string TokenPath = "/v1/oauth/token";
    private static readonly NotionRequest Me = new() { Path = "users/me" };

    [Fact]
    public async Task A_refresh_that_Notion_puts_off_beyond_the_time_of_all_attempts_is_an_error_at_once()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        notion.Fake.Faults.Add(Fault.RateLimited(1800, TokenPath, times: null));
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.RateLimited,
            () => process.Client.SendAsync(Me with { TotalTimeout = TimeSpan.FromSeconds(60) }, default));
        Assert.Contains("the wait of 1800 s would have ended after the 60 s", error.Message, StringComparison.Ordinal);
        Assert.Contains("-TotalTimeoutSec", $"{error.Message} {error.RecommendedAction}", StringComparison.Ordinal);
        Assert.Equal(NotionErrorKind.Busy, error.Kind);
        Assert.Empty(notion.Waits);
        Assert.Equal(1, notion.Fake.CountRequests(TokenPath));
        Assert.False(process.Store.Stored(old.Details.BotId)!.Details.NeedsReconnect);
    }

    [Fact]
    public async Task A_refresh_is_repeated_as_often_as_the_request_may_be()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        notion.Fake.Faults.Add(Fault.RateLimited(1, TokenPath, times: null));
        await Expect.ErrorAsync(
            ErrorIds.RateLimited, () => process.Client.SendAsync(Me with { MaximumRetryCount = 0 }, default));
        Assert.Equal(1, notion.Fake.CountRequests(TokenPath));
        await Expect.ErrorAsync(
            ErrorIds.RateLimited, () => process.Client.SendAsync(Me with { MaximumRetryCount = 2 }, default));
        Assert.Equal(4, notion.Fake.CountRequests(TokenPath));
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)], notion.Waits);
    }

    [Theory]
    [InlineData(429, "rate_limited")]
    [InlineData(409, "conflict_error")]
    [InlineData(529, "service_overload")]
    public async Task A_refresh_that_Notion_puts_off_is_waited_for_without_a_lock_and_reported(int status, string code)
    {
        var free = new List<bool>();
        TestProcess? process = null;
        await using TestNotion notion = await TestNotion.StartAsync(delay: async (_, _) =>
        {
            Task<IDisposable> taking = process!.Store.LockAsync(process.Session.Key.BotId, default);
            free.Add(taking.IsCompleted);
            if (taking.IsCompleted) (await taking).Dispose();
        });
        process = new TestProcess(notion);
        await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.Status,
            Status = status,
            Code = code,
            PathPattern = TokenPath,
            Headers = new Dictionary<string, string> { ["Retry-After"] = "30" },
        });
        var waits = new List<RequestWait>();
        Assert.Equal(200, (await process.ClientWith(waits.Add).SendAsync(Me, default)).Status);
        Assert.Equal([true], free);
        Assert.Equal(TimeSpan.FromSeconds(30), Assert.Single(waits).Duration);
        Assert.Contains(notion.Log, e => e.Note?.Contains("retry 1 of 4 in 30.0 s", StringComparison.Ordinal) == true);
        Assert.Equal(1, notion.Fake.RefreshCount);
    }

    [Fact]
    public async Task A_code_s_exchange_ends_within_the_time_of_the_sign_in()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.RateLimited(1800, TokenPath, times: null));
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), Timeout = TestNotion.Soon };
        NotionAuthException error = await Expect.ErrorAsync(ErrorIds.RateLimited, () => run.ConnectAsync());
        Assert.Contains("the wait of 1800 s is longer than", error.Message, StringComparison.Ordinal);
        Assert.Contains("-TimeoutSec", error.Message, StringComparison.Ordinal);
        Assert.Empty(notion.Waits);
        Assert.Equal(400, (await run.Browser.Page).Status);
    }

    [Fact]
    public async Task The_look_at_the_registration_before_a_sign_in_waits_for_nothing_long()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.RateLimited(1800, "/v1/oauth/authorize"));
        await new SignInRun(notion) { Browser = ScriptedBrowser.Allowing() }.ConnectAsync();
        Assert.Empty(notion.Waits);
    }

    [Fact]
    public async Task A_test_of_a_token_waits_for_nothing_long_and_is_Unknown()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection connection = await notion.StoreAsync(process.Store);
        notion.Fake.Faults.Add(Fault.RateLimited(1800, times: null));
        foreach (TokenTestResult result in new[]
        {
            await new ConnectionTester(process.Session, process.Store, notion.Transport, null).TestAsync(default),
            await new TokenTester(notion.Transport, null)
            .TestAsync(connection.AccessToken, notion.BaseUri, Core.Api.NotionVersion.Default, default),
        })
        {
            Assert.Equal(TokenStatus.Unknown, result.Status);
            Assert.Contains("the wait of 1800 s is longer than", result.Reason, StringComparison.Ordinal);
        }

        Assert.Empty(notion.Waits);
    }

    [Fact]
    public async Task Connecting_with_a_token_waits_for_nothing_long()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.RateLimited(1800, times: null));
        var connector = new TokenConnector(new RecordingStore(), new ConnectionCache(), notion.Transport, null);
        var token = new Secret(notion.Fake.DefaultInternalIntegration.Token!);
        await Expect.ErrorAsync<NotionApiException>(
            ErrorIds.RateLimited,
            () => connector.ConnectAsync(token, new ConnectOptions { BaseUri = notion.BaseUri }, default));
        Assert.Empty(notion.Waits);
    }

    [Fact]
    public async Task A_revocation_waits_for_nothing_long_and_keeps_the_connection()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection connection = await notion.StoreAsync(process.Store);
        notion.Fake.Faults.Add(Fault.RateLimited(20, "/v1/oauth/revoke", times: null));
        OAuthException error = await Expect.ErrorAsync<OAuthException>(
            ErrorIds.RateLimited,
            () => new ConnectionRevoker(process.Session, process.Store, process.Cache, notion.Transport, null)
            .RevokeAsync(false, default));
        Assert.Equal(NotionErrorKind.Busy, error.Kind);
        Assert.Contains("the wait of 20 s is longer than", error.Message, StringComparison.Ordinal);
        Assert.Empty(notion.Waits);
        Assert.NotNull(process.Store.Stored(connection.Details.BotId));
    }
}
