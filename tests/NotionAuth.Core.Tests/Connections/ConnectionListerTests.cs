using System;
using System.Linq;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

public sealed class ConnectionListerTests
{
    [Fact]
    public async Task The_session_s_and_the_default_vault_s_connections_come_sorted_with_the_current_one_marked()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var vault = new RecordingStore();
        var stores = new TestStores(vault, new RecordingStore("Other"));
        StoredConnection current = await notion.StoreAsync(vault, "beta", workspaceName: "B");
        await notion.StoreAsync(vault, "Gamma", workspaceName: "C");
        await notion.StoreAsync(stores.Memory, "Alpha", workspaceName: "A");
        StoreListing listing = await new ConnectionLister(stores, new ConnectionCache())
            .ListAsync(null, new ConnectionKey("Test", current.Details.BotId), default);
        Assert.Equal(["Alpha|", "beta|Test", "Gamma|Test"], listing.Connections.Select(c => $"{c.Name}|{c.Vault}"));
        Assert.Equal("beta", Assert.Single(listing.Connections, c => c.IsCurrent).Name);
        Assert.Empty(listing.Problems);
    }

    [Fact]
    public async Task Vaults_that_this_process_has_used_are_listed_too_and_one_that_is_gone_is_a_problem()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var other = new RecordingStore("Other");
        await notion.StoreAsync(other, "There");
        var cache = new ConnectionCache();
        cache.Get(new ConnectionKey("Other", "b"));
        cache.Get(new ConnectionKey("Gone", "b"));
        StoreListing listing = await new ConnectionLister(new TestStores(new RecordingStore(), other), cache)
            .ListAsync(null, null, default);
        Assert.Equal("There", Assert.Single(listing.Connections).Name);
        Assert.Equal(ErrorIds.VaultNotFound, Assert.Single(listing.Problems).ErrorId);
    }

    [Fact]
    public async Task A_vault_that_is_gone_is_an_error_once_and_again_when_it_was_there_meanwhile()
    {
        var cache = new ConnectionCache();
        cache.Get(new ConnectionKey("Other", "b"));
        var without = new ConnectionLister(new TestStores(new RecordingStore()), cache);
        var with = new ConnectionLister(new TestStores(new RecordingStore(), new RecordingStore("Other")), cache);
        Assert.Contains(
            "Register-SecretVault",
            Assert.Single((await without.ListAsync(null, null, default)).Problems).RecommendedAction,
            StringComparison.Ordinal);
        Assert.Empty((await without.ListAsync(null, null, default)).Problems);
        Assert.Empty((await with.ListAsync(null, null, default)).Problems);
        Assert.Single((await without.ListAsync(null, null, default)).Problems);
    }

    [Fact]
    public async Task The_current_connection_s_vault_that_is_gone_is_an_error_each_time()
    {
        var cache = new ConnectionCache();
        var current = new ConnectionKey("Gone", "b");
        cache.Get(current);
        var lister = new ConnectionLister(new TestStores(new RecordingStore()), cache);
        for (int i = 0; i < 3; i++)
            Assert.Equal(
                ErrorIds.VaultNotFound,
                Assert.Single((await lister.ListAsync(null, current, default)).Problems).ErrorId);
    }

    [Fact]
    public async Task One_vault_alone_is_listed_where_it_is_named()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var vault = new RecordingStore();
        var stores = new TestStores(vault);
        await notion.StoreAsync(vault, "In the vault");
        await notion.StoreAsync(stores.Memory, "In the process");
        var lister = new ConnectionLister(stores, new ConnectionCache());
        Assert.Equal("In the vault", Assert.Single((await lister.ListAsync("Test", null, default)).Connections).Name);
        Assert.Equal("In the process", Assert.Single((await lister.ListAsync("", null, default)).Connections).Name);
        await Expect.ErrorAsync(ErrorIds.VaultNotFound, () => lister.ListAsync("Nowhere", null, default));
    }

    [Fact]
    public async Task A_locked_vault_hides_no_other_vault_and_is_not_asked_for_the_connections_of_the_process()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var vault = new RecordingStore();
        vault.FailOn("List");
        var stores = new TestStores(vault);
        StoredConnection mine = await notion.StoreAsync(stores.Memory, "Mine");
        var current = new ConnectionKey(string.Empty, mine.Details.BotId);
        var lister = new ConnectionLister(stores, new ConnectionCache());
        StoreListing all = await lister.ListAsync(null, current, default);
        Assert.Equal("Mine", Assert.Single(all.Connections).Name);
        Assert.Equal(ErrorIds.VaultLocked, Assert.Single(all.Problems).ErrorId);
        Assert.Same(all.NoVault, Assert.Single(all.Problems));
        await Expect.ErrorAsync(ErrorIds.VaultLocked, () => lister.ListAsync("Test", null, default));

        vault.Calls.Clear();
        Assert.Equal("Mine", Assert.Single((await lister.ListCurrentAsync(null, current, default)).Connections).Name);
        Assert.Equal(
            "Mine", Assert.Single((await lister.ListNamedAsync(["MINE"], null, current, default)).Connections).Name);
        Assert.Empty((await lister.ListCurrentAsync("Test", current, default)).Connections);
        Assert.Empty((await lister.ListCurrentAsync(null, null, default)).Connections);
        Assert.Empty(vault.Calls);
        Assert.Equal(
            ErrorIds.VaultLocked,
            Assert.Single((await lister.ListNamedAsync(["Mine", "Other"], null, current, default)).Problems).ErrorId);
    }

    [Fact]
    public async Task No_vault_at_all_is_no_error()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var stores = new TestStores();
        await notion.StoreAsync(stores.Memory, "Mine");
        Assert.Single(
            (await new ConnectionLister(stores, new ConnectionCache()).ListAsync(null, null, default)).Connections);
    }

    [Fact]
    public async Task A_secret_that_cannot_be_read_is_a_problem_and_the_others_are_listed()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var vault = new RecordingStore();
        await notion.StoreAsync(vault, "Good");
        vault.Secrets["NotionAuth-broken"] = "{";
        vault.Secrets["NotionAuth-newer"] = """{"version":3}""";
        vault.Secrets["somebody-elses"] = "{";
        StoreListing listing = await new ConnectionLister(new TestStores(vault), new ConnectionCache())
            .ListAsync(null, null, default);
        Assert.Equal("Good", Assert.Single(listing.Connections).Name);
        Assert.Equal(
            [ErrorIds.SecretInvalid, ErrorIds.SecretTooNew],
            listing.Problems.Select(p => p.ErrorId).Order(StringComparer.Ordinal));
    }
}
