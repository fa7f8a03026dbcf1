using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

public sealed class OAuthConnectorTests
{
    [Fact]
    public async Task A_connection_is_called_after_its_workspace_and_keeps_all_members_of_the_reply()
    {
        await using TestNotion notion =
            await TestNotion.StartAsync(f => f.Behavior.ExtraTokenFields = """{"region":"eu"}""");
        var store = new RecordingStore();
        StoredConnection connection =
            await SignInAsync(notion, store, new ConnectOptions { NotionVersion = "2025-09-03" });

        User person = notion.Fake.DefaultWorkspace.Users[0];
        NotionConnection details = connection.Details;
        Assert.Equal("Acme", details.Name);
        Assert.Equal("Acme", details.WorkspaceName);
        Assert.Equal(notion.Fake.DefaultWorkspace.Id.ToString(), details.WorkspaceId);
        Assert.Equal("🏢", details.WorkspaceIcon);
        Assert.Equal("user", details.OwnerType);
        Assert.Equal(person.Id.ToString(), details.OwnerId);
        Assert.Equal(person.Name, details.OwnerName);
        Assert.Equal(person.Email, details.OwnerEmail);
        Assert.Equal(AuthType.OAuth, details.AuthType);
        Assert.Equal(notion.Credentials.ClientId, details.ClientId);
        Assert.True(details.HasRefreshToken);
        Assert.False(details.NeedsReconnect);
        Assert.Equal("Test", details.Vault);
        Assert.Equal("2025-09-03", details.NotionVersion);
        Assert.Equal(notion.BaseUri, details.BaseUri);
        Assert.InRange(details.ConnectedAt, DateTime.UtcNow.AddMinutes(-1), DateTime.UtcNow);
        Assert.Null(details.RefreshedAt);

        StoredConnection stored = store.Stored(details.BotId)!;
        Assert.Equal(details, stored.Details);
        Assert.Equal("eu", stored.Reply.GetProperty("region").GetString());
        Assert.False(stored.Reply.TryGetProperty("access_token", out _));
        Assert.Equal(1, stored.Generation);
    }

    [Fact]
    public async Task The_app_registration_is_remembered_with_its_redirect_URIs()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection connection = await SignInAsync(notion, store);
        AppRegistration app = (await store.ReadAppAsync(connection.Details.ClientId!, default))!;
        Assert.True(app.Credentials.ClientSecret.Matches(notion.Credentials.ClientSecret));
        Assert.Contains(Assert.Single(app.RedirectUris).OriginalString, notion.Fake.DefaultIntegration.RedirectUris);
        Assert.Equal(notion.BaseUri, app.BaseUri);
    }

    [Fact]
    public async Task Signing_in_again_keeps_the_name_and_counts_on()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection first = await SignInAsync(notion, store, new ConnectOptions { Name = "My notes" });
        StoredConnection second = await SignInAsync(notion, store);
        Assert.Equal("My notes", second.Details.Name);
        Assert.Equal(first.Generation + 1, second.Generation);
        Assert.False(second.AccessToken.Matches(first.AccessToken));
        Assert.Single((await store.ListAsync(default)).Connections);
    }

    [Fact]
    public async Task Signing_in_again_under_another_name_renames_the_connection()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        var cache = new ConnectionCache();
        await SignInAsync(notion, store, new ConnectOptions { Name = "Old" }, cache);
        await SignInAsync(notion, store, new ConnectOptions { Name = "New" }, cache);
        Assert.Equal("New", Assert.Single((await store.ListAsync(default)).Connections).Name);
        var finder = new ConnectionFinder(new TestStores(store), cache);
        await Expect.ErrorAsync(ErrorIds.ConnectionNotFound, () => finder.FindAsync("Old", null, null, default));
        Assert.NotNull((await finder.FindAsync("new", null, null, default)).Session.Connection);
    }

    [Fact]
    public async Task A_name_of_another_bot_is_NameInUse_and_neither_that_connection_nor_the_sign_in_is_lost()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection other =
            await notion.StoreAsync(store, "acme", notion.Fake.AddPublicIntegration(workspaceName: "Other"));
        string before = store.Secrets[SecretName.OfConnection(other.Details.BotId)];
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), Store = store };
        NotionAuthException error = await Expect.ErrorAsync(ErrorIds.NameInUse, () => run.ConnectAsync());

        Assert.Contains("-Force", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("'Acme 2'", error.Message, StringComparison.Ordinal);
        Assert.Contains("belongs to another connection", (await run.Browser.Page).Text, StringComparison.Ordinal);
        Assert.Equal(before, store.Secrets[SecretName.OfConnection(other.Details.BotId)]);
        Assert.Equal(
            ["acme", "Acme 2"],
            (await store.ListAsync(default)).Connections.Select(c => c.Name).Order(StringComparer.Ordinal).Reverse());
        Assert.NotNull(await store.ReadAppAsync(notion.Credentials.ClientId, default));
    }

    [Fact]
    public async Task A_given_name_of_another_integrations_connection_is_NameInUse_before_a_browser_opens()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        await notion.StoreAsync(store, "acme", notion.Fake.AddPublicIntegration(workspaceName: "Other"));
        var run = new SignInRun(notion)
        {
            Browser = ScriptedBrowser.Allowing(),
            Store = store,
            Options = new ConnectOptions { Name = "ACME" }
        };
        await Expect.ErrorAsync(ErrorIds.NameInUse, () => run.ConnectAsync());
        Assert.Equal(0, notion.Fake.CountRequests("/v1/oauth"));
    }

    [Fact]
    public async Task Force_replaces_the_connection_of_that_name()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection other =
            await notion.StoreAsync(store, "acme", notion.Fake.AddPublicIntegration(workspaceName: "Other"));
        StoredConnection connection = await SignInAsync(notion, store, new ConnectOptions { Force = true });
        Assert.Equal(connection.Details.BotId, Assert.Single((await store.ListAsync(default)).Connections).BotId);
        Assert.Null(store.Stored(other.Details.BotId));
    }

    [Fact]
    public async Task Force_removes_the_old_connection_only_after_the_new_one_is_written()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection other =
            await notion.StoreAsync(store, "Acme", notion.Fake.AddPublicIntegration(workspaceName: "Other"));
        store.FailOn("Write");
        await Expect.ErrorAsync(
            ErrorIds.VaultLocked, () => SignInAsync(notion, store, new ConnectOptions { Force = true }));
        Assert.NotNull(store.Stored(other.Details.BotId));
    }

    [Theory]
    [InlineData("not JSON", false, ErrorIds.SecretInvalid)]
    [InlineData("""{"version":1}""", false, ErrorIds.SecretInvalid)]
    [InlineData("""{"version":2,"bot_id":"x"}""", false, ErrorIds.SecretTooNew)]
    [InlineData("""{"version":2,"bot_id":"x"}""", true, ErrorIds.SecretTooNew)]
    public async Task A_secret_that_is_not_ours_broken_or_newer_is_left_alone(string secret, bool force, string errorId)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        string name = SecretName.OfConnection(notion.Fake.Authorize().BotId.ToString());
        store.Secrets[name] = secret;
        var run = new SignInRun(notion)
        {
            Browser = ScriptedBrowser.Allowing(),
            Store = store,
            Options = new ConnectOptions { Force = force }
        };
        NotionAuthException error = await Expect.ErrorAsync(errorId, () => run.ConnectAsync());
        Assert.Equal(name, error.Target);
        Assert.Equal(secret, store.Secrets[name]);
        Assert.Equal(400, (await run.Browser.Page).Status);
    }

    [Fact]
    public async Task Force_writes_over_a_broken_secret()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        store.Secrets[SecretName.OfConnection(notion.Fake.Authorize().BotId.ToString())] = "broken";
        StoredConnection connection = await SignInAsync(notion, store, new ConnectOptions { Force = true });
        Assert.NotNull(store.Stored(connection.Details.BotId));
    }

    [Fact]
    public async Task Two_workspaces_are_two_connections()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        await SignInAsync(notion, store);
        notion.Fake.DefaultIntegration.Workspace = notion.Fake.AddWorkspace("Beta *[corp]?");
        await SignInAsync(notion, store);
        Assert.Equal(
            ["Acme", "Beta --corp--"],
            (await store.ListAsync(default)).Connections.Select(c => c.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_failed_sign_in_leaves_what_was_stored_before()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection before = await SignInAsync(notion, store);
        string secret = store.Secrets[SecretName.OfConnection(before.Details.BotId)];
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Denying(), Store = store };
        await Expect.ErrorAsync(ErrorIds.AccessDenied, () => run.ConnectAsync());
        Assert.Equal(secret, store.Secrets[SecretName.OfConnection(before.Details.BotId)]);
    }

    [Fact]
    public async Task An_older_integration_without_refresh_tokens_connects()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.DefaultIntegration.RefreshTokens = false);
        StoredConnection connection = await SignInAsync(notion, new RecordingStore());
        Assert.False(connection.Details.HasRefreshToken);
        Assert.Null(connection.RefreshToken);
    }

    [Fact]
    public async Task A_workspace_without_a_name_is_called_after_its_bot()
    {
        await using TestNotion notion = await TestNotion.StartAsync(
            f => f.Behavior.ExtraTokenFields = """{"workspace_name":null,"workspace_icon":null}""");
        StoredConnection connection = await SignInAsync(notion, new RecordingStore());
        Assert.Equal(connection.Details.BotId, connection.Details.Name);
    }

    [Fact]
    public async Task A_new_client_secret_that_is_wrong_ends_the_sign_in_before_a_browser_or_a_listener()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        using TakenPort taken = TakenPort.Take();
        var run = new SignInRun(notion)
        {
            Browser = ScriptedBrowser.Allowing(),
            Credentials = new ClientCredentials(notion.Credentials.ClientId, new Secret("secret_that_is_wrong")),
            HasNewSecret = true,
        };
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.InvalidClient, () => run.ConnectAsync([taken.RedirectUri]));
        Assert.Contains("-ClientSecret", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(0, run.Browser.OpenedCount);
        Assert.False(run.Shown.Task.IsCompleted);
        Assert.Equal("/v1/oauth/introspect", Assert.Single(notion.Fake.Requests).Path);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task A_client_secret_is_asked_about_where_it_is_new(bool isNew, int count)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), HasNewSecret = isNew }.ConnectAsync();
        Assert.Equal(count, notion.RequestsTo("/v1/oauth/introspect").Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(500)]
    [InlineData(529)]
    public async Task What_the_question_for_a_new_client_secret_can_not_tell_means_nothing(int status)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.Of(status, "some_code", "/v1/oauth/introspect", times: null));
        StoredConnection connection = await new SignInRun(notion)
        {
            Browser = ScriptedBrowser.Allowing(),
            HasNewSecret = true
        }.ConnectAsync();
        Assert.Equal("Acme", connection.Details.Name);
    }

    [Fact]
    public async Task Signing_in_again_notes_what_it_may_mean_for_another_machine()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        var first = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), Store = store };
        await first.ConnectAsync();
        Assert.Empty(first.Notes);
        var second = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), Store = store };
        await second.ConnectAsync();
        Assert.Contains("another machine", Assert.Single(second.Notes), StringComparison.Ordinal);
        Assert.Empty(second.Warnings);
    }

    private static Task<StoredConnection> SignInAsync(
        TestNotion notion, RecordingStore store, ConnectOptions? options = null, ConnectionCache? cache = null) =>
        new SignInRun(notion)
        {
            Browser = ScriptedBrowser.Allowing(),
            Store = store,
            Options = options ?? new ConnectOptions(),
            Cache = cache ?? new ConnectionCache()
        }
            .ConnectAsync(CancellationToken.None);
}
