using System;
using System.Diagnostics;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.SignIn.Callback;
using Xunit;

namespace NotionAuth.Core.Tests.OAuth;

public sealed partial class CallbackListenerTests
{
    private const string State = "s7Hk2-right-state-0123456789";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly ResultPage Done = ResultPage.Success("acme", "Acme", null);

    private static readonly string[] FixedHeaders =
    [
        "Content-Type: text/html; charset=utf-8", "Cache-Control: no-store", "Referrer-Policy: no-referrer",
        "X-Content-Type-Options: nosniff",
        "X-Frame-Options: DENY", "Connection: close", "Cross-Origin-Opener-Policy: same-origin",
        "Cross-Origin-Resource-Policy: same-origin",
    ];

    public static TheoryData<string> Hosts => ["localhost", "127.0.0.1", "[::1]"];

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task The_callback_is_returned_and_the_browser_gets_the_page_it_is_answered_with(string host)
    {
        if (host == "[::1]" && !Socket.OSSupportsIPv6) return;
        using CallbackListener listener = StartAnywhere(host: host);
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        IPAddress address = host == "[::1]" ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        using TcpClient browser = await RawHttp.OpenAsync(
            address, listener.RedirectUri.Port, RawHttp.Get(listener.RedirectUri, $"?code=c0de&state={State}"));

        PendingCallback callback = await wait.WaitAsync(Soon);
        Assert.Equal("c0de", callback.Response.Code!.Reveal());
        Assert.Equal(0, browser.Available);
        Task<RawAnswer> reading = RawHttp.ReadAsync(browser);
        await callback.AnswerAsync(Done, CancellationToken.None);
        listener.Dispose();

        RawAnswer answer = await reading;
        Assert.Equal(200, answer.Status);
        Assert.Equal(Done.Utf8Html, answer.Body);
        AssertHeaders(answer);
    }

    [Fact]
    public async Task Localhost_is_served_on_both_of_its_addresses()
    {
        if (!Socket.OSSupportsIPv6) return;
        foreach (IPAddress address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            using CallbackListener listener = StartAnywhere();
            Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
            using TcpClient browser = await RawHttp.OpenAsync(
                address, listener.RedirectUri.Port, RawHttp.Get(listener.RedirectUri, $"?code=x&state={State}"));
            PendingCallback callback = await wait.WaitAsync(Soon);
            Assert.Equal(Done.Utf8Html, (await AnswerAsync(callback, Done, browser)).Body);
        }
    }

    [Fact]
    public async Task An_ordinary_http_client_gets_the_page()
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        using var client = new HttpClient();
        Task<string> page =
            client.GetStringAsync(new Uri(listener.RedirectUri.OriginalString + $"?code=x&state={State}"));
        await (await wait.WaitAsync(Soon)).AnswerAsync(Done, CancellationToken.None);
        Assert.Contains("Connected to", await page.WaitAsync(Soon), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_callback_that_comes_before_the_wait_is_found_by_it()
    {
        using CallbackListener listener = StartAnywhere();
        using TcpClient browser = await RawHttp.OpenAsync(
            IPAddress.Loopback, listener.RedirectUri.Port, RawHttp.Get(listener.RedirectUri,
                $"?code=early&state={State}"));
        PendingCallback callback = await listener.WaitAsync(State, null, CancellationToken.None).WaitAsync(Soon);
        Assert.Equal("early", callback.Response.Code!.Reveal());
    }

    [Theory]
    [InlineData("http://localhost:PORT", "/")]
    [InlineData("http://localhost:PORT/", "/")]
    [InlineData("http://localhost:PORT/a/b%20c/Callback", "/a/b%20c/Callback")]
    public async Task The_path_is_the_redirect_uris_own(string uri, string path)
    {
        using CallbackListener listener = StartAnywhere(uri);
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        string host = listener.RedirectUri.Authority;
        RawAnswer other = await RawHttp.SendAsync(listener.RedirectUri,
            $"GET {path}x?code=x&state={State} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        Assert.Equal(404, other.Status);
        using TcpClient browser = await RawHttp.OpenAsync(
            IPAddress.Loopback, listener.RedirectUri.Port,
            $"GET {path}?code=x&state={State} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        Assert.NotNull((await wait.WaitAsync(Soon)).Response.Code);
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_beforehand_never_waits()
    {
        using CallbackListener listener = StartAnywhere();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => listener.WaitAsync(State, null, new CancellationToken(true)));
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => listener.WaitAsync(State, null, CancellationToken.None));
    }

    [Fact]
    public async Task A_browser_that_has_gone_away_fails_nothing()
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        TcpClient browser = await RawHttp.OpenAsync(
            IPAddress.Loopback, listener.RedirectUri.Port, RawHttp.Get(listener.RedirectUri, $"?code=x&state={State}"));
        PendingCallback callback = await wait.WaitAsync(Soon);
        browser.LingerState = new LingerOption(true, 0);
        browser.Dispose();
        await callback.AnswerAsync(Done, CancellationToken.None).WaitAsync(Soon);
        listener.Dispose();
        await callback.AnswerAsync(Done, CancellationToken.None).WaitAsync(Soon);
    }

    [Fact]
    public async Task A_browser_that_doesnt_read_holds_nothing_up()
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        using TcpClient browser = await RawHttp.OpenAsync(
            IPAddress.Loopback, listener.RedirectUri.Port, RawHttp.Get(listener.RedirectUri, $"?code=x&state={State}"));
        PendingCallback callback = await wait.WaitAsync(Soon);
        ResultPage page = ResultPage.Success("a", "b", "data:image/png;base64," + new string('A', 40_000_000));
        var clock = Stopwatch.StartNew();
        await callback.AnswerAsync(page, CancellationToken.None).WaitAsync(Soon);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 12);

        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        await callback.AnswerAsync(page, cancel.Token).WaitAsync(Soon);
    }

    [Fact]
    public async Task A_large_page_arrives_whole_though_the_listener_is_disposed_right_after()
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        byte[] image = RandomNumberGenerator.GetBytes(256 * 1024);
        ResultPage page = ResultPage.Success("a", "b", "data:image/png;base64," + Convert.ToBase64String(image));
        using TcpClient browser = await RawHttp.OpenAsync(
            IPAddress.Loopback, listener.RedirectUri.Port,
            RawHttp.Get(listener.RedirectUri, $"?code=x&state={State}") + "and bytes that nobody reads");
        PendingCallback callback = await wait.WaitAsync(Soon);
        Task<RawAnswer> reading = RawHttp.ReadAsync(browser);
        await callback.AnswerAsync(page, CancellationToken.None);
        listener.Dispose();
        Assert.Equal(page.Utf8Html, (await reading).Body);
    }

    private static async Task AssertSignInStillWorks(CallbackListener listener, Task<PendingCallback> wait)
    {
        using TcpClient browser = await RawHttp.OpenAsync(
            IPAddress.Loopback, listener.RedirectUri.Port, RawHttp.Get(listener.RedirectUri,
                $"?code=genuine&state={State}"));
        PendingCallback callback = await wait.WaitAsync(Soon);
        Assert.Equal("genuine", callback.Response.Code!.Reveal());
        RawAnswer answer = await AnswerAsync(callback, Done, browser);
        Assert.Equal(200, answer.Status);
        Assert.Equal(Done.Utf8Html, answer.Body);
    }

    private static async Task<RawAnswer> AnswerAsync(PendingCallback callback, ResultPage page, TcpClient browser)
    {
        Task<RawAnswer> reading = Read();
        await callback.AnswerAsync(page, CancellationToken.None).WaitAsync(Soon);
        return await reading;

        // A browser closes when it has read to the end.
        async Task<RawAnswer> Read()
        {
            using (browser) return await RawHttp.ReadAsync(browser);
        }
    }

    private static void AssertHeaders(RawAnswer answer, bool head = false)
    {
        foreach (string header in FixedHeaders)
        {
            int colon = header.IndexOf(':', StringComparison.Ordinal);
            Assert.Equal(header[(colon + 2)..], answer.Headers[header[..colon]], ignoreCase: true);
        }

        int length = int.Parse(answer.Headers["Content-Length"], System.Globalization.CultureInfo.InvariantCulture);
        if (head) Assert.Empty(answer.Body);
        else Assert.Equal(length, answer.Body.Length);
        Assert.True(length > 0);

        string policy = answer.Headers["Content-Security-Policy"];
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("Microsoft", answer.Text, StringComparison.Ordinal);
    }

    private static int CountOf(string text, string part) => text.Split(part).Length - 1;

    private static async Task<string> ReadUntilClosed(TcpClient client)
    {
        try
        {
            return (await RawHttp.ReadAsync(client)).Text;
        }
        catch (System.IO.IOException)
        {
            return string.Empty;
        }
    }

    private static TcpListener Occupy(IPAddress address, out int port)
    {
        var listener = new TcpListener(address, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }

    private static CallbackListener StartAnywhere(
        string uri = "http://HOST:PORT/callback", string host = "localhost", bool? useHttpListener = null,
        TimeSpan? headTime = null)
    {
        while (true)
        {
            int port = RandomNumberGenerator.GetInt32(20_000, 32_000);
            var redirectUri = new Uri(
                uri.Replace("HOST", host, StringComparison.Ordinal)
                .Replace("PORT", $"{port}", StringComparison.Ordinal));
            try
            {
                return CallbackListener.Start(
                    [redirectUri], useHttpListener ?? OperatingSystem.IsWindows(),
                    headTime ?? TimeSpan.FromSeconds(10));
            }
            catch (NotionAuthException e) when (e.ErrorId == ErrorIds.PortInUse)
            {
                // Another test's, or somebody else's: the next one.
            }
        }
    }
}
