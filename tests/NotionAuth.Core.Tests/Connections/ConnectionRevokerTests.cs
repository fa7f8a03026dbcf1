using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.OAuth;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

public sealed class ConnectionRevokerTests
{
    [Fact]
    public async Task Both_tokens_are_revoked_even_where_Notion_does_not_end_one_with_the_other_and_then_forgotten()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f =>
        {
            f.Behavior.RevokingAccessEndsRefresh = false;
            f.Behavior.RevokingRefreshEndsAccess = false;
        });
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        store.Calls.Clear();
        NotionConnection? revoked = await RevokeAsync(notion, store, connection);

        Assert.Equal("Acme", revoked!.Name);
        TokenInfo tokens = notion.Fake.Tokens.Single(t => t.AccessToken == connection.AccessToken.Reveal());
        Assert.Equal((TokenState.Revoked, TokenState.Revoked), (tokens.AccessState, tokens.RefreshState));
        Assert.Null(store.Stored(connection.Details.BotId));
        Assert.NotNull(await store.ReadAppAsync(connection.Details.ClientId!, default));
    }

    [Theory]
    [InlineData(401, "invalid_client", "InvalidClient")]
    [InlineData(500, "internal_server_error", "InternalServerError")]
    [InlineData(403, "test_env_error", "TestEnvError")]
    public async Task A_refusal_keeps_the_connection(int status, string code, string errorId)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        notion.Fake.Faults.Add(Fault.Of(status, code, "/v1/oauth/revoke", times: null));
        await Expect.ErrorAsync<OAuthException>(errorId, () => RevokeAsync(notion, store, connection));
        Assert.NotNull(store.Stored(connection.Details.BotId));
        notion.Fake.Faults.Clear();
        await RevokeAsync(notion, store, connection);
        Assert.Null(store.Stored(connection.Details.BotId));
    }

    [Theory]
    [InlineData(FaultKind.Reset)]
    [InlineData(FaultKind.TruncateBody)]
    public async Task A_broken_connection_at_either_token_keeps_the_connection(FaultKind kind)
    {
        for (int passing = 0; passing < 2; passing++)
        {
            await using TestNotion notion = await TestNotion.StartAsync();
            var store = new RecordingStore();
            StoredConnection connection = await notion.StoreAsync(store);
            notion.Fake.Faults.Add(
                new Fault { Kind = kind, PathPattern = "/v1/oauth/revoke", Times = null, SkipFirst = passing });
            await Expect.ErrorAsync(ErrorIds.ConnectionFailed, () => RevokeAsync(notion, store, connection));
            Assert.NotNull(store.Stored(connection.Details.BotId));
            Assert.DoesNotContain("Remove", store.Calls);
        }
    }

    [Theory]
    [InlineData(302)]
    [InlineData(204)]
    [InlineData(200)]
    public async Task What_is_not_Notion_s_answer_keeps_the_connection(int status)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = status,
                Body = status == 200 ? "<html>Sign in to the " +
                "hotel's network</html>" : "",
                PathPattern = "/v1/oauth/revoke",
                Times = null
            });
        await Assert.ThrowsAnyAsync<NotionAuthException>(() => RevokeAsync(notion, store, connection));
        Assert.NotNull(store.Stored(connection.Details.BotId));
    }

    [Fact]
    public async Task Cancelling_keeps_the_connection()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        notion.Fake.Faults.Add(Fault.Hold(new TaskCompletionSource().Task, "/v1/oauth/revoke"));
        using var cancel = new CancellationTokenSource();
        Task<NotionConnection?> revoking = RevokeAsync(notion, store, connection, ct: cancel.Token);
        await notion.Fake.WaitForRequestAsync(r => r.Path == "/v1/oauth/revoke").WaitAsync(TestNotion.Soon);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => revoking.WaitAsync(TestNotion.Soon));
        Assert.NotNull(store.Stored(connection.Details.BotId));
    }

    [Fact]
    public async Task Local_only_forgets_without_a_request()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        Assert.Equal("Acme", (await RevokeAsync(notion, store, connection, localOnly: true))!.Name);
        Assert.Empty(notion.Fake.Requests);
        Assert.Null(store.Stored(connection.Details.BotId));
        Assert.Equal(
            TokenState.Live,
            notion.Fake.Tokens.Single(t => t.AccessToken == connection.AccessToken.Reveal()).AccessState);
    }

    [Fact]
    public async Task Local_only_forgets_a_broken_secret_and_leaves_one_of_a_newer_version()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        string name = SecretName.OfConnection(connection.Details.BotId);
        store.Secrets[name] = """{"version":2}""";
        await Expect.ErrorAsync(ErrorIds.SecretTooNew, () => RevokeAsync(notion, store, connection, localOnly: true));
        Assert.True(store.Secrets.ContainsKey(name));
        store.Secrets[name] = "broken";
        await Expect.ErrorAsync(ErrorIds.SecretInvalid, () => RevokeAsync(notion, store, connection));
        Assert.Null(await RevokeAsync(notion, store, connection, localOnly: true));
        Assert.False(store.Secrets.ContainsKey(name));
    }

    [Fact]
    public async Task An_internal_token_cannot_be_revoked_and_the_error_says_where_it_can()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await new TokenConnector(store, new ConnectionCache(), notion.Transport, null)
            .ConnectAsync(
            new Secret(notion.Fake.DefaultInternalIntegration.Token!), new ConnectOptions { BaseUri = notion.BaseUri },
            default);
        NotionAuthException error =
            await Expect.ErrorAsync(ErrorIds.RevokeNotSupported, () => RevokeAsync(notion, store, connection));
        Assert.Contains("notion.so/my-integrations", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("-LocalOnly", error.RecommendedAction, StringComparison.Ordinal);
        Assert.NotNull(store.Stored(connection.Details.BotId));
        await RevokeAsync(notion, store, connection, localOnly: true);
        Assert.Empty((await store.ListAsync(default)).Connections);
    }

    [Fact]
    public async Task Without_the_client_secret_it_is_MissingClient_and_the_connection_is_kept()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        store.Secrets.TryRemove(SecretName.OfApp(connection.Details.ClientId!), out _);
        await Expect.ErrorAsync(ErrorIds.MissingClient, () => RevokeAsync(notion, store, connection));
        Assert.NotNull(store.Stored(connection.Details.BotId));
    }

    [Fact]
    public async Task Revoking_one_of_two_connections_leaves_the_other()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection one = await notion.StoreAsync(store, "One");
        StoredConnection two = await notion.StoreAsync(store, "Two", workspaceName: "Beta");
        await RevokeAsync(notion, store, one);
        Assert.Null(store.Stored(one.Details.BotId));
        Assert.Equal("Two", store.Stored(two.Details.BotId)!.Details.Name);
        await notion.Client(two.AccessToken).SendAsync(new NotionRequest { Path = "users/me" }, default);
    }

    [Fact]
    public async Task A_connection_that_is_gone_is_ConnectionNotFound()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        await RevokeAsync(notion, store, connection);
        await Expect.ErrorAsync(ErrorIds.ConnectionNotFound, () => RevokeAsync(notion, store, connection));
    }

    [Fact]
    public async Task A_pair_that_could_not_be_written_is_the_one_that_is_revoked()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.RotationEndsOldAccessToken = false);
        var store = new RecordingStore();
        var cache = new ConnectionCache();
        StoredConnection connection = await notion.StoreAsync(store);
        KnownConnection session = cache.Get(new ConnectionKey(store.Vault, connection.Details.BotId));
        notion.Fake.ExpireAccessTokens();
        store.FailOn("Write", 1);
        await notion.Client(new ConnectionTokenSource(session, store, notion.Transport, null, _ => { }))
            .SendAsync(new NotionRequest { Path = "users/me" }, default);

        await new ConnectionRevoker(session, store, cache, notion.Transport, notion.Log.Enqueue)
            .RevokeAsync(false, default);
        Assert.DoesNotContain(
            notion.Fake.Tokens,
            t => t.ClientId == connection.Details.ClientId
            && (t.AccessState == TokenState.Live || t.RefreshState == TokenState.Live));
        Assert.Null(store.Stored(connection.Details.BotId));
    }

    private static Task<NotionConnection?> RevokeAsync(
        TestNotion notion, RecordingStore store, StoredConnection connection, bool localOnly = false,
        CancellationToken ct = default)
    {
        var cache = new ConnectionCache();
        KnownConnection session = cache.Get(new ConnectionKey(store.Vault, connection.Details.BotId));
        return new ConnectionRevoker(session, store, cache, notion.Transport, notion.Log.Enqueue)
            .RevokeAsync(localOnly, ct);
    }
}
