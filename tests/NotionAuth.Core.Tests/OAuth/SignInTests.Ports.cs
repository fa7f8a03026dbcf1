using System;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.SignIn.Callback;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.OAuth;

public sealed partial class SignInTests
{
    [Fact]
    public async Task The_second_redirect_URI_is_used_when_the_port_of_the_first_is_taken()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        using TakenPort taken = TakenPort.Take();
        notion.Fake.RegisterRedirectUri(notion.Fake.DefaultIntegration, taken.RedirectUri.OriginalString);
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing() };
        Uri used = await notion.WithRedirectUriAsync(async uri =>
        {
            await run.ConnectAsync([taken.RedirectUri, uri]);
            return uri;
        });
        Assert.Equal(used.OriginalString, (await run.Shown.Task).RedirectUri);
        Assert.Equal(200, (await run.Browser.Page).Status);
    }

    [Fact]
    public async Task Every_port_taken_is_PortInUse_which_names_them_and_no_browser_opens()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        using TakenPort first = TakenPort.Take(), second = TakenPort.Take();
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing() };
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.PortInUse, () => run.ConnectAsync([first.RedirectUri, second.RedirectUri]));
        Assert.Contains($"{first.RedirectUri.Port}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{second.RedirectUri.Port}", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, run.Browser.OpenedCount);
        Assert.Empty(notion.Fake.Requests);
    }

    [Fact]
    public async Task Without_a_browser_of_ours_the_URL_is_shown_and_opening_it_anywhere_completes_the_sign_in()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var run = new SignInRun(notion);
        Task<StoredConnection> connecting = run.ConnectAsync();
        AuthorizationRequest request = await run.Shown.Task.WaitAsync(TestNotion.Soon);
        SeenPage page = await ScriptedBrowser.VisitAsync(await ScriptedBrowser.DecideAsync(request.Uri, "allow"));
        Assert.Equal(200, page.Status);
        Assert.Equal("Acme", (await connecting.WaitAsync(TestNotion.Soon)).Details.Name);
    }

    private static async Task<T> FreeAsync<T>(Func<Uri, Task<T>> test)
    {
        while (true)
        {
            Uri uri = TestNotion.NewRedirectUri();
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, uri.Port));
            }
            catch (SocketException)
            {
                continue;
            }

            probe.Dispose();
            return await test(uri);
        }
    }

    private static void AssertFree(Uri uri)
    {
        using CallbackListener again = CallbackListener.Start([uri]);
        Assert.Equal(uri, again.RedirectUri);
    }
}
