using System;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.OAuth;
using Xunit;

namespace NotionAuth.Core.Tests.OAuth;

public sealed partial class OAuthClientTests
{
    [Theory]
    [InlineData(FaultKind.Reset)]
    [InlineData(FaultKind.ResetAfterCommit)]
    [InlineData(FaultKind.TruncateBody)]
    public async Task An_exchange_or_refresh_whose_answer_got_lost_is_never_repeated(FaultKind kind)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        Secret code = await notion.AuthorizeAsync(RedirectUri);
        TokenInfo tokens = notion.Fake.Authorize(notion.Fake.AddPublicIntegration());
        notion.Fake.Faults.Add(new Fault { Kind = kind, PathPattern = TokenPath, Times = null });

        await Expect.ErrorAsync(
            ErrorIds.ConnectionFailed,
            () => notion.OAuth().ExchangeAsync(code, RedirectUri.OriginalString, CancellationToken.None));
        Assert.Single(notion.RequestsTo(TokenPath));
        await Expect.ErrorAsync(
            ErrorIds.ConnectionFailed,
            () => notion.OAuth().RefreshAsync(new Secret(tokens.RefreshToken!), CancellationToken.None));
        Assert.Equal(2, notion.RequestsTo(TokenPath).Count);
        Assert.Empty(notion.Waits);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task An_exchange_that_Notion_failed_at_is_not_repeated(int status)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.Of(status, "internal_server_error", TokenPath, times: null));
        await Expect.ErrorAsync(
            "InternalServerError",
            () => notion.OAuth()
            .ExchangeAsync(new Secret("a-code-0123456789"), RedirectUri.OriginalString, CancellationToken.None));
        Assert.Single(notion.RequestsTo(TokenPath));
    }

    [Fact]
    public async Task An_introspection_and_a_revocation_are_repeated_after_a_broken_connection()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        TokenInfo tokens = notion.Fake.Authorize();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.ResetAfterCommit, PathPattern = "/v1/oauth/introspect" });
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.ResetAfterCommit, PathPattern = "/v1/oauth/revoke" });
        Assert.True(
            (await notion.OAuth().IntrospectAsync(new Secret(tokens.AccessToken), CancellationToken.None)).IsActive);
        await notion.OAuth().RevokeAsync(new Secret(tokens.AccessToken), CancellationToken.None);
        Assert.Equal(2, notion.RequestsTo("/v1/oauth/revoke").Count);
    }

    [Fact]
    public async Task A_429_of_the_token_endpoint_is_waited_out_as_Retry_After_says()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        Secret code = await notion.AuthorizeAsync(RedirectUri);
        notion.Fake.Faults.Add(Fault.RateLimited(7, TokenPath));
        TokenReply reply = await notion.OAuth().ExchangeAsync(code, RedirectUri.OriginalString, CancellationToken.None);
        Assert.NotNull(reply.RefreshToken);
        Assert.Equal([TimeSpan.FromSeconds(7)], notion.Waits);
    }

    [Fact]
    public async Task A_block_by_the_edge_proxy_has_the_ray_id()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.Edge(403, TokenPath));
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "Http403", () => notion.OAuth().RefreshAsync(new Secret("nrt_0123456789"), CancellationToken.None));
        Assert.Equal("8f2a6c1d4e3b5a70-FRA", error.RayId);
        Assert.Contains(error.RayId!, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_of_the_token_endpoint_is_not_followed()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await using TestNotion other = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.Redirect,
            Status = 307,
            Location = other.BaseUri +
            "v1/oauth/token",
            PathPattern = TokenPath
        });
        await Expect.ErrorAsync(ErrorIds.UnexpectedRedirect, () => notion.OAuth().RefreshAsync(new Secret(
            "nrt_0123456789"), CancellationToken.None));
        Assert.Empty(other.Fake.Requests);
    }

    [Fact]
    public async Task A_refresh_is_seen_through_once_it_is_on_the_wire()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        TokenInfo tokens = notion.Fake.Authorize();
        var answer = new TaskCompletionSource();
        notion.Fake.Faults.Add(Fault.Hold(answer.Task, TokenPath));
        using var cancel = new CancellationTokenSource();

        Task<TokenReply> refresh = notion.OAuth().RefreshAsync(new Secret(tokens.RefreshToken!), cancel.Token);
        await notion.Fake.WaitForRequestAsync(r => r.Path == TokenPath).WaitAsync(TestNotion.Soon);
        await cancel.CancelAsync();
        answer.SetResult();
        TokenReply reply = await refresh.WaitAsync(TestNotion.Soon);
        Assert.Contains(notion.Fake.Tokens, t => t.AccessToken == reply.AccessToken.Reveal());
    }

    [Fact]
    public async Task A_refresh_that_was_cancelled_before_it_is_sent_is_not_sent()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => notion.OAuth().RefreshAsync(new Secret(
            "nrt_0123456789"), new CancellationToken(true)));
        Assert.Empty(notion.Fake.Requests);
    }
}
