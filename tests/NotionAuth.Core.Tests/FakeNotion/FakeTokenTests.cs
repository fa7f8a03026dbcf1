using System;
using System.Linq;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NotionAuth.FakeNotion.Hosting;
using NotionAuth.FakeNotion.OAuth;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

public sealed class FakeTokenTests
{
    [Fact]
    public async Task The_reply_has_the_documented_fields_and_no_others()
    {
        await using var fake = await FakeClient.StartAsync();
        var reply = await fake.SignInAsync();
        string[] fields =
        [
            "access_token", "bot_id", "duplicated_template_id", "owner", "refresh_token", "request_id", "token_type",
            "workspace_icon",
            "workspace_id", "workspace_name",
        ];
        Assert.Equal(fields, reply.Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.Equal("bearer", (string?)reply["token_type"]);
        Assert.Equal("🏢", (string?)reply["workspace_icon"]);
    }

    [Fact]
    public async Task A_code_works_once()
    {
        await using var fake = await FakeClient.StartAsync();
        var code = await fake.CodeAsync();
        _ = (await fake.RedeemAsync(code)).Ok();
        AssertGrantRefused(await fake.RedeemAsync(code));
    }

    [Fact]
    public async Task A_code_is_bound_to_its_client_and_its_redirect_uri()
    {
        await using var fake = await FakeClient.StartAsync();
        var other = fake.State.AddPublicIntegration(redirectUris: [FakeClient.RedirectUri]);
        AssertGrantRefused(await fake.RedeemAsync(await fake.CodeAsync(), client: other));
        AssertGrantRefused(await fake.RedeemAsync(await fake.CodeAsync(), FakeClient.RedirectUri + "/"));
        var withoutUri = new JsonObject { ["grant_type"] = "authorization_code", ["code"] = await fake.CodeAsync() };
        AssertGrantRefused(await fake.OAuthAsync("token", withoutUri));
    }

    [Fact]
    public async Task A_code_expires_after_ten_minutes()
    {
        var time = new ManualTime();
        await using var fake = await FakeClient.StartAsync(FakeClient.At(time));
        var (first, second) = (await fake.CodeAsync(), await fake.CodeAsync());
        time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        _ = (await fake.RedeemAsync(first)).Ok();
        time.Advance(TimeSpan.FromSeconds(1));
        AssertGrantRefused(await fake.RedeemAsync(second));
    }

    [Fact]
    public async Task Client_credentials_go_into_the_header_and_must_be_right()
    {
        await using var fake = await FakeClient.StartAsync();
        var client = fake.State.DefaultIntegration;
        AuthenticationHeaderValue?[] wrong =
        [
            null,
            new("Bearer", client.ClientSecret),
            new("Basic", "%%%"),
            new("Basic", "bm9jb2xvbg=="),
            FakeClient.Basic(client.ClientId, "wrong"),
            FakeClient.Basic("wrong", client.ClientSecret),
            FakeClient.Basic(client.ClientId, ""),
        ];
        foreach (var endpoint in new[] { "token", "introspect", "revoke" })
        {
            foreach (var authorization in wrong)
                AssertClientRefused(
                    await fake.SendAsync(
                        "POST", "v1/oauth/" + endpoint, """{"token":"x"}""", authorization: authorization));
            var body =
                $$"""{"token":"x","client_id":"{{client.ClientId}}","client_secret":"{{client.ClientSecret}}"}""";
            AssertClientRefused(await fake.SendAsync("POST", "v1/oauth/" + endpoint, body));
            AssertClientRefused(
                await fake.SendAsync("POST", "v1/oauth/" + endpoint, body, authorization: FakeClient.Basic(client)));
        }
    }

    [Theory]
    [InlineData("grant_type=refresh_token&refresh_token=x", "application/x-www-form-urlencoded", "invalid_request")]
    [InlineData("{", "application/json", "invalid_request")]
    [InlineData("[]", "application/json", "invalid_request")]
    [InlineData("{}", "application/json", "invalid_request")]
    [InlineData("""{"grant_type":"authorization_code"}""", "application/json", "invalid_request")]
    [InlineData("""{"grant_type":"refresh_token"}""", "application/json", "invalid_request")]
    [InlineData("""{"grant_type":"refresh_token","refresh_token":7}""", "application/json", "invalid_request")]
    [InlineData("""{"grant_type":"password"}""", "application/json", "unsupported_grant_type")]
    [InlineData(
        """{"grant_type":"refresh_token","refresh_token":"nrt_unknown"}""", "application/json", "invalid_grant")]
    public async Task What_the_token_endpoint_refuses(string body, string contentType, string error)
    {
        await using var fake = await FakeClient.StartAsync();
        var answer = await fake.SendAsync(
            "POST", "v1/oauth/token", body, contentType: contentType,
            authorization: FakeClient.Basic(fake.State.DefaultIntegration));
        Assert.Equal((400, error), (answer.Status, answer.Error));
        Assert.Equal(answer.RequestId, (string?)answer.Json["request_id"]);
    }

    [Fact]
    public async Task The_version_is_looked_at_after_the_credentials()
    {
        await using var fake = await FakeClient.StartAsync();
        var authorization = FakeClient.Basic(fake.State.DefaultIntegration);
        AssertClientRefused(await fake.SendAsync("POST", "v1/oauth/token", "{}", version: null));
        foreach (var version in new[] { null, "2024-01-01" })
        {
            var answer =
                await fake.SendAsync("POST", "v1/oauth/token", "{}", version: version, authorization: authorization);
            Assert.Equal((400, "missing_version"), (answer.Status, answer.Code));
        }

        fake.State.Behavior.OAuthNeedsVersion = false;
        var lenient = await fake.SendAsync("POST", "v1/oauth/token", "{}", version: null, authorization: authorization);
        Assert.Equal("invalid_request", lenient.Error);
    }

    [Fact]
    public async Task A_refresh_rotates_both_tokens_and_ends_the_old_access_token()
    {
        await using var fake = await FakeClient.StartAsync();
        var first = await fake.SignInAsync();
        var second = (await fake.RefreshAsync((string)first["refresh_token"]!)).Ok();
        Assert.NotEqual((string?)first["access_token"], (string?)second["access_token"]);
        Assert.NotEqual((string?)first["refresh_token"], (string?)second["refresh_token"]);
        Assert.Equal((string?)first["bot_id"], (string?)second["bot_id"]);
        Assert.False(await fake.WorksAsync((string)first["access_token"]!));
        Assert.True(await fake.WorksAsync((string)second["access_token"]!));
        Assert.Equal(1, fake.State.RefreshCount);
        var states = fake.State.Tokens.Where(t => t.RefreshToken is not null)
            .Select(t => (t.AccessState, t.RefreshState));
        Assert.Equal([(TokenState.Spent, TokenState.Spent), (TokenState.Live, TokenState.Live)], states);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_spent_refresh_token_is_refused_and_may_take_its_family_along(bool revokesFamily)
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.ReuseRevokesFamily = revokesFamily;
        var first = await fake.SignInAsync();
        var second = (await fake.RefreshAsync((string)first["refresh_token"]!)).Ok();
        AssertGrantRefused(await fake.RefreshAsync((string)first["refresh_token"]!));
        Assert.Equal(!revokesFamily, await fake.WorksAsync((string)second["access_token"]!));
        Assert.Equal(revokesFamily ? 400 : 200, (await fake.RefreshAsync((string)second["refresh_token"]!)).Status);
    }

    [Fact]
    public async Task Another_client_can_not_use_a_refresh_token()
    {
        await using var fake = await FakeClient.StartAsync();
        var other = fake.State.AddPublicIntegration();
        var pair = await fake.SignInAsync();
        AssertGrantRefused(await fake.RefreshAsync((string)pair["refresh_token"]!, other));
        _ = (await fake.RefreshAsync((string)pair["refresh_token"]!)).Ok();
    }

    [Fact]
    public async Task Of_many_refreshes_at_once_one_is_granted()
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.ReuseRevokesFamily = false;
        var pair = await fake.SignInAsync();
        var answers =
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => fake.RefreshAsync((string)pair["refresh_token"]!)));
        Assert.Single(answers, a => a.Status == 200);
        Assert.Equal((1, 20), (fake.State.RefreshCount, fake.State.RefreshRequests.Count));
    }

    [Fact]
    public async Task Authorizing_again_keeps_the_bot_and_ends_its_old_pair()
    {
        await using var fake = await FakeClient.StartAsync();
        var (first, second) = (await fake.SignInAsync(), await fake.SignInAsync());
        Assert.Equal((string?)first["bot_id"], (string?)second["bot_id"]);
        Assert.False(await fake.WorksAsync((string)first["access_token"]!));
        AssertGrantRefused(await fake.RefreshAsync((string)first["refresh_token"]!));
        Assert.True(await fake.WorksAsync((string)second["access_token"]!));

        fake.State.DefaultIntegration.Workspace = fake.State.AddWorkspace("Beta");
        var elsewhere = await fake.SignInAsync();
        Assert.NotEqual((string?)first["bot_id"], (string?)elsewhere["bot_id"]);
        Assert.Equal("Beta", (string?)elsewhere["workspace_name"]);
        Assert.True(await fake.WorksAsync((string)second["access_token"]!));
    }

    [Fact]
    public async Task An_older_integration_has_no_refresh_token_and_hands_out_the_same_token()
    {
        await using var fake = await FakeClient.StartAsync();
        var old = fake.State.AddPublicIntegration(redirectUris: [FakeClient.RedirectUri], refreshTokens: false);
        var (first, second) = (await fake.SignInAsync(old), await fake.SignInAsync(old));
        Assert.True(first.ContainsKey("refresh_token"));
        Assert.Null(first["refresh_token"]);
        Assert.Equal((string?)first["access_token"], (string?)second["access_token"]);
    }

    [Theory]
    [InlineData(
        OwnerShape.UserFull,
        """{"type":"user","user":{"object":"user","id":"*","name":"Ada Lovelace","avatar_url":""" +
        """null,"type":"person","person":{"email":"ada.lovelace@example.com","email_verified":true}}}""")]
    [InlineData(OwnerShape.UserPartial, """{"type":"user","user":{"object":"user","id":"*"}}""")]
    [InlineData(
        OwnerShape.UserWithEmptyPerson,
        """{"type":"user","user":{"object":"user","id":"*","name":"Ada Lovelace","avatar_url":""" +
        """null,"type":"person","person":{}}}""")]
    [InlineData(OwnerShape.Workspace, """{"type":"workspace","workspace":true}""")]
    public async Task Owners_come_in_several_shapes(OwnerShape shape, string expected)
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.OwnerShape = shape;
        var owner = (await fake.SignInAsync())["owner"]!;
        if (owner["user"] is JsonObject user)
            user["id"] = "*";
        Assert.Equal(expected, owner.ToJsonString());
    }

    [Fact]
    public async Task Unknown_fields_can_be_added_and_errors_can_have_the_documented_shape()
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.ExtraTokenFields = """{"plan":{"tier":"business"}}""";
        Assert.Equal("business", (string?)(await fake.SignInAsync())["plan"]!["tier"]);
        fake.State.Behavior.DocumentedOAuthErrors = true;
        var answer = await fake.RefreshAsync("nrt_unknown");
        Assert.Equal(
            ("error", 400, "invalid_grant"),
            ((string?)answer.Json["object"], (int)answer.Json["status"]!, answer.Code));
        Assert.Null(answer.Error);
    }

    [Fact]
    public async Task Introspect_knows_the_own_live_tokens_only()
    {
        await using var fake = await FakeClient.StartAsync();
        var other = fake.State.AddPublicIntegration();
        var token = (string)(await fake.SignInAsync())["access_token"]!;
        async Task<bool> ActiveAsync(string t, Integration? client = null) =>
            (bool)(await fake.OAuthAsync("introspect", new JsonObject { ["token"] = t }, client)).Ok()["active"]!;
        Assert.True(await ActiveAsync(token));
        Assert.False(await ActiveAsync(token, other));
        Assert.False(await ActiveAsync("ntn_unknown"));
        Assert.False(await ActiveAsync(fake.InternalToken));
        Assert.Equal(1, fake.State.ExpireAccessTokens(Guid.Parse((string)(await fake.SignInAsync())["bot_id"]!)));
        Assert.False(await ActiveAsync(token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Revoking_the_access_token_ends_it_and_perhaps_the_refresh_token(bool endsRefresh)
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.RevokingAccessEndsRefresh = endsRefresh;
        var pair = await fake.SignInAsync();
        var other = fake.State.AddPublicIntegration();
        var body = $$"""{"token":"{{(string)pair["access_token"]!}}"}""";
        Assert.Equal(["request_id"], (await fake.OAuthAsync("revoke", Parse(body), other)).Ok().Select(p => p.Key));
        Assert.True(await fake.WorksAsync((string)pair["access_token"]!));
        _ = (await fake.OAuthAsync("revoke", Parse(body))).Ok();
        Assert.False(await fake.WorksAsync((string)pair["access_token"]!));
        Assert.Equal(endsRefresh ? 400 : 200, (await fake.RefreshAsync((string)pair["refresh_token"]!)).Status);
        _ = (await fake.OAuthAsync("revoke", Parse("""{"token":"ntn_unknown"}"""))).Ok();
    }

    [Fact]
    public async Task Access_tokens_can_have_a_lifetime_and_tests_can_end_it()
    {
        var time = new ManualTime();
        await using var fake = await FakeClient.StartAsync(FakeClient.At(time));
        fake.State.Behavior.AccessTokenLifetime = TimeSpan.FromHours(1);
        var pair = await fake.SignInAsync();
        time.Advance(TimeSpan.FromHours(1));
        Assert.False(await fake.WorksAsync((string)pair["access_token"]!));
        var next = (string)(await fake.RefreshAsync((string)pair["refresh_token"]!)).Ok()["access_token"]!;
        Assert.True(await fake.WorksAsync(next));
        Assert.True(fake.State.ExpireAccessToken(next));
        Assert.False(await fake.WorksAsync(next));
        Assert.True(await fake.WorksAsync(fake.InternalToken));
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    private static void AssertGrantRefused(Answer answer) =>
        Assert.Equal((400, "invalid_grant"), (answer.Status, answer.Error));

    private static void AssertClientRefused(Answer answer)
    {
        Assert.Equal((401, "invalid_client"), (answer.Status, answer.Error));
        Assert.Equal("Basic realm=\"OAuth\"", answer.Headers["WWW-Authenticate"]);
        Assert.Equal(answer.RequestId, (string?)answer.Json["request_id"]);
    }
}
