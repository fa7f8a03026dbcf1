using System.Collections.Generic;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

public sealed class DisconnectorTests
{
    private static readonly NotionRequest Me = new() { Path = "users/me" };

    [Fact]
    public async Task Cached_tokens_are_forgotten_and_the_vault_keeps_its_own()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection stored = await notion.StoreAsync(process.Store);
        await process.Client.SendAsync(Me, default);
        Assert.Equal(1, process.Count("Read"));

        Assert.Empty(await DisconnectAsync(notion, process, new MemoryConnectionStore()));
        Assert.Null(process.Session.Connection);
        Assert.True(process.Store.Stored(stored.Details.BotId)!.AccessToken.Matches(stored.AccessToken));
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        Assert.Equal(2, process.Count("Read"));
    }

    [Fact]
    public async Task Connections_and_registrations_of_the_process_alone_are_gone()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var memory = new MemoryConnectionStore();
        StoredConnection connection = notion.ConnectionOf(notion.Fake.Authorize(notion.Fake.DefaultIntegration));
        await memory.WriteAsync(connection, default);
        await memory.WriteAppAsync(notion.App, default);

        Assert.Empty(await DisconnectAsync(notion, new TestProcess(notion), memory));
        Assert.Empty((await memory.ListAsync(default)).Connections);
        Assert.Empty(await memory.ListAppsAsync(default));
    }

    [Fact]
    public async Task A_pair_that_the_vault_did_not_take_is_written_before_it_is_forgotten()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        process.Store.FailOn("Write", 1);
        await process.Client.SendAsync(Me, default);
        Assert.True(process.Session.IsUnsaved);

        Assert.Empty(await DisconnectAsync(notion, process, new MemoryConnectionStore()));
        Assert.Null(process.Session.Connection);
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        Assert.Single(notion.Fake.RefreshRequests);
    }

    [Fact]
    public async Task A_pair_that_the_vault_still_does_not_take_is_kept_with_an_error()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection stored = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        process.Store.FailOn("Write", 2);
        await process.Client.SendAsync(Me, default);

        NotionAuthException kept =
            Assert.Single(await DisconnectAsync(notion, process, new MemoryConnectionStore()));
        Assert.Equal((ErrorIds.VaultFailed, stored.Details.Name), (kept.ErrorId, kept.Target));
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        Assert.Single(notion.Fake.RefreshRequests);
        Assert.False(process.Session.IsUnsaved);
    }

    private static Task<IReadOnlyList<NotionAuthException>> DisconnectAsync(
        TestNotion notion, TestProcess process, MemoryConnectionStore memory) => new Disconnector(
            process.Cache, memory,
            known => new OpenedConnection(
                known, process.Store, process.Cache, notion.Transport, log: null, process.Warnings.Add))
            .DisconnectAsync(default);
}
