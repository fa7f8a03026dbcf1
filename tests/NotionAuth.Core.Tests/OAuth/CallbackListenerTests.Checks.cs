using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.SignIn.Callback;
using Xunit;

namespace NotionAuth.Core.Tests.OAuth;

public sealed partial class CallbackListenerTests
{
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
    public async Task Each_refusal_for_its_state_is_reported()
    {
        using CallbackListener listener = StartAnywhere();
        var reported = new List<string>();
        Task<PendingCallback> wait =
            listener.WaitAsync(State, e => { lock (reported) reported.Add(e.ErrorId); }, CancellationToken.None);
        for (int i = 0; i < 3; i++)
        {
            foreach (string query in new[] { "?code=x", $"?code=x&state=guess{i}",
                $"?code=x&state={State}&state={State}" })
                Assert.Equal(
                    400, (await RawHttp.SendAsync(
                        listener.RedirectUri, RawHttp.Get(listener.RedirectUri, query))).Status);
        }

        string[] kinds = [ErrorIds.StateMissing, ErrorIds.StateMismatch, ErrorIds.StateRepeated];
        Assert.Equal([.. kinds, .. kinds, .. kinds], reported);
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
    public async Task A_right_state_with_nonsense_ends_the_sign_in_after_the_browser_got_its_page(string rest)
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
}
