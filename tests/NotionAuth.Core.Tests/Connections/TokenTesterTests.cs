using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

public sealed class TokenTesterTests
{
    [Fact]
    public async Task A_live_token_of_a_sign_in_is_Active_by_introspection()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        TokenTestResult result = await TestAsync(notion, store, connection);
        Assert.Equal((TokenStatus.Active, TokenTestMethod.Introspect), (result.Status, result.Method));
        Assert.Equal("Acme", result.Connection);
        Assert.Equal(connection.Details.BotId, result.BotId);
        Assert.Equal("Acme", result.WorkspaceName);
        Assert.Equal(DateTimeKind.Utc, result.IssuedAt!.Value.Kind);
        Assert.Contains("read_content", result.Scope, StringComparison.Ordinal);
        Assert.Equal(notion.Fake.Requests.Single().RequestId, result.RequestId);
        Assert.Null(result.Reason);
        Assert.True(result.Duration > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_token_that_the_next_request_refreshes_is_Expired_and_is_not_refreshed()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        notion.Fake.ExpireAccessTokens();
        TokenTestResult result = await TestAsync(notion, store, connection);
        Assert.Equal(TokenStatus.Expired, result.Status);
        Assert.True(result.IsUsable);
        Assert.Contains("The next request refreshes it", result.Reason, StringComparison.Ordinal);
        Assert.Empty(notion.Fake.RefreshRequests);
        Assert.True(store.Stored(connection.Details.BotId)!.AccessToken.Matches(connection.AccessToken));
    }

    [Fact]
    public async Task A_connection_that_needs_a_person_is_tested_all_the_same_and_names_the_command()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        await store.WriteAsync(
            connection with { Details = connection.Details with { NeedsReconnect = true } }, default);
        notion.Fake.RevokeBot();
        TokenTestResult result = await TestAsync(notion, store, connection);
        Assert.Equal(TokenStatus.Inactive, result.Status);
        Assert.Contains("Connect-NotionWorkspace -Name 'Acme'", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_client_secret_users_me_is_asked()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        store.Secrets.TryRemove(SecretName.OfApp(connection.Details.ClientId!), out _);
        Assert.Equal(
            (TokenStatus.Active, TokenTestMethod.UsersMe), Outcome(await TestAsync(notion, store, connection)));
        notion.Fake.ExpireAccessTokens();
        TokenTestResult result = await TestAsync(notion, store, connection);
        Assert.Equal((TokenStatus.Inactive, TokenTestMethod.UsersMe), Outcome(result));
        Assert.Equal("Acme", result.Connection);
        Assert.Contains("it can't be refreshed", result.Reason, StringComparison.Ordinal);
        Assert.Contains("-ClientSecret", result.Reason, StringComparison.Ordinal);
        Assert.Empty(notion.Fake.RefreshRequests);
    }

    [Fact]
    public async Task An_expired_token_that_nothing_refreshes_is_Inactive()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        await store.WriteAsync(connection with { RefreshToken = null }, default);
        notion.Fake.ExpireAccessTokens();
        TokenTestResult result = await TestAsync(notion, store, connection);
        Assert.Equal(TokenStatus.Inactive, result.Status);
        Assert.False(result.IsUsable);
        Assert.Contains("Connect-NotionWorkspace -Name 'Acme'", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_client_secret_is_Unknown_and_never_Inactive()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        notion.Fake.DefaultIntegration.ClientSecret = "secret_was_changed_meanwhile";
        TokenTestResult result = await TestAsync(notion, store, connection);
        Assert.Equal(TokenStatus.Unknown, result.Status);
        Assert.Contains("client secret", result.Reason, StringComparison.Ordinal);
        Assert.NotNull(result.RequestId);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(529)]
    public async Task A_service_that_fails_is_Unknown(int status)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        notion.Fake.Faults.Add(Fault.Of(status, "some_code", times: null));
        Assert.Equal(TokenStatus.Unknown, (await TestAsync(notion, store, connection)).Status);
        Assert.Equal(
            TokenStatus.Unknown, (await TestAsync(notion, notion.Fake.DefaultInternalIntegration.Token!)).Status);
    }

    [Theory]
    [InlineData("<html>Sign in to the hotel's network</html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"active":"yes"}""")]
    public async Task A_reply_that_is_not_Notion_s_is_Unknown(string body)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.RawBody, Status = 200, Body = body, Times = null });
        Assert.Equal(TokenStatus.Unknown, (await TestAsync(notion, store, connection)).Status);
        Assert.Equal(
            TokenStatus.Unknown, (await TestAsync(notion, notion.Fake.DefaultInternalIntegration.Token!)).Status);
    }

    [Fact]
    public async Task A_redirect_a_block_or_a_broken_connection_is_Unknown()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        foreach (Fault fault in new[]
        {
            new Fault { Kind = FaultKind.Redirect, Location = "https://example.com/", Times = null },
            Fault.Edge(times: null),
            new Fault { Kind = FaultKind.Reset, Times = null },
        })
        {
            notion.Fake.Faults.Clear();
            notion.Fake.Faults.Add(fault);
            TokenTestResult result = await TestAsync(notion, notion.Fake.DefaultInternalIntegration.Token!);
            Assert.Equal(TokenStatus.Unknown, result.Status);
            Assert.NotEmpty(result.Reason!);
        }
    }

    [Fact]
    public async Task No_network_is_Unknown()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var nowhere = new Uri($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndPoint!).Port}");
        TokenTestResult result = await new TokenTester(notion.Transport, null)
            .TestAsync(new Secret("ntn_0123456789"), nowhere, "2026-03-11", default);
        Assert.Equal(TokenStatus.Unknown, result.Status);
    }

    [Fact]
    public async Task A_token_that_is_just_given_is_asked_about_with_users_me()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        TokenTestResult alive = await TestAsync(notion, notion.Fake.DefaultInternalIntegration.Token!);
        Assert.Equal((TokenStatus.Active, TokenTestMethod.UsersMe), Outcome(alive));
        Assert.Equal("Acme", alive.WorkspaceName);
        Assert.Equal(
            notion.Fake.Bots.Single(b => b.Integration == notion.Fake.DefaultInternalIntegration).Id.ToString(),
            alive.BotId);
        Assert.Null(alive.Connection);

        TokenTestResult dead = await TestAsync(notion, "ntn_never_issued");
        Assert.Equal((TokenStatus.Inactive, TokenTestMethod.UsersMe), Outcome(dead));
        Assert.DoesNotContain("never_issued", dead.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_is_gone_is_ConnectionNotFound()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        store.Secrets.Clear();
        await Expect.ErrorAsync(ErrorIds.ConnectionNotFound, () => TestAsync(notion, store, connection));
    }

    private static (TokenStatus Status, TokenTestMethod Method) Outcome(TokenTestResult result) =>
        (result.Status, result.Method);

    private static Task<TokenTestResult> TestAsync(
        TestNotion notion, RecordingStore store, StoredConnection connection) =>
        new ConnectionTester(
            new ConnectionCache().Get(new ConnectionKey(store.Vault, connection.Details.BotId)), store,
            notion.Transport, notion.Log.Enqueue).TestAsync(default);

    private static Task<TokenTestResult> TestAsync(TestNotion notion, string token) =>
        new TokenTester(notion.Transport, notion.Log.Enqueue)
            .TestAsync(AccessTokenText.Parse(token), notion.BaseUri, Core.Api.NotionVersion.Default, default);
}
