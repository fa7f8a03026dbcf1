using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.Hosting;
using NotionAuth.FakeNotion.OAuth;
using Xunit;

namespace NotionAuth.Core.Tests.OAuth;

public sealed partial class OAuthClientTests
{
    private const string TokenPath = "/v1/oauth/token";
    private static readonly Uri RedirectUri = AppResolver.DefaultRedirectUri;

    public static TheoryData<string, string> UnusableTokenReplies => new()
    {
        { "no access_token", """{"bot_id":"b","token_type":"bearer"}""" },
        { "an empty access_token", """{"access_token":"","bot_id":"b"}""" },
        { "an access_token that is a number", """{"access_token":7,"bot_id":"b"}""" },
        { "an access_token with a line break", """{"access_token":"a\r\nX: y","bot_id":"b"}""" },
        { "no bot_id", """{"access_token":"ntn_abcdef"}""" },
        { "a bot_id that is a path", """{"access_token":"ntn_abcdef","bot_id":"../x"}""" },
        { "a bot_id that is null", """{"access_token":"ntn_abcdef","bot_id":null}""" },
        { "a lone surrogate as bot_id", """{"access_token":"ntn_abcdef","bot_id":"\ud800"}""" },
        { "an array", """[{"access_token":"ntn_abcdef","bot_id":"b"}]""" },
        { "HTML", "<!DOCTYPE html><title>Sign in to the hotel's network</title>" },
        { "nothing", "" },
        { "half a document", """{"access_token":"ntn_abcdef","bot""" },
    };

    [Fact]
    public async Task A_code_is_exchanged_with_a_JSON_body_Basic_and_the_version()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        Secret code = await notion.AuthorizeAsync(RedirectUri);
        TokenReply reply = await notion.OAuth().ExchangeAsync(code, RedirectUri.OriginalString, CancellationToken.None);

        TokenInfo issued = Assert.Single(notion.Fake.Tokens, t => t.ClientId == notion.Credentials.ClientId);
        Assert.Equal(issued.AccessToken, reply.AccessToken.Reveal());
        Assert.Equal(issued.RefreshToken, reply.RefreshToken!.Reveal());
        Assert.Equal(issued.BotId.ToString(), reply.BotId);
        Assert.Equal("Acme", reply.Reply.GetProperty("workspace_name").GetString());

        RecordedRequest request = Assert.Single(notion.RequestsTo(TokenPath));
        AssertAuthenticated(notion, request);
        JsonElement body = TestNotion.Json(request.Body!);
        Assert.Equal(["grant_type", "code", "redirect_uri"], body.EnumerateObject().Select(p => p.Name));
        Assert.Equal("authorization_code", body.GetProperty("grant_type").GetString());
        Assert.Equal(RedirectUri.OriginalString, body.GetProperty("redirect_uri").GetString());
    }

    [Fact]
    public async Task A_refresh_token_is_spent_for_a_new_pair()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        TokenInfo old = notion.Fake.Authorize();
        TokenReply reply = await notion.OAuth().RefreshAsync(new Secret(old.RefreshToken!), CancellationToken.None);

        Assert.NotEqual(old.AccessToken, reply.AccessToken.Reveal());
        Assert.NotEqual(old.RefreshToken, reply.RefreshToken!.Reveal());
        Assert.Equal(TokenState.Spent, notion.Fake.Tokens.Single(t => t.AccessToken == old.AccessToken).RefreshState);
        RecordedRequest request = Assert.Single(notion.RequestsTo(TokenPath));
        AssertAuthenticated(notion, request);
        Assert.Equal(
            ["grant_type", "refresh_token"], TestNotion.Json(request.Body!).EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public async Task A_token_is_introspected_while_it_lives_and_when_it_is_dead()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        TokenInfo tokens = notion.Fake.Authorize();
        IntrospectionReply alive = await notion.OAuth()
            .IntrospectAsync(new Secret(tokens.AccessToken), CancellationToken.None);
        Assert.True(alive.IsActive);
        Assert.Equal(tokens.IssuedAt.ToUnixTimeSeconds(), alive.IssuedAt!.Value.ToUnixTimeSeconds());
        Assert.Contains("read_content", alive.Scope, StringComparison.Ordinal);
        Assert.NotNull(alive.RequestId);

        notion.Fake.ExpireAccessTokens();
        IntrospectionReply dead = await notion.OAuth()
            .IntrospectAsync(new Secret(tokens.AccessToken), CancellationToken.None);
        Assert.False(dead.IsActive);
        Assert.All(notion.RequestsTo("/v1/oauth/introspect"), r => AssertAuthenticated(notion, r));
    }

    [Fact]
    public async Task A_token_is_revoked_and_an_unknown_one_is_no_error()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        TokenInfo tokens = notion.Fake.Authorize();
        await notion.OAuth().RevokeAsync(new Secret(tokens.AccessToken), CancellationToken.None);
        await notion.OAuth().RevokeAsync(new Secret("ntn_never_issued_by_anybody"), CancellationToken.None);

        Assert.Equal(
            TokenState.Revoked, notion.Fake.Tokens.Single(t => t.AccessToken == tokens.AccessToken).AccessState);
        Assert.All(notion.RequestsTo("/v1/oauth/revoke"), r => AssertAuthenticated(notion, r));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_wrong_client_secret_is_InvalidClient_in_both_error_shapes(bool documented)
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.DocumentedOAuthErrors = documented);
        OAuthClient client = notion.OAuth(new ClientCredentials(notion.Credentials.ClientId, new Secret(
            "secret_of_somebody_else")));
        TokenInfo tokens = notion.Fake.Authorize();
        foreach (Func<Task> call in new Func<Task>[]
        {
            () => client.ExchangeAsync(new Secret("a-code"), RedirectUri.OriginalString, CancellationToken.None),
            () => client.RefreshAsync(new Secret(tokens.RefreshToken!), CancellationToken.None),
            () => client.IntrospectAsync(new Secret(tokens.AccessToken), CancellationToken.None),
            () => client.RevokeAsync(new Secret(tokens.AccessToken), CancellationToken.None),
        })
        {
            OAuthException error = await Expect.ErrorAsync<OAuthException>("InvalidClient", call);
            Assert.Equal("invalid_client", error.Error);
            Assert.Equal(401, error.Status);
            Assert.NotNull(error.RequestId);
            Assert.Equal(NotionErrorKind.AuthenticationFailed, error.Kind);
            Assert.Contains("-ClientSecret", error.RecommendedAction, StringComparison.Ordinal);
        }

        Assert.Equal(TokenState.Live, notion.Fake.Tokens.Single(t => t.AccessToken == tokens.AccessToken).RefreshState);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_code_or_refresh_token_that_was_used_is_InvalidGrant_in_both_error_shapes(bool documented)
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.DocumentedOAuthErrors = documented);
        Secret code = await notion.AuthorizeAsync(RedirectUri);
        TokenReply reply = await notion.OAuth().ExchangeAsync(code, RedirectUri.OriginalString, CancellationToken.None);
        OAuthException error = await Expect.ErrorAsync<OAuthException>(
            "InvalidGrant",
            () => notion.OAuth().ExchangeAsync(code, RedirectUri.OriginalString, CancellationToken.None));
        Assert.Equal("invalid_grant", error.Error);
        Assert.Equal(400, error.Status);

        _ = await notion.OAuth().RefreshAsync(reply.RefreshToken!, CancellationToken.None);
        await Expect.ErrorAsync<OAuthException>(
            "InvalidGrant", () => notion.OAuth().RefreshAsync(reply.RefreshToken!, CancellationToken.None));
    }

    [Theory]
    [InlineData("invalid_request", 400, "InvalidRequest", NotionErrorKind.InvalidArgument)]
    [InlineData("unauthorized_client", 400, "UnauthorizedClient", NotionErrorKind.AuthenticationFailed)]
    [InlineData("unsupported_grant_type", 400, "UnsupportedGrantType", NotionErrorKind.InvalidArgument)]
    [InlineData("invalid_scope", 400, "InvalidScope", NotionErrorKind.InvalidArgument)]
    [InlineData("test_env_error", 403, "TestEnvError", NotionErrorKind.InvalidArgument)]
    [InlineData("internal_server_error", 500, "InternalServerError", NotionErrorKind.ServiceFailed)]
    public async Task Every_OAuth_error_has_its_id_in_both_shapes(
        string code, int status, string errorId, NotionErrorKind kind)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        foreach (string body in new[]
        {
            $$"""{"error":"{{code}}","error_description":"said so","request_id":"r-1"}""",
            $$"""{"error":"{{code}}"}""",
            $$"""{"object":"error","status":{{status}},"code":"{{code}}","message":"said so","request_id":"r-1"}""",
        })
        {
            notion.Fake.Faults.Add(
                new Fault { Kind = FaultKind.RawBody, Status = status, Body = body, PathPattern = TokenPath });
            OAuthException error = await Expect.ErrorAsync<OAuthException>(
                errorId,
                () => notion.OAuth()
                .ExchangeAsync(new Secret("a-code-0123456789"), RedirectUri.OriginalString, CancellationToken.None));
            Assert.Equal(kind, error.Kind);
            Assert.Equal(status, error.Status);
            if (body.Contains("said so", StringComparison.Ordinal))
                Assert.Contains("said so", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_older_integration_gives_no_refresh_token_and_that_is_fine()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.DefaultIntegration.RefreshTokens = false);
        TokenReply reply = await notion.OAuth()
            .ExchangeAsync(
                await notion.AuthorizeAsync(RedirectUri), RedirectUri.OriginalString, CancellationToken.None);
        Assert.Null(reply.RefreshToken);
    }

    [Theory]
    [InlineData(OwnerShape.UserFull)]
    [InlineData(OwnerShape.UserPartial)]
    [InlineData(OwnerShape.UserWithEmptyPerson)]
    [InlineData(OwnerShape.Workspace)]
    public async Task Every_shape_of_owner_and_unknown_fields_are_kept(OwnerShape shape)
    {
        await using TestNotion notion = await TestNotion.StartAsync(f =>
        {
            f.Behavior.OwnerShape = shape;
            f.Behavior.ExtraTokenFields = """{"region":"eu-central-1","nested":{"a":[1,null,"x"]}}""";
        });
        TokenReply reply = await notion.OAuth()
            .ExchangeAsync(
                await notion.AuthorizeAsync(RedirectUri), RedirectUri.OriginalString, CancellationToken.None);
        Assert.Equal("eu-central-1", reply.Reply.GetProperty("region").GetString());
        Assert.Equal("""{"a":[1,null,"x"]}""", reply.Reply.GetProperty("nested").GetRawText());
        Assert.Equal(JsonValueKind.Object, reply.Reply.GetProperty("owner").ValueKind);
    }

    [Theory]
    [InlineData("workspace_name", "\"half of an emoji: \\ud83e\"")]
    [InlineData("owner", "{\"user\":{\"name\":\"\\udc00\"}}")]
    [InlineData("refresh_token", "\"\\ud800\"")]
    public async Task Broken_characters_in_a_reply_do_not_cost_the_pair(string member, string json)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.RawBody,
            Status = 200,
            PathPattern = TokenPath,
            Body = $$"""{"access_token":"ntn_abcdef","bot_id":"b","{{member}}":{{json}},"x":1}""",
        });
        TokenReply reply = await notion.OAuth().RefreshAsync(new Secret("nrt_0123456789"), CancellationToken.None);
        Assert.Equal("ntn_abcdef", reply.AccessToken.Reveal());
        Assert.Equal(1, reply.Reply.GetProperty("x").GetInt32());
        StoredConnection stored = notion.ConnectionOf(notion.Fake.Authorize()).Refreshed(reply, DateTime.UtcNow);
        Assert.Equal("ntn_abcdef", ConnectionJson.ReadConnection(ConnectionJson.Write(stored), stored.Details.BotId,
            "Test").AccessToken.Reveal());
    }

    [Theory]
    [MemberData(nameof(UnusableTokenReplies))]
    public async Task A_token_reply_that_cannot_be_used_is_InvalidReply(string what, string body)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(
            new Fault { Kind = FaultKind.RawBody, Status = 200, Body = body, PathPattern = TokenPath, Times = null });
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.InvalidReply,
            () => notion.OAuth().RefreshAsync(new Secret("nrt_0123456789"), CancellationToken.None));
        Assert.DoesNotContain("ntn_abcdef", error.ToString(), StringComparison.Ordinal);
        Assert.True(notion.RequestsTo(TokenPath).Count == 1, $"A reply with {what} was asked for again.");
    }

    [Theory]
    [InlineData("""{"active":"true"}""")]
    [InlineData("{}")]
    [InlineData("[true]")]
    [InlineData("true")]
    public async Task An_introspect_reply_without_a_boolean_is_InvalidReply(string body)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.RawBody,
            Status = 200,
            Body = body,
            PathPattern =
            "/v1/oauth/introspect"
        });
        await Expect.ErrorAsync(
            ErrorIds.InvalidReply,
            () => notion.OAuth().IntrospectAsync(new Secret("ntn_0123456789"), CancellationToken.None));
    }

    [Fact]
    public async Task An_introspect_reply_with_impossible_extras_still_tells_whether_the_token_is_active()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.RawBody,
            Status = 200,
            PathPattern = "/v1/oauth/introspect",
            Body = """{"active":true,"iat":99999999999999999,"scope":["x"],"request_id":"<b>"}""",
        });
        Assert.Equal(new IntrospectionReply(true, null, null, null), await notion.OAuth().IntrospectAsync(new Secret(
            "ntn_0123456789"), CancellationToken.None));
    }

    [Fact]
    public async Task An_exchange_ends_at_once_when_it_is_cancelled()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var never = new TaskCompletionSource();
        notion.Fake.Faults.Add(Fault.Hold(never.Task, TokenPath));
        using var cancel = new CancellationTokenSource();

        Task<TokenReply> exchange = notion.OAuth()
            .ExchangeAsync(new Secret("a-code-0123456789"), RedirectUri.OriginalString, cancel.Token);
        await notion.Fake.WaitForRequestAsync(r => r.Path == TokenPath).WaitAsync(TestNotion.Soon);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exchange.WaitAsync(TestNotion.Soon));
    }

    [Fact]
    public async Task A_reply_that_repeats_the_secrets_of_the_request_is_redacted()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var token = new Secret("unusual+token/of=no known pattern".Replace(' ', '-'));
        string secret = notion.Credentials.ClientSecret.Reveal();
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.RawBody,
            Status = 400,
            PathPattern = TokenPath,
            Body = JsonSerializer.Serialize(new Dictionary<string, string>
            {
                ["error"] = "invalid_grant",
                ["error_description"] = $"refresh {token.Reveal()} of {secret} " +
                    $"({Convert.ToBase64String(Encoding.UTF8.GetBytes($"{notion.Credentials.ClientId}:{secret}"))}) " +
                    $"{Uri.EscapeDataString(token.Reveal())}",
            }),
        });
        OAuthException error = await Expect.ErrorAsync<OAuthException>(
            "InvalidGrant", () => notion.OAuth().RefreshAsync(token, CancellationToken.None));
        Assert.Contains("[redacted] of [redacted] ([redacted]) [redacted]", error.Message, StringComparison.Ordinal);
    }

    private static void AssertAuthenticated(TestNotion notion, RecordedRequest request)
    {
        string pair = Convert.ToBase64String(Encoding.UTF8.GetBytes(
            $"{notion.Credentials.ClientId}:{notion.Credentials.ClientSecret.Reveal()}"));
        Assert.Equal("POST", request.Method);
        Assert.Equal("Basic " + pair, request.Header("Authorization"));
        Assert.Equal(Core.Api.NotionVersion.Default, request.Header("Notion-Version"));
        Assert.StartsWith("application/json", request.Header("Content-Type"), StringComparison.Ordinal);
        Assert.StartsWith("NotionAuth/", request.Header("User-Agent"), StringComparison.Ordinal);
        Assert.DoesNotContain("client_", request.Body, StringComparison.Ordinal);
    }
}
