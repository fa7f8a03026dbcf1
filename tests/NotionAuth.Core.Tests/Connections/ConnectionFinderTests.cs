using System;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

public sealed class ConnectionFinderTests
{
    [Fact]
    public async Task A_name_is_found_in_any_case_and_the_session_comes_before_the_vault()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var vault = new RecordingStore();
        var stores = new TestStores(vault);
        await notion.StoreAsync(vault, "Notes");
        var finder = new ConnectionFinder(stores, new ConnectionCache());
        Assert.Equal("Test", (await finder.FindAsync("NOTES", null, null, default)).Store.Vault);

        await notion.StoreAsync(stores.Memory, "notes");
        Assert.Equal(string.Empty, (await finder.FindAsync("Notes", null, null, default)).Store.Vault);
        Assert.Equal("Test", (await finder.FindAsync("Notes", "Test", null, default)).Store.Vault);
        Assert.Equal(string.Empty, (await finder.FindAsync("Notes", "", null, default)).Session.Key.Vault);
    }

    [Fact]
    public async Task A_name_that_another_process_gave_to_another_bot_is_found_as_that_one()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var vault = new RecordingStore();
        var finder = new ConnectionFinder(new TestStores(vault), new ConnectionCache());
        StoredConnection one = await notion.StoreAsync(vault, "Shared", workspaceName: "One");
        Assert.Equal(one.Details.BotId, (await finder.FindAsync("Shared", null, null, default)).Session.Key.BotId);

        await vault.RemoveAsync(one.Details.BotId, default);
        StoredConnection two = await notion.StoreAsync(vault, "Shared", workspaceName: "Two");
        Assert.Equal(two.Details.BotId, (await finder.FindAsync("Shared", null, null, default)).Session.Key.BotId);
    }

    [Fact]
    public async Task A_vault_is_not_opened_for_a_name_that_the_session_has()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var stores = new TestStores();
        await notion.StoreAsync(stores.Memory, "Notes");
        Assert.Equal(string.Empty, (await new ConnectionFinder(stores, new ConnectionCache()).FindAsync("Notes", null, null, default)).Store.Vault);
    }

    [Theory]
    [InlineData("Marketting", "Did you mean 'Marketing'?")]
    [InlineData("market", "Did you mean 'Marketing'?")]
    [InlineData("marketing eu", "Did you mean 'Marketing'?")]
    [InlineData("zzzzzz", "There are: 'Marketing', 'Notes', 'Session one'.")]
    public async Task An_unknown_name_names_those_that_come_near(string asked, string hint)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var vault = new RecordingStore();
        var stores = new TestStores(vault);
        await notion.StoreAsync(stores.Memory, "Session one", workspaceName: "One");
        await notion.StoreAsync(vault, "Marketing", workspaceName: "Two");
        await notion.StoreAsync(vault, "Notes", workspaceName: "Three");
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.ConnectionNotFound, () => new ConnectionFinder(stores, new ConnectionCache()).FindAsync(asked, null, null, default));
        Assert.Equal(asked, error.Target);
        string message = error.Message.Replace("'Session one', 'Marketing', 'Notes'", "'Marketing', 'Notes', 'Session one'", StringComparison.Ordinal)
            .Replace("'Session one', 'Notes', 'Marketing'", "'Marketing', 'Notes', 'Session one'", StringComparison.Ordinal);
        Assert.EndsWith(hint, message, StringComparison.Ordinal);
        Assert.Contains("vault 'Test'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_name_of_control_characters_is_shown_on_one_line()
    {
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.ConnectionNotFound, () => new ConnectionFinder(new TestStores(), new ConnectionCache()).FindAsync("a\r\n\u001b[31mb", "", null, default));
        Assert.Contains("'a   [31mb' in this process", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_name_it_is_the_current_connection_or_NotConnected()
    {
        var vault = new RecordingStore();
        var finder = new ConnectionFinder(new TestStores(vault), new ConnectionCache());
        await Expect.ErrorAsync(ErrorIds.NotConnected, () => finder.FindAsync(null, null, null, default));
        (KnownConnection session, IConnectionStore store) = await finder.FindAsync(null, null, new ConnectionKey("Test", "b"), default);
        Assert.Equal("b", session.Key.BotId);
        Assert.Same(vault, store);
        Assert.Empty(vault.Calls);
    }

    [Fact]
    public async Task No_vault_and_an_unknown_vault_are_errors_of_their_own()
    {
        await Expect.ErrorAsync(ErrorIds.VaultNotConfigured, () => new ConnectionFinder(new TestStores(), new ConnectionCache()).FindAsync("x", null, null, default));
        await Expect.ErrorAsync(ErrorIds.VaultNotFound, () => new ConnectionFinder(new TestStores(), new ConnectionCache()).FindAsync("x", "Nowhere", null, default));
    }

}
