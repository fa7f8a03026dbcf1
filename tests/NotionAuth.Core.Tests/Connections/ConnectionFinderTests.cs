using System;
using System.Collections.Generic;
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
        Assert.Equal(
            string.Empty,
            (await new ConnectionFinder(stores, new ConnectionCache())
                .FindAsync("Notes", null, null, default)).Store.Vault);
    }

    [Fact]
    public async Task Without_a_current_connection_a_session_starts_with_the_one_that_the_environment_names()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var vault = new RecordingStore();
        StoredConnection one = await notion.StoreAsync(vault, "One", workspaceName: "One");
        StoredConnection two = await notion.StoreAsync(vault, "Two", workspaceName: "Two");
        var variables = new Dictionary<string, string> { ["NOTIONAUTH_CONNECTION"] = " two " };
        var finder = new ConnectionFinder(new TestStores(vault), new ConnectionCache())
        {
            Start = ConnectionFinder.StartName(variables.GetValueOrDefault!),
        };
        Assert.Equal(two.Details.BotId, (await finder.FindAsync(null, null, null, default)).Session.Key.BotId);
        Assert.Equal(one.Details.BotId, (await finder.FindAsync("One", null, null, default)).Session.Key.BotId);
        var current = new ConnectionKey(vault.Vault, one.Details.BotId);
        Assert.Equal(one.Details.BotId, (await finder.FindAsync(null, null, current, default)).Session.Key.BotId);

        finder = new ConnectionFinder(new TestStores(vault), new ConnectionCache()) { Start = "Three" };
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.ConnectionNotFound, () => finder.FindAsync(null, null, null, default));
        Assert.Contains("NOTIONAUTH_CONNECTION", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NOTION_TOKEN", true)]
    [InlineData("NOTION_API_TOKEN", true)]
    [InlineData("NOTION_CLIENT_ID", false)]
    public async Task Without_any_connection_a_token_of_the_environment_is_advised(string variable, bool isAdvised)
    {
        var finder = new ConnectionFinder(new TestStores(), new ConnectionCache())
        {
            Environment = name => name == variable ? "ntn_x" : null,
        };
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.NotConnected, () => finder.FindAsync(null, null, null, default));
        Assert.Equal(
            isAdvised,
            error.RecommendedAction.Contains($"{variable} is set: Connect-NotionWorkspace -FromEnvironment",
                StringComparison.Ordinal));
        Assert.DoesNotContain("ntn_x", error.ToString() + error.RecommendedAction, StringComparison.Ordinal);
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
            ErrorIds.ConnectionNotFound,
            () => new ConnectionFinder(stores, new ConnectionCache()).FindAsync(asked, null, null, default));
        Assert.Equal(asked, error.Target);
        string message = error.Message.Replace("'Session one', 'Marketing', 'Notes'",
            "'Marketing', 'Notes', 'Session one'", StringComparison.Ordinal)
            .Replace(
                "'Session one', 'Notes', 'Marketing'", "'Marketing', 'Notes', 'Session one'", StringComparison.Ordinal);
        Assert.EndsWith(hint, message, StringComparison.Ordinal);
        Assert.Contains("vault 'Test'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_name_of_control_characters_is_shown_on_one_line()
    {
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.ConnectionNotFound, () => new ConnectionFinder(new TestStores(), new ConnectionCache()).FindAsync(
                "a\r\n\u001b[31mb", "", null, default));
        Assert.Contains("'a   [31mb' in this process", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_name_it_is_the_current_connection_or_NotConnected()
    {
        var vault = new RecordingStore();
        var finder = new ConnectionFinder(new TestStores(vault), new ConnectionCache());
        await Expect.ErrorAsync(ErrorIds.NotConnected, () => finder.FindAsync(null, null, null, default));
        (KnownConnection session, IConnectionStore store) =
            await finder.FindAsync(null, null, new ConnectionKey("Test", "b"), default);
        Assert.Equal("b", session.Key.BotId);
        Assert.Same(vault, store);
        Assert.Empty(vault.Calls);
    }

    [Fact]
    public async Task No_vault_and_an_unknown_vault_are_errors_of_their_own()
    {
        await Expect.ErrorAsync(
            ErrorIds.VaultNotConfigured, () => new ConnectionFinder(new TestStores(), new ConnectionCache()).FindAsync(
                "x", null, null, default));
        await Expect.ErrorAsync(
            ErrorIds.VaultNotFound, () => new ConnectionFinder(new TestStores(), new ConnectionCache()).FindAsync("x",
                "Nowhere", null, default));
    }

    [Fact]
    public async Task Two_connections_of_one_name_are_an_error_that_lists_them_and_each_is_found_by_its_id()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var vault = new RecordingStore();
        var stores = new TestStores(vault);
        var finder = new ConnectionFinder(stores, new ConnectionCache());
        foreach (IConnectionStore store in new IConnectionStore[] { vault, stores.Memory })
        {
            StoredConnection one = await notion.StoreAsync(store, "prod", workspaceName: "One");
            StoredConnection two = await notion.StoreAsync(store, "Prod", workspaceName: "Two");
            NotionAuthException error = await Expect.ErrorAsync(ErrorIds.ConnectionAmbiguous, () => finder.FindAsync(
                "prod", store.Vault, null, default));
            Assert.Equal("prod", error.Target);
            foreach (string id in new[] { one.Details.BotId, two.Details.BotId })
            {
                Assert.Contains(id, error.Message, StringComparison.Ordinal);
                Assert.Contains(
                    store.Vault.Length > 0 ? "vault 'Test'" : "this process", error.Message, StringComparison.Ordinal);
                Assert.Contains("workspace 'Acme'", error.Message, StringComparison.Ordinal);
                Assert.Contains(
                    $"Revoke-NotionToken {id} -LocalOnly", error.RecommendedAction, StringComparison.Ordinal);
                Assert.Equal(
                    id, (await finder.FindAsync(id.ToUpperInvariant(), store.Vault, null, default)).Session.Key.BotId);
            }
        }
    }

    [Fact]
    public async Task An_id_is_that_connection_s_even_where_another_one_is_called_so()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var vault = new RecordingStore();
        StoredConnection one = await notion.StoreAsync(vault, "One", workspaceName: "One");
        await notion.StoreAsync(vault, one.Details.BotId, workspaceName: "Two");
        Assert.Equal(
            one.Details.BotId,
            (await new ConnectionFinder(new TestStores(vault), new ConnectionCache())
                .FindAsync(one.Details.BotId, null, null, default)).Session.Key.BotId);
    }

    [Fact]
    public async Task Where_metadata_was_swapped_the_name_in_the_secret_counts_and_that_is_reported()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        RecordingStore vault = MetadataVault();
        StoredConnection a = await notion.StoreAsync(vault, "A", workspaceName: "One"),
            b = await notion.StoreAsync(vault, "B", workspaceName: "Two");
        Rename(vault, a, "B");
        Rename(vault, b, "A");
        var cache = new ConnectionCache();
        for (int round = 0; round < 2; round++)
        {
            foreach (StoredConnection asked in new[] { a, b })
            {
                var warnings = new List<string>();
                var finder = new ConnectionFinder(new TestStores(vault), cache, warnings.Add);
                Assert.Equal(
                    asked.Details.BotId,
                    (await finder.FindAsync(asked.Details.Name, null, null, default)).Session.Key.BotId);
                string warning = Assert.Single(warnings);
                Assert.Contains("vault 'Test'", warning, StringComparison.Ordinal);
                Assert.Contains($"{a.Details.BotId} is 'A' and not 'B'", warning, StringComparison.Ordinal);
                Assert.Contains($"{b.Details.BotId} is 'B' and not 'A'", warning, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Metadata_that_the_secret_agrees_with_costs_one_look_into_one_secret_in_a_process()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        RecordingStore vault = MetadataVault();
        foreach (string name in new[] { "One", "Two", "Three" })
            await notion.StoreAsync(vault, name, workspaceName: name);
        var cache = new ConnectionCache();
        var warnings = new List<string>();
        for (int i = 0; i < 2; i++)
        {
            (KnownConnection session, IConnectionStore store) = await new ConnectionFinder(
                new TestStores(vault), cache, warnings.Add).FindAsync("two", null, null, default);
            StoredConnection loaded = await new ConnectionTokenSource(
                session, store, notion.Transport, null, warnings.Add).LoadAsync(default);
            Assert.Equal("Two", loaded.Details.Name);
        }

        Assert.Single(vault.Calls, c => c == "Read");
        Assert.Empty(warnings);
    }

    [Fact]
    public async Task Of_two_that_metadata_calls_the_same_the_one_whose_secret_does_is_found()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        RecordingStore vault = MetadataVault();
        StoredConnection a = await notion.StoreAsync(vault, "A", workspaceName: "One"),
            b = await notion.StoreAsync(vault, "B", workspaceName: "Two");
        Rename(vault, b, "A");
        var warnings = new List<string>();
        var finder = new ConnectionFinder(new TestStores(vault), new ConnectionCache(), warnings.Add);
        Assert.Equal(a.Details.BotId, (await finder.FindAsync("A", null, null, default)).Session.Key.BotId);
        Assert.Single(warnings);
        Assert.Equal(b.Details.BotId, (await finder.FindAsync("B", null, null, default)).Session.Key.BotId);
    }

    [Fact]
    public async Task A_name_that_metadata_alone_has_is_nobody_s()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        RecordingStore vault = MetadataVault();
        StoredConnection a = await notion.StoreAsync(vault, "A");
        Rename(vault, a, "Renamed");
        var warnings = new List<string>();
        await Expect.ErrorAsync(
            ErrorIds.ConnectionNotFound,
            () => new ConnectionFinder(new TestStores(vault), new ConnectionCache(), warnings.Add)
            .FindAsync("Renamed", null, null, default));
        Assert.Single(warnings);
    }

    [Fact]
    public async Task A_broken_secret_is_found_by_its_metadata_unless_another_secret_has_the_name()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        RecordingStore vault = MetadataVault();
        StoredConnection broken = await notion.StoreAsync(vault, "prod", workspaceName: "One");
        vault.Secrets[SecretName.OfConnection(broken.Details.BotId)] = "broken";
        var finder = new ConnectionFinder(new TestStores(vault), new ConnectionCache());
        Assert.Equal(broken.Details.BotId, (await finder.FindAsync("prod", null, null, default)).Session.Key.BotId);

        StoredConnection whole = await notion.StoreAsync(vault, "prod", workspaceName: "Two");
        Assert.Equal(whole.Details.BotId, (await finder.FindAsync("prod", null, null, default)).Session.Key.BotId);
    }

    private static RecordingStore MetadataVault() => new() { Metadata = new() };

    // As Set-SecretInfo does it.
    private static void Rename(RecordingStore vault, StoredConnection connection, string name) =>
        vault.Metadata![connection.Details.BotId] = vault.Metadata[connection.Details.BotId] with { Name = name };
}
