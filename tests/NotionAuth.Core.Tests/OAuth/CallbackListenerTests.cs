using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.SignIn.Callback;
using Xunit;

namespace NotionAuth.Core.Tests.OAuth;

public sealed class CallbackListenerTests
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

    [Theory]
    [InlineData("GET /callback/?Q HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET /callback/x?Q HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET //callback?Q HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET /Callback?Q HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET /c%61llback?Q HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET /%63allback?Q HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET /callback%3FQ HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET /callback%00?Q HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET /callback%2f?Q HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET /x/../callback?Q HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET /./callback?Q HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET /callback#?Q HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET /callback;x?Q HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET /?Q HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET /favicon.ico HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET /callback?Q HTTP/1.1|Host: evil.example||", 404)]
    [InlineData("GET /callback?Q HTTP/1.1|Host: evil.example:PORT||", 404)]
    [InlineData("GET /callback?Q HTTP/1.1|Host: localhost||", 404)]
    [InlineData("GET /callback?Q HTTP/1.1|Host: localhost:1||", 404)]
    [InlineData("GET /callback?Q HTTP/1.1|Host: 127.0.0.1:PORT||", 404)]
    [InlineData("GET /callback?Q HTTP/1.1|Host: localhost.:PORT||", 404)]
    [InlineData("GET /callback?Q HTTP/1.1|Host: HOST@evil.example||", 404)]
    [InlineData("GET /callback?Q HTTP/1.1|Host:||", 404)]
    [InlineData("GET /callback?Q HTTP/1.1||", 400)]
    [InlineData("GET /callback?Q HTTP/1.0||", 400)]
    [InlineData("GET /callback?Q HTTP/1.1|Host: HOST|Host: HOST||", 400)]
    [InlineData("GET /callback?Q HTTP/1.1|Host: evil|Host: HOST||", 400)]
    [InlineData("GET /callback?Q HTTP/1.1|Host : HOST||", 400)]
    [InlineData("GET /callback?Q HTTP/1.1|X: y| Host: HOST||", 400)]
    [InlineData("GET http://HOST/callback?Q HTTP/1.1|Host: HOST||", 400)]
    [InlineData("GET http://evil/callback?Q HTTP/1.1|Host: HOST||", 400)]
    [InlineData("GET callback?Q HTTP/1.1|Host: HOST||", 400)]
    [InlineData("GET <script>alert(1)</script> HTTP/1.1|Host: HOST||", 400)]
    [InlineData("GET /call back?Q HTTP/1.1|Host: HOST||", 400)]
    [InlineData("GET /callback?Q HTTP/2.0|Host: HOST||", 400)]
    [InlineData("GET /callback?Q|Host: HOST||", 400)]
    [InlineData("GET\t/callback?Q\tHTTP/1.1|Host: HOST||", 400)]
    [InlineData("get /callback?Q HTTP/1.1|Host: HOST||", 400)]
    [InlineData("G\u00c9T /callback?Q HTTP/1.1|Host: HOST||", 400)]
    [InlineData("GET /callback?\u00e9&Q HTTP/1.1|Host: HOST||", 400)]
    [InlineData("\u0016\u0003\u0001\u0002|||", 400)]
    [InlineData("OPTIONS * HTTP/1.1|Host: HOST||", 400)]
    [InlineData("POST /callback?Q HTTP/1.1|Host: HOST|Content-Length: 3||abc", 405)]
    [InlineData("POST /callback?Q HTTP/1.1|Host: HOST|Content-Length: 90000||abc", 405)]
    [InlineData("POST /callback?Q HTTP/1.1|Host: HOST|Transfer-Encoding: chunked||5|abc", 405)]
    [InlineData("POST /callback HTTP/1.1|Host: HOST|Expect: 100-continue|Content-Length: 9||", 405)]
    [InlineData("HEAD /callback?Q HTTP/1.1|Host: HOST||", 405)]
    [InlineData("OPTIONS /callback?Q HTTP/1.1|Host: HOST||", 405)]
    [InlineData("PUT /callback?Q HTTP/1.1|Host: HOST||", 405)]
    [InlineData("FOO /callback?Q HTTP/1.1|Host: HOST||", 405)]
    [InlineData("GET /callback HTTP/1.1|Host: HOST||", 400)]
    [InlineData("GET /callback?code=x HTTP/1.1|Host: HOST||", 400)]
    [InlineData("GET /callback?code=x&state=guess HTTP/1.1|Host: HOST||", 400)]
    [InlineData("GET /callback?code=x&state=guess&STATEPAIR HTTP/1.1|Host: HOST||", 400)]
    [InlineData("GET /callback?Q&STATEPAIR HTTP/1.1|Host: HOST||", 400)]
    public async Task What_isnt_the_callback_is_answered_at_once_and_doesnt_end_the_wait(string template, int status)
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        string request = template.Replace("HOST", listener.RedirectUri.Authority, StringComparison.Ordinal)
            .Replace("PORT", $"{listener.RedirectUri.Port}", StringComparison.Ordinal)
            .Replace("STATEPAIR", $"state={State}", StringComparison.Ordinal)
            .Replace("Q", $"code=stolen&state={State}", StringComparison.Ordinal)
            .Replace("|", "\r\n", StringComparison.Ordinal);

        RawAnswer answer = await RawHttp.SendAsync(listener.RedirectUri, request);

        Assert.Equal(status, answer.Status);
        AssertHeaders(answer, head: template.StartsWith("HEAD", StringComparison.Ordinal));
        if (status == 405) Assert.Equal("GET", answer.Headers["Allow"]);
        Assert.DoesNotContain("stolen", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", answer.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, CountOf(answer.Text, "HTTP/1.1 "));
        Assert.False(wait.IsCompleted);
        await AssertSignInStillWorks(listener, wait);
    }

    [Fact]
    public async Task Each_refusal_for_its_state_is_told()
    {
        using CallbackListener listener = StartAnywhere();
        var told = new List<string>();
        Task<PendingCallback> wait =
            listener.WaitAsync(State, e => { lock (told) told.Add(e.ErrorId); }, CancellationToken.None);
        for (int i = 0; i < 3; i++)
        {
            foreach (string query in new[] { "?code=x", $"?code=x&state=guess{i}",
                $"?code=x&state={State}&state={State}" })
                Assert.Equal(
                    400, (await RawHttp.SendAsync(
                        listener.RedirectUri, RawHttp.Get(listener.RedirectUri, query))).Status);
        }

        string[] kinds = [ErrorIds.StateMissing, ErrorIds.StateMismatch, ErrorIds.StateRepeated];
        Assert.Equal([.. kinds, .. kinds, .. kinds], told);
        await AssertSignInStillWorks(listener, wait);
    }

    [Fact]
    public async Task A_warning_that_fails_doesnt_end_the_wait()
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, _ => throw new InvalidOperationException(
            "the host is gone"), CancellationToken.None);
        await RawHttp.SendAsync(listener.RedirectUri, RawHttp.Get(listener.RedirectUri, "?code=x&state=guess"));
        await AssertSignInStillWorks(listener, wait);
    }

    [Fact]
    public async Task A_denied_consent_is_an_answer()
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        using TcpClient browser = await RawHttp.OpenAsync(
            IPAddress.Loopback, listener.RedirectUri.Port, RawHttp.Get(listener.RedirectUri,
                $"?error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E&state={State}"));
        PendingCallback callback = await wait.WaitAsync(Soon);
        Assert.Equal("access_denied", callback.Response.Error);

        RawAnswer answer = await AnswerAsync(
            callback, ResultPage.Failure("Sign-in refused", callback.Response.ErrorDescription!, "Try again."),
            browser);
        Assert.Equal(400, answer.Status);
        Assert.DoesNotContain("<script", answer.Html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", answer.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&code=a&code=b")]
    [InlineData("&code=a&error=b")]
    [InlineData("&code=")]
    public async Task A_right_state_with_nonsense_ends_the_sign_in_after_the_browser_was_told(string rest)
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        RawAnswer answer = await RawHttp.SendAsync(listener.RedirectUri, RawHttp.Get(listener.RedirectUri,
            $"?state={State}{rest}"));
        Assert.Equal(400, answer.Status);
        Assert.Contains("Sign-in failed", answer.Html, StringComparison.Ordinal);
        AssertHeaders(answer);
        var error = await Assert.ThrowsAsync<NotionAuthException>(() => wait.WaitAsync(Soon));
        Assert.Equal(ErrorIds.InvalidCallback, error.ErrorId);
    }

    [Fact]
    public async Task The_right_answer_counts_once()
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        string request = RawHttp.Get(listener.RedirectUri, $"?code=first&state={State}");
        using TcpClient browser = await RawHttp.OpenAsync(IPAddress.Loopback, listener.RedirectUri.Port, request);
        PendingCallback callback = await wait.WaitAsync(Soon);

        RawAnswer replay = await RawHttp.SendAsync(listener.RedirectUri, request);
        Assert.Equal(410, replay.Status);
        AssertHeaders(replay);

        RawAnswer answer = await AnswerAsync(callback, Done, browser);
        await callback.AnswerAsync(ResultPage.Failure("a", "b", "c"), CancellationToken.None);
        Assert.Equal(Done.Utf8Html, answer.Body);
        Assert.Equal(410, (await RawHttp.SendAsync(listener.RedirectUri, request)).Status);
    }

    [Fact]
    public async Task Of_many_right_answers_at_once_one_counts()
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        Task<RawAnswer>[] answers = [
            .. Enumerable.Range(0, 20)
            .Select(i => RawHttp.SendAsync(listener.RedirectUri, RawHttp.Get(listener.RedirectUri,
                $"?code=c{i}&state={State}")))];
        await (await wait.WaitAsync(Soon)).AnswerAsync(Done, CancellationToken.None);
        int[] statuses = [.. (await Task.WhenAll(answers)).Select(a => a.Status).Order()];
        Assert.Equal(200, statuses[0]);
        Assert.All(statuses[1..], s => Assert.Equal(410, s));
    }

    [Fact]
    public async Task A_pipelined_second_request_is_never_looked_at()
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        string right = RawHttp.Get(listener.RedirectUri, $"?code=smuggled&state={State}");
        RawAnswer answer = await RawHttp.SendAsync(listener.RedirectUri, RawHttp.Get(listener.RedirectUri,
            "?state=guess") + right + right);
        Assert.Equal(400, answer.Status);
        Assert.Equal(1, CountOf(answer.Text, "HTTP/1.1 "));
        await AssertSignInStillWorks(listener, wait);
    }

    [Fact]
    public async Task Slow_and_silent_connections_dont_delay_the_callback()
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        var slow = new List<TcpClient>();
        try
        {
            for (int i = 0; i < 400; i++)
                slow.Add(
                    await RawHttp.OpenAsync(
                        IPAddress.Loopback, listener.RedirectUri.Port,
                        i % 2 == 0 ? "GET /callb" : "GET / HTTP/1.1\r\nHost: x\r\nX: "));

            var clock = Stopwatch.StartNew();
            await AssertSignInStillWorks(listener, wait);
            Assert.InRange(clock.ElapsedMilliseconds, 0, 5_000);
        }
        finally
        {
            slow.ForEach(c => c.Dispose());
        }
    }

    [Fact]
    public async Task A_head_that_doesnt_arrive_in_time_is_given_up()
    {
        using CallbackListener listener = StartAnywhere(headTime: TimeSpan.FromMilliseconds(200));
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        using TcpClient slow = await RawHttp.OpenAsync(IPAddress.Loopback, listener.RedirectUri.Port,
            "GET /callback?state=");
        Assert.Equal(string.Empty, await ReadUntilClosed(slow));
        await AssertSignInStillWorks(listener, wait);
    }

    [Theory]
    [InlineData("GET /callback?")]
    [InlineData("GET /callback HTTP/1.1\r\nX: ")]
    [InlineData("GET /callback HTTP/1.1\r\n")]
    [InlineData("\r\n")]
    public async Task A_head_without_end_is_cut_off(string start)
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        byte[] more = Encoding.ASCII.GetBytes(start.EndsWith("\r\n", StringComparison.Ordinal)
            ? string.Concat(Enumerable.Repeat(start == "\r\n" ? "\r\n" : "A: b\r\n", 4096)) : new string('a', 32768));
        using TcpClient endless = await RawHttp.OpenAsync(IPAddress.Loopback, listener.RedirectUri.Port, start);
        long sent = 0;
        await Assert.ThrowsAnyAsync<System.IO.IOException>(async () =>
        {
            while (sent < 1L << 30)
            {
                await endless.GetStream().WriteAsync(more).AsTask().WaitAsync(Soon);
                sent += more.Length;
            }
        });
        Assert.InRange(sent, 0, 64L << 20);
        await AssertSignInStillWorks(listener, wait);
    }

    [Fact]
    public async Task A_head_that_is_too_large_gets_431_and_one_that_is_large_gets_through()
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        string huge = $"GET /callback?state={State} HTTP/1.1\r\nHost: {listener.RedirectUri.Authority}\r\nCookie: " +
            $"{new string('c', 40_000)}\r\n\r\n";
        RawAnswer answer = await RawHttp.SendAsync(listener.RedirectUri, huge);
        Assert.Equal(431, answer.Status);
        AssertHeaders(answer);

        string large = $"GET /callback?code={new string('k', 12_000)}&state={State} HTTP/1.1\r\nHost: " +
            $"{listener.RedirectUri.Authority}\r\nCookie: {new string('c', 12_000)}\r\n\r\n";
        using TcpClient browser = await RawHttp.OpenAsync(IPAddress.Loopback, listener.RedirectUri.Port, large);
        Assert.Equal(12_000, (await wait.WaitAsync(Soon)).Response.Code!.Reveal().Length);
    }

    [Fact]
    public async Task A_head_may_arrive_byte_by_byte_with_bare_line_feeds()
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        using TcpClient browser = await RawHttp.ConnectAsync(IPAddress.Loopback, listener.RedirectUri.Port);
        browser.NoDelay = true;
        string request = "\r\n" +
            RawHttp.Get(listener.RedirectUri, $"?code=x&state={State}").Replace("\r\n", "\n", StringComparison.Ordinal);
        foreach (byte b in Encoding.ASCII.GetBytes(request)) await browser.GetStream().WriteAsync(new[] { b });
        Assert.Equal(Done.Utf8Html, (await AnswerAsync(await wait.WaitAsync(Soon), Done, browser)).Body);
    }

    [Fact]
    public async Task Thousands_of_hostile_requests_leave_the_sign_in_alone()
    {
        using CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        int[] counts = new int[600];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 2_000), new ParallelOptions { MaxDegreeOfParallelism = 40 }, async (i, _) =>
        {
            RawAnswer answer = await RawHttp.SendAsync(listener.RedirectUri, RawHttp.Get(listener.RedirectUri,
                $"?code=x&state=guess{i}"));
            Interlocked.Increment(ref counts[answer.Status]);
        });
        Assert.Equal(2_000, counts[400]);
        await AssertSignInStillWorks(listener, wait);
    }

    [Theory]
    [InlineData("GET /callback?Q HTTP/1.1|Host: localhost:1||", 404)]
    [InlineData("GET /callback/?Q HTTP/1.1|Host: HOST||", 404)]
    [InlineData("GET /callback?state=guess HTTP/1.1|Host: HOST||", 400)]
    [InlineData("POST /callback?Q HTTP/1.1|Host: HOST|Content-Length: 0||", 405)]
    public async Task With_HttpListener_as_on_Windows_the_checks_are_the_same(string template, int status)
    {
        using CallbackListener listener = StartAnywhere(useHttpListener: true);
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        string request = template.Replace("HOST", listener.RedirectUri.Authority, StringComparison.Ordinal)
            .Replace("Q", $"code=stolen&state={State}", StringComparison.Ordinal)
                .Replace("|", "\r\n", StringComparison.Ordinal);
        RawAnswer answer = await RawHttp.SendAsync(listener.RedirectUri, request);
        Assert.Equal(status, answer.Status);
        AssertHeaders(answer);
        await AssertSignInStillWorks(listener, wait);
    }

    [Fact]
    public void A_taken_port_is_passed_over()
    {
        using TcpListener other = Occupy(IPAddress.Loopback, out int port);
        using CallbackListener free = StartAnywhere();
        Uri second = free.RedirectUri;
        free.Dispose();
        using CallbackListener listener =
            CallbackListener.Start([new Uri($"http://localhost:{port}/callback"), second]);
        Assert.Same(second, listener.RedirectUri);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_port_taken_on_either_address_is_taken(bool ipv6)
    {
        if (ipv6 && !Socket.OSSupportsIPv6) return;
        using TcpListener other = Occupy(ipv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, out int port);
        var error = Assert.Throws<NotionAuthException>(() => CallbackListener.Start([new Uri(
            $"http://localhost:{port}/callback")]));
        Assert.Equal(ErrorIds.PortInUse, error.ErrorId);

        // What was held for a moment on the other address is free again.
        using var again = new TcpListener(ipv6 ? IPAddress.Loopback : IPAddress.IPv6Loopback, port);
        again.Start();
    }

    [Fact]
    public void When_every_port_is_taken_each_is_named()
    {
        using TcpListener one = Occupy(IPAddress.Loopback, out int first);
        using TcpListener two = Occupy(IPAddress.Loopback, out int second);
        var error = Assert.Throws<NotionAuthException>(() =>
            CallbackListener.Start([new Uri($"http://localhost:{first}/callback"), new Uri(
                $"http://localhost:{second}/callback")]));
        Assert.Equal(ErrorIds.PortInUse, error.ErrorId);
        Assert.Equal(NotionErrorKind.Busy, error.Kind);
        Assert.Contains($"http://localhost:{first}/callback", error.Message, StringComparison.Ordinal);
        Assert.Contains($"http://localhost:{second}/callback", error.Message, StringComparison.Ordinal);
        Assert.Contains("-RedirectUri", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_listeners_never_share_a_port()
    {
        using CallbackListener listener = StartAnywhere();
        var error = Assert.Throws<NotionAuthException>(() => CallbackListener.Start([listener.RedirectUri]));
        Assert.Equal(ErrorIds.PortInUse, error.ErrorId);
        error = Assert.Throws<NotionAuthException>(() => CallbackListener.Start([new Uri(
            $"http://127.0.0.1:{listener.RedirectUri.Port}/other")]));
        Assert.Equal(ErrorIds.PortInUse, error.ErrorId);
    }

    [Theory]
    [InlineData("https://localhost:8914/callback", "http://")]
    [InlineData("http://example.com:8914/callback", "host")]
    [InlineData("http://0.0.0.0:8914/callback", "host")]
    [InlineData("http://127.0.0.2:8914/callback", "host")]
    [InlineData("http://192.168.1.2:8914/callback", "host")]
    [InlineData("http://localhost.example.com:8914/callback", "host")]
    [InlineData("http://[::]:8914/callback", "host")]
    [InlineData("http://localhost/callback", "port")]
    [InlineData("http://localhost:/callback", "port")]
    [InlineData("http://localhost:0/callback", "port")]
    [InlineData("http://localhost:8914/callback#x", "fragment")]
    [InlineData("http://localhost:8914/callback?x=y", "query")]
    [InlineData("http://localhost:8914/callback?", "query")]
    [InlineData("http://me:pass@localhost:8914/callback", "user")]
    [InlineData("http://localhost:8914/call back", "percent-encoded")]
    [InlineData("http://localhost:8914/caf\u00e9", "percent-encoded")]
    [InlineData("http://localhost:8914/call\\back", "percent-encoded")]
    [InlineData("/callback", "absolute")]
    public void A_redirect_uri_that_cant_be_served_is_an_error_that_says_what_to_register(string uri, string why)
    {
        var error = Assert.Throws<NotionAuthException>(() => CallbackListener.Start([new Uri(
            "http://localhost:8914/callback"), new Uri(uri, UriKind.RelativeOrAbsolute)]));
        Assert.Equal(ErrorIds.InvalidRedirectUri, error.ErrorId);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Contains("http://localhost:8914/callback", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, ErrorIds.PortDenied, "netsh http add urlacl url=http://localhost:8914/")]
    [InlineData(32, ErrorIds.PortInUse, "Close the program")]
    [InlineData(183, ErrorIds.PortInUse, "Close the program")]
    [InlineData(1214, ErrorIds.InvalidRedirectUri, "Register http://localhost:8914/callback")]
    public void Windows_codes_have_errors_of_their_own(int code, string id, string action)
    {
        NotionAuthException error = CallbackListener.Explain(new Uri("http://localhost:8914/callback"), code, null);
        Assert.Equal(id, error.ErrorId);
        Assert.Contains(action, error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_at_once_and_frees_the_port()
    {
        using CallbackListener listener = StartAnywhere();
        using var cancel = new CancellationTokenSource();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, cancel.Token);
        using TcpClient half = await RawHttp.OpenAsync(IPAddress.Loopback, listener.RedirectUri.Port, "GET /callback?");
        cancel.Cancel();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(Soon));
        Assert.Equal(cancel.Token, error.CancellationToken);
        using CallbackListener next = CallbackListener.Start([listener.RedirectUri]);
        Assert.Equal(string.Empty, await ReadUntilClosed(half));
    }

    [Fact]
    public async Task Cancelling_doesnt_wait_for_a_warning_under_way()
    {
        using CallbackListener listener = StartAnywhere();
        using var cancel = new CancellationTokenSource();
        using var release = new ManualResetEventSlim();
        var warned = new TaskCompletionSource();
        Task<PendingCallback> wait =
            listener.WaitAsync(State, _ => { warned.TrySetResult(); release.Wait(Soon); }, cancel.Token);
        using TcpClient hostile = await RawHttp.OpenAsync(
            IPAddress.Loopback, listener.RedirectUri.Port, RawHttp.Get(listener.RedirectUri, "?state=guess"));
        await warned.Task.WaitAsync(Soon);
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(Soon));
        release.Set();
    }

    [Fact]
    public async Task Disposing_ends_the_wait_and_frees_the_port()
    {
        CallbackListener listener = StartAnywhere();
        Task<PendingCallback> wait = listener.WaitAsync(State, null, CancellationToken.None);
        listener.Dispose();
        listener.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(Soon));
        using CallbackListener next = CallbackListener.Start([listener.RedirectUri]);
    }

    [Fact]
    public async Task A_port_that_has_just_served_a_sign_in_can_be_taken_again()
    {
        using CallbackListener first = StartAnywhere();
        Uri uri = first.RedirectUri;
        await AssertSignInStillWorks(first, first.WaitAsync(State, null, CancellationToken.None));
        first.Dispose();
        for (int i = 0; i < 5; i++)
        {
            using CallbackListener next = CallbackListener.Start([uri]);
            await AssertSignInStillWorks(next, next.WaitAsync(State, null, CancellationToken.None));
        }
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
