using System;
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
}
