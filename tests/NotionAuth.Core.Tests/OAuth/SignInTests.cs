using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.OAuth;
using Xunit;

namespace NotionAuth.Core.Tests.OAuth;

public sealed partial class SignInTests
{
    [Fact]
    public async Task Allow_ends_with_a_stored_connection_and_a_page_that_names_the_workspace_and_its_icon()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f =>
        {
            f.DefaultWorkspace.Name = "Ünïted <b>Acme</b> & Sons";
            f.DefaultWorkspace.Icon = "🦊";
        });
        var store = new RecordingStore();
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), Store = store };
        StoredConnection connection = await run.ConnectAsync();

        SeenPage page = await run.Browser.Page;
        Assert.Equal(200, page.Status);
        Assert.Contains(
            "Connected to Ünïted <b>Acme</b> & Sons", page.Text.Replace("  ", " ", StringComparison.Ordinal).Replace(
                "to  ", "to ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("🦊", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>Acme", page.Html, StringComparison.Ordinal);

        StoredConnection stored = store.Stored(connection.Details.BotId)!;
        TokenInfo live = notion.Fake.Tokens.Single(
            t => t.ClientId == notion.Credentials.ClientId && t.AccessState == TokenState.Live);
        Assert.Equal(live.AccessToken, stored.AccessToken.Reveal());
        Assert.Equal(live.RefreshToken, stored.RefreshToken!.Reveal());
        Assert.Empty(run.Warnings);
        Assert.Equal(1, run.Browser.OpenedCount);
    }

    [Fact]
    public async Task A_picture_as_icon_is_not_fetched_and_the_first_letter_stands_in()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        notion.Fake.DefaultWorkspace.Icon = $"http://localhost:{((IPEndPoint)elsewhere.LocalEndpoint).Port}/icon.png";
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing() };
        await run.ConnectAsync().WaitAsync(TestNotion.Soon);
        SeenPage page = await run.Browser.Page;
        Assert.Contains("<span class=\"letter\">A</span>", page.Html, StringComparison.Ordinal);
        Assert.False(elsewhere.Pending());
    }

    [Fact]
    public async Task The_authorize_URL_and_the_exchange_carry_the_same_redirect_URI_and_a_long_state()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing() };
        await run.ConnectAsync();
        AuthorizationRequest shown = await run.Shown.Task;

        Assert.Equal(shown.RedirectUri, ScriptedBrowser.Parameter(shown.Uri, "redirect_uri"));
        Assert.Equal("code", ScriptedBrowser.Parameter(shown.Uri, "response_type"));
        Assert.Equal("user", ScriptedBrowser.Parameter(shown.Uri, "owner"));
        Assert.Equal(notion.Credentials.ClientId, ScriptedBrowser.Parameter(shown.Uri, "client_id"));
        Assert.True(ScriptedBrowser.StateOf(shown.Uri).Length >= 43,
            "A state of 256 bits has 43 characters in base64url.");
        Assert.Equal(
            shown.RedirectUri, TestNotion.Json(Assert.Single(notion.RequestsTo("/v1/oauth/token")).Body!).GetProperty(
                "redirect_uri").GetString());
    }

    [Fact]
    public async Task Deny_is_AccessDenied_and_the_page_says_so()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Denying(), Store = store };
        OAuthException error = await Expect.ErrorAsync<OAuthException>(ErrorIds.AccessDenied, () => run.ConnectAsync());

        Assert.Equal(NotionErrorKind.PermissionDenied, error.Kind);
        SeenPage page = await run.Browser.Page;
        Assert.Contains("Access was not granted", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Connected to", page.Text, StringComparison.Ordinal);
        Assert.Empty(store.Secrets);
        Assert.Empty(notion.RequestsTo("/v1/oauth/token"));
    }

    [Theory]
    [InlineData("invalid_request", "InvalidRequest")]
    [InlineData("unauthorized_client", "UnauthorizedClient")]
    [InlineData("unsupported_response_type", "UnsupportedResponseType")]
    [InlineData("invalid_scope", "InvalidScope")]
    [InlineData("server_error", "ServerError")]
    [InlineData("temporarily_unavailable", "TemporarilyUnavailable")]
    [InlineData("something_new", "SomethingNew")]
    [InlineData("<script>alert(1)</script>", "ServerError")]
    public async Task An_error_in_the_callback_has_its_id_and_a_page(string code, string errorId)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var run = new SignInRun(notion)
        {
            Browser = ScriptedBrowser.CallingBack(state =>
                $"error={Uri.EscapeDataString(code)}&error_description={Uri.EscapeDataString("<i>because</i>")}" +
                $"&state={state}"),
        };
        NotionAuthException error = await Expect.ErrorAsync(errorId, () => run.ConnectAsync());
        Assert.Contains("<i>because</i>", error.Message, StringComparison.Ordinal);
        SeenPage page = await run.Browser.Page;
        Assert.Equal(400, page.Status);
        Assert.Contains("Notion is not connected", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page.Html, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("code=evil&state=wrong")]
    [InlineData("code=evil")]
    [InlineData("code=evil&state=STATE&state=STATE")]
    [InlineData("error=access_denied&state=wrong")]
    [InlineData("code=evil&state=")]
    public async Task A_callback_with_a_state_that_is_wrong_does_not_end_the_sign_in(string query)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        SeenPage? refused = null;
        var run = new SignInRun(notion)
        {
            Browser = new ScriptedBrowser(async (b, uri) =>
            {
                refused = await ScriptedBrowser.VisitAsync(
                    ScriptedBrowser.Callback(
                        uri, query.Replace("STATE", ScriptedBrowser.StateOf(uri), StringComparison.Ordinal)));
                return await ScriptedBrowser.VisitAsync(await ScriptedBrowser.DecideAsync(uri, "allow"));
            }),
        };
        StoredConnection connection = await run.ConnectAsync();
        Assert.Equal("Acme", connection.Details.Name);
        Assert.Equal(400, refused!.Status);
        Assert.Equal(200, (await run.Browser.Page).Status);
        Assert.Single(run.Warnings);
        Assert.DoesNotContain("evil", notion.RequestsTo("/v1/oauth/token").Single().Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("code=evil&state=wrong", ErrorIds.StateMismatch)]
    [InlineData("code=evil", ErrorIds.StateMissing)]
    [InlineData("code=evil&state=a&state=b", ErrorIds.StateRepeated)]
    public async Task Only_callbacks_with_a_wrong_state_end_in_that_error_at_the_time_out(string query, string errorId)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        var run = new SignInRun(notion)
        {
            Browser = ScriptedBrowser.CallingBack(_ => query),
            Store = store,
            Timeout = TimeSpan.FromSeconds(2)
        };
        NotionAuthException error = await Expect.ErrorAsync(errorId, () => run.ConnectAsync());
        Assert.Equal(NotionErrorKind.AuthenticationFailed, error.Kind);
        Assert.Contains("refused", Assert.Single(run.Warnings), StringComparison.Ordinal);
        Assert.Empty(store.Secrets);
        Assert.Empty(notion.RequestsTo("/v1/oauth/token"));
    }

    [Theory]
    [InlineData("state=STATE")]
    [InlineData("code=a&code=b&state=STATE")]
    [InlineData("code=a&error=access_denied&state=STATE")]
    [InlineData("code=&state=STATE")]
    public async Task A_callback_with_the_right_state_and_no_single_answer_is_InvalidCallback(string query)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var run = new SignInRun(notion)
        {
            Browser = ScriptedBrowser.CallingBack(state => query.Replace("STATE", state, StringComparison.Ordinal))
        };
        await Expect.ErrorAsync(ErrorIds.InvalidCallback, () => run.ConnectAsync());
        Assert.Contains("Sign-in failed", (await run.Browser.Page).Text, StringComparison.Ordinal);
        Assert.Empty(notion.RequestsTo("/v1/oauth/token"));
    }

    [Fact]
    public async Task A_redirect_URI_that_is_not_registered_is_an_error_at_once_and_no_browser_opens()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.AuthorizeErrorsInPlace = true);
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing() };
        (NotionAuthException error, Uri uri) = await FreeAsync(async uri =>
            (await Expect.ErrorAsync(ErrorIds.RedirectUriNotRegistered, () => run.ConnectAsync([uri])), uri));
        Assert.Equal(0, run.Browser.OpenedCount);
        Assert.False(run.Shown.Task.IsCompleted);
        Assert.Contains(uri.OriginalString, error.Message, StringComparison.Ordinal);
        Assert.Contains(uri.OriginalString, error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(uri.OriginalString, error.Target);
    }

    [Fact]
    public async Task An_unknown_client_is_InvalidClient_and_no_browser_opens()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var run = new SignInRun(notion)
        {
            Browser = ScriptedBrowser.Allowing(),
            Credentials = new ClientCredentials(
            "nobody-knows-me", new Secret("secret_x"))
        };
        NotionAuthException error = await Expect.ErrorAsync("InvalidClient", () => run.ConnectAsync());
        Assert.Contains("nobody-knows-me", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, run.Browser.OpenedCount);
    }

    [Fact]
    public async Task Without_a_network_it_is_ConnectionFailed_before_a_browser_opens()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        // Bound and not listening: nobody else can get the port, and every connection is refused.
        var nowhere = new Uri($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndPoint!).Port}");
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), BaseUri = nowhere };
        NotionAuthException error = await Expect.ErrorAsync(ErrorIds.ConnectionFailed, () => run.ConnectAsync());
        Assert.Equal(NotionErrorKind.ConnectionFailed, error.Kind);
        Assert.Equal(0, run.Browser.OpenedCount);
    }

    [Fact]
    public async Task Nobody_coming_back_is_CallbackTimeout_which_names_the_URI_to_register()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var run =
            new SignInRun(notion) { Browser = ScriptedBrowser.Leaving(), Timeout = TimeSpan.FromMilliseconds(50) };
        NotionAuthException error = await Expect.ErrorAsync(ErrorIds.CallbackTimeout, () => run.ConnectAsync());
        string redirectUri = (await run.Shown.Task).RedirectUri;
        Assert.Equal(NotionErrorKind.Timeout, error.Kind);
        Assert.Contains(redirectUri, error.Message, StringComparison.Ordinal);
        Assert.Contains($"register exactly {redirectUri}", error.RecommendedAction, StringComparison.Ordinal);
        AssertFree(new Uri(redirectUri));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_mistake_that_Notion_shows_on_a_page_of_its_own_ends_with_the_time(bool isUnknownClient)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var run = new SignInRun(notion)
        {
            Browser = ScriptedBrowser.Leaving(),
            Timeout = TimeSpan.FromMilliseconds(300),
            Credentials = isUnknownClient
                ? new ClientCredentials(Guid.NewGuid().ToString(), new Secret("secret_x")) : null,
        };
        (NotionAuthException error, Uri uri) = await FreeAsync(async uri =>
            (await Expect.ErrorAsync(ErrorIds.CallbackTimeout, () => run.ConnectAsync([uri])), uri));
        Assert.Equal(1, run.Browser.OpenedCount);
        Assert.Contains($"register exactly {uri.OriginalString}", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_at_once_and_frees_the_port()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        using var cancel = new CancellationTokenSource();
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Leaving() };
        Task<StoredConnection> connecting = run.ConnectAsync(cancel.Token);
        AuthorizationRequest request = await run.Shown.Task.WaitAsync(TestNotion.Soon);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(TestNotion.Soon));
        AssertFree(new Uri(request.RedirectUri));
    }

    [Fact]
    public async Task Cancelling_ends_an_exchange_under_way_at_once_and_keeps_nothing()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var never = new TaskCompletionSource();
        notion.Fake.Faults.Add(Fault.Hold(never.Task, "/v1/oauth/token"));
        using var cancel = new CancellationTokenSource();
        var store = new RecordingStore();
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), Store = store };
        Task<StoredConnection> connecting = run.ConnectAsync(cancel.Token);
        await notion.Fake.WaitForRequestAsync(r => r.Path == "/v1/oauth/token").WaitAsync(TestNotion.Soon);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(TestNotion.Soon));
        Assert.Empty(store.Secrets);
        AssertFree(new Uri((await run.Shown.Task).RedirectUri));
        SeenPage page = await run.Browser.Page;
        Assert.Equal(400, page.Status);
        Assert.Contains("was cancelled", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_after_the_connection_was_kept_does_not_make_the_page_lie()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        using var cancel = new CancellationTokenSource();
        var store = new RecordingStore { OnWrite = _ => cancel.Cancel() };
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), Store = store };
        Task<StoredConnection> connecting = run.ConnectAsync(cancel.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(TestNotion.Soon));
        Assert.Contains(store.Secrets.Keys, k => SecretName.BotIdOf(k) is not null);
        SeenPage page = await run.Browser.Page;
        Assert.Equal(200, page.Status);
        Assert.Contains("Connected to Acme", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_wrong_client_secret_gives_a_failure_page_and_InvalidClient(bool documented)
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.DocumentedOAuthErrors = documented);
        var store = new RecordingStore();
        var run = new SignInRun(notion)
        {
            Browser = ScriptedBrowser.Allowing(),
            Store = store,
            Credentials = new ClientCredentials(notion.Credentials.ClientId, new Secret("secret_of_somebody_else")),
        };
        await Expect.ErrorAsync<OAuthException>("InvalidClient", () => run.ConnectAsync());
        SeenPage page = await run.Browser.Page;
        Assert.Contains("Notion is not connected", page.Text, StringComparison.Ordinal);
        Assert.Contains("client secret", page.Text, StringComparison.Ordinal);
        Assert.Empty(store.Secrets);
    }

    [Theory]
    [InlineData("Write")]
    [InlineData("Read")]
    [InlineData("List")]
    public async Task A_store_that_fails_gives_a_failure_page_and_its_error(string call)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        store.FailOn(call);
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), Store = store };
        await Expect.ErrorAsync(ErrorIds.VaultLocked, () => run.ConnectAsync());
        SeenPage page = await run.Browser.Page;
        Assert.Equal(400, page.Status);
        Assert.Contains("Vault 'Test' is locked.", page.Text, StringComparison.Ordinal);
        Assert.Contains("Unlock-SecretStore", page.Text, StringComparison.Ordinal);
        Assert.Empty(store.Secrets.Keys.Select(SecretName.BotIdOf).OfType<string>());
    }

    [Fact]
    public async Task A_fault_of_ours_gives_a_failure_page_that_says_nothing_of_it()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore
        {
            OnWrite = c => throw new InvalidOperationException("Inner workings: " + c.AccessToken.Reveal())
        };
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), Store = store };
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.ConnectAsync());
        SeenPage page = await run.Browser.Page;
        Assert.Equal(400, page.Status);
        Assert.Contains("Notion is not connected", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Inner workings", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vault_that_cannot_be_written_is_found_out_before_the_browser_opens()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        store.FailOn("ProveWritable");
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), Store = store };
        await Expect.ErrorAsync(ErrorIds.VaultLocked, () => run.ConnectAsync());
        Assert.Equal(0, run.Browser.OpenedCount);
        Assert.Empty(notion.Fake.Requests);
    }
}
