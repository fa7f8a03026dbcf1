using System;
using System.Net;
using System.Net.Sockets;
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

public sealed class TokenConnectorTests
{
    [Fact]
    public async Task An_internal_token_is_validated_and_kept_under_its_workspace_s_name()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await ConnectAsync(notion, store, notion.Fake.DefaultInternalIntegration.Token!);
        Assert.Equal("Acme", connection.Details.Name);
        Assert.Equal(AuthType.Token, connection.Details.AuthType);
        Assert.Equal("workspace", connection.Details.OwnerType);
        Assert.Null(connection.Details.ClientId);
        Assert.False(connection.Details.HasRefreshToken);
        Assert.Equal(connection.Details, store.Stored(connection.Details.BotId)!.Details);
        Assert.Equal("GET /v1/users/me 200", Assert.Single(notion.Fake.Requests).ToString());
    }

    [Fact]
    public async Task A_personal_access_token_knows_its_person()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        Integration pat = notion.Fake.AddPersonalAccessToken();
        StoredConnection connection = await ConnectAsync(notion, new RecordingStore(), pat.Token!);
        Assert.Equal("user", connection.Details.OwnerType);
        Assert.Equal(notion.Fake.DefaultWorkspace.Users[0].Email, connection.Details.OwnerEmail);
    }

    [Fact]
    public async Task A_token_that_Notion_rejects_is_not_kept()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "Unauthorized", () => ConnectAsync(notion, store, "ntn_nobody_issued_this"));
        Assert.DoesNotContain("nobody_issued", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(store.Secrets);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"id":"../../x"}""")]
    [InlineData("""{"id":7}""")]
    [InlineData("<html>Sign in to the hotel's network</html>")]
    public async Task A_reply_without_a_usable_id_is_InvalidReply_and_nothing_is_kept(string body)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.RawBody, Status = 200, Body = body });
        await Expect.ErrorAsync(ErrorIds.InvalidReply, () => ConnectAsync(notion, store, "ntn_0123456789"));
        Assert.Empty(store.Secrets);
    }

    [Fact]
    public async Task A_new_token_of_the_same_bot_takes_the_place_of_the_old_and_keeps_the_name()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection first = await ConnectAsync(
            notion, store, notion.Fake.DefaultInternalIntegration.Token!, new ConnectOptions { Name = "Notes" });
        StoredConnection second = await ConnectAsync(notion, store, notion.Fake.DefaultInternalIntegration.Token!);
        Assert.Equal("Notes", second.Details.Name);
        Assert.Equal(first.Details.BotId, second.Details.BotId);
        Assert.Equal(2, second.Generation);
    }

    [Fact]
    public async Task Users_me_with_broken_characters_and_deep_nesting_can_be_kept_and_read_again()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        string deep = new string('[', 200) + new string(']', 200);
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.RawBody,
            Status = 200,
            Body = $$$"""{"object":"user","id":"b-1","name":"\ud83e","deep":{{{deep}}},"bot":""" +
                $$$"""{"workspace_name":"A\u001b[31mcme"}}""",
        });
        StoredConnection connection = await ConnectAsync(notion, store, "ntn_0123456789");
        Assert.Equal("A -31mcme", connection.Details.Name);
        Assert.Equal("A [31mcme", connection.Details.WorkspaceName);
        Assert.Equal(connection.Details, store.Stored("b-1")!.Details);
    }

    [Fact]
    public async Task Without_a_network_it_is_tried_once_more_and_then_an_error()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        // Bound and not listening: nobody else can get the port, and every connection is refused.
        var nowhere = new Uri($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndPoint!).Port}");
        await Expect.ErrorAsync(
            ErrorIds.ConnectionFailed,
            () => new TokenConnector(new RecordingStore(), new ConnectionCache(), notion.Transport, notion.Log.Enqueue)
            .ConnectAsync(new Secret("ntn_0123456789"), new ConnectOptions { BaseUri = nowhere }, default));
        Assert.InRange(Assert.Single(notion.Waits), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private static Task<StoredConnection> ConnectAsync(
        TestNotion notion, RecordingStore store, string token, ConnectOptions? options = null) =>
        new TokenConnector(store, new ConnectionCache(), notion.Transport, notion.Log.Enqueue)
            .ConnectAsync(
                AccessTokenText.Parse(token), (options ?? new ConnectOptions()) with { BaseUri = notion.BaseUri },
                default);
}
