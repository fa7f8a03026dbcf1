using System;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.OAuth;

public sealed class PastedSignInTests
{
    private static readonly Uri[] Registered = [AppResolver.DefaultRedirectUri];

    [Theory]
    [InlineData("{0}")]
    [InlineData("  {0}\r\n")]
    [InlineData("\"{0}\"")]
    [InlineData(" '{0}' ")]
    [InlineData("<{0}>")]
    [InlineData("{0}#top")]
    public async Task The_address_that_the_browser_ended_on_signs_in_however_it_was_copied(string form)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var run = new SignInRun(notion)
        {
            Paste = async request =>
                form.Replace(
                    "{0}", (await ScriptedBrowser.DecideAsync(request.Uri, "allow")).AbsoluteUri,
                    StringComparison.Ordinal),
        };
        StoredConnection connection = await run.ConnectAsync(Registered);
        Assert.Equal("Acme", connection.Details.Name);
    }

    [Fact]
    public async Task No_port_is_needed()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        using TakenPort taken = TakenPort.Take();
        notion.Fake.RegisterRedirectUri(notion.Fake.DefaultIntegration, taken.RedirectUri.OriginalString);
        var run = new SignInRun(notion)
        {
            Paste = async request => (await ScriptedBrowser.DecideAsync(request.Uri,
            "allow")).AbsoluteUri
        };
        Assert.Equal("Acme", (await run.ConnectAsync([taken.RedirectUri])).Details.Name);
    }

    [Theory]
    [InlineData("", ErrorIds.InvalidCallback)]
    [InlineData("I pressed Allow", ErrorIds.InvalidCallback)]
    [InlineData("http://localhost:8914/callback", ErrorIds.InvalidCallback)]
    [InlineData("http://localhost:8914/callback?code=c0de-c0de", ErrorIds.StateMissing)]
    [InlineData("http://localhost:8914/callback?code=c0de-c0de&state=old", ErrorIds.StateMismatch)]
    [InlineData("http://localhost:8914/callback?code=c0de-c0de&state=STATE&state=STATE", ErrorIds.StateRepeated)]
    [InlineData("http://localhost:8914/callback?state=STATE", ErrorIds.InvalidCallback)]
    [InlineData("http://localhost:8914/callback?error=access_denied&state=STATE", ErrorIds.AccessDenied)]
    public async Task A_text_that_is_no_answer_to_this_sign_in_is_an_error_and_nothing_is_exchanged(
        string pasted, string errorId)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        var run = new SignInRun(notion)
        {
            Store = store,
            Paste = request =>
                Task.FromResult(
                    pasted.Replace("STATE", ScriptedBrowser.StateOf(request.Uri), StringComparison.Ordinal)),
        };
        NotionAuthException error = await Expect.ErrorAsync(errorId, () => run.ConnectAsync(Registered));
        Assert.DoesNotContain("c0de-c0de", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(notion.RequestsTo("/v1/oauth/token"));
        Assert.Empty(store.Secrets);
    }

    [Theory]
    [InlineData("", "Nothing was pasted.")]
    [InlineData("I pressed Allow", "it has no query")]
    [InlineData("REQUEST", "the address to sign in at")]
    [InlineData("http://localhost:8914/callback?code=c0de-c0de&state=old", "state")]
    public async Task After_a_wrong_paste_it_asks_again_with_the_same_state(string wrong, string says)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        int pastes = 0;
        var run = new SignInRun(notion)
        {
            Paste = async request => ++pastes == 1
                ? wrong.Replace("REQUEST", request.Uri.AbsoluteUri, StringComparison.Ordinal)
                : (await ScriptedBrowser.DecideAsync(request.Uri, "allow")).AbsoluteUri,
        };
        Assert.Equal("Acme", (await run.ConnectAsync(Registered)).Details.Name);
        Assert.Equal(2, pastes);
        string warning = Assert.Single(run.Warnings);
        Assert.Contains(says, warning, StringComparison.Ordinal);
        Assert.Contains("paste it again", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("c0de-c0de", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_the_third_wrong_paste_it_ends()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        int pastes = 0;
        var run = new SignInRun(notion)
        {
            Paste = _ =>
            {
                pastes++;
                return Task.FromResult("I pressed Allow");
            },
        };
        await Expect.ErrorAsync(ErrorIds.InvalidCallback, () => run.ConnectAsync(Registered));
        Assert.Equal(3, pastes);
    }

    [Fact]
    public async Task A_redirect_URI_that_is_not_registered_is_an_error_before_anything_is_asked()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.AuthorizeErrorsInPlace = true);
        var run =
            new SignInRun(notion) { Paste = _ => throw new InvalidOperationException("Nothing should be asked.") };
        await Expect.ErrorAsync(ErrorIds.RedirectUriNotRegistered, () => run.ConnectAsync([new Uri(
            "http://localhost:8914/other")]));
    }

    [Fact]
    public async Task A_code_that_was_used_already_is_InvalidGrant()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var run = new SignInRun(notion)
        {
            Paste = async request =>
            {
                Uri ended = await ScriptedBrowser.DecideAsync(request.Uri, "allow");
                Secret code = AuthorizationResponse.Parse(ended.Query, request.State).Code!;
                _ = await notion.OAuth().ExchangeAsync(code, request.RedirectUri, default);
                return ended.AbsoluteUri;
            },
        };
        await Expect.ErrorAsync<OAuthException>("InvalidGrant", () => run.ConnectAsync(Registered));
    }
}
