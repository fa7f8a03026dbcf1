using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

public sealed class TokenExpiryTests
{
    private readonly RecordingStore _store = new();
    private readonly ConnectionCache _cache = new();
    private readonly List<string> _warnings = [];

    [Fact]
    public async Task The_end_of_a_token_is_kept_in_the_secret_and_in_the_metadata()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var end = new DateTime(2199, 12, 31, 0, 0, 0, DateTimeKind.Local);
        StoredConnection connection = await ConnectAsync(notion, end);
        Assert.Equal(end.ToUniversalTime(), connection.Details.ExpiresOn);
        Assert.Equal(DateTimeKind.Utc, connection.Details.ExpiresOn!.Value.Kind);
        NotionConnection kept = _store.Stored(connection.Details.BotId)!.Details;
        Assert.Equal(end.ToUniversalTime(), kept.ExpiresOn);
        Assert.Equal(
            connection.Details, ConnectionMetadata.Read(ConnectionMetadata.Write(connection), kept.BotId, "Test"));
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Another_token_forgets_the_end_of_the_one_before()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await ConnectAsync(notion, DateTime.UtcNow.AddDays(100));
        StoredConnection connection = await ConnectAsync(notion, end: null);
        Assert.Null(_store.Stored(connection.Details.BotId)!.Details.ExpiresOn);
    }

    [Theory]
    [InlineData(14.5, null)]
    [InlineData(13.5, "in 14 days")]
    [InlineData(1.5, "in 2 days")]
    [InlineData(0.5, "within a day")]
    [InlineData(-0.5, "was to end")]
    public async Task From_fourteen_days_before_a_warning_says_so_at_each_connect(double days, string? says)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        for (int i = 1; i <= 2; i++)
        {
            await ConnectAsync(notion, DateTime.UtcNow.AddDays(days));
            Assert.Equal(says is null ? 0 : i, _warnings.Count);
        }

        Assert.All(_warnings, w => Assert.Contains(says!, w, StringComparison.Ordinal));
        Assert.All(_warnings, w => Assert.Contains("Connect-NotionWorkspace -Name", w, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_process_that_uses_it_is_warned_once()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        StoredConnection connection = await ConnectAsync(notion, DateTime.UtcNow.AddDays(3));
        _warnings.Clear();
        var other = new ConnectionCache();
        for (int i = 0; i < 3; i++) await Open(notion, other, connection).ClientAsync(default);
        Assert.Contains("in 3 days", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_error_of_a_refused_token_names_its_end_once_that_is_past()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        DateTime end = DateTime.Now.AddDays(-2).Date;
        StoredConnection connection = await ConnectAsync(notion, end);
        connection = connection with { AccessToken = new Secret("ntn_this_one_has_ended") };
        await _store.WriteAsync(connection, default);
        NotionClient client = await Open(notion, new ConnectionCache(), connection).ClientAsync(default);
        NotionAuthException error = await Expect.ErrorAsync(
            "Unauthorized", () => client.SendAsync(new NotionRequest { Path = "users/me" }, default));
        Assert.Contains($"was to end on {end:yyyy-MM-dd}, ", error.Message, StringComparison.Ordinal);
        TokenTestResult result = await Open(notion, new ConnectionCache(), connection).TestAsync(default);
        Assert.Equal(TokenStatus.Inactive, result.Status);
        Assert.Contains($"{end:yyyy-MM-dd}", result.Reason, StringComparison.Ordinal);

        await _store.WriteAsync(
            connection with { Details = connection.Details with { ExpiresOn = DateTime.UtcNow.AddDays(1) } }, default);
        client = await Open(notion, new ConnectionCache(), connection).ClientAsync(default);
        error = await Expect.ErrorAsync(
            "Unauthorized", () => client.SendAsync(new NotionRequest { Path = "users/me" }, default));
        Assert.DoesNotContain("was to end", error.Message, StringComparison.Ordinal);
    }

    private Task<StoredConnection> ConnectAsync(TestNotion notion, DateTime? end) =>
        new TokenConnector(_store, _cache, notion.Transport, notion.Log.Enqueue) { Warn = _warnings.Add }.ConnectAsync(
            new Secret(notion.Fake.DefaultInternalIntegration.Token!),
            new ConnectOptions { BaseUri = notion.BaseUri, ExpiresOn = end }, default);

    private OpenedConnection Open(TestNotion notion, ConnectionCache cache, StoredConnection connection) => new(
        cache.Get(new ConnectionKey(_store.Vault, connection.Details.BotId)), _store, cache, notion.Transport,
        notion.Log.Enqueue, _warnings.Add);
}
