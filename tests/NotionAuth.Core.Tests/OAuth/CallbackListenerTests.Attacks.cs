using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.SignIn.Callback;
using Xunit;

namespace NotionAuth.Core.Tests.OAuth;

public sealed partial class CallbackListenerTests
{
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
}
