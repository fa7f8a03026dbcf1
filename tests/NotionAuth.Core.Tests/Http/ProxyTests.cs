using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Http;

public sealed class ProxyTests
{
    private const string Password = "pr0xy-p4ssw0rd";
    private static readonly NotionRequest Me = new() { Path = "users/me", MaximumRetryCount = 0 };

    [Theory]
    [InlineData("HTTPS_PROXY=http://proxy:8080", "http://proxy:8080/")]
    [InlineData("https_proxy=http://proxy:8080", "http://proxy:8080/")]
    [InlineData("HTTPS_PROXY=proxy:8080", "http://proxy:8080/")]
    [InlineData("HTTPS_PROXY=https://proxy", "https://proxy/")]
    [InlineData("ALL_PROXY=http://proxy:8080", "http://proxy:8080/")]
    [InlineData("HTTPS_PROXY=http://one:1\nALL_PROXY=http://two:2", "http://one:1/")]
    [InlineData("HTTPS_PROXY=http://user:secret@proxy:8080", "http://proxy:8080/")]
    [InlineData("HTTP_PROXY=http://proxy:8080\nhttp_proxy=http://proxy:8080", null)]
    [InlineData("HTTPS_PROXY= \nALL_PROXY=", null)]
    [InlineData("HTTPS_PROXY=ftp://proxy", null)]
    [InlineData("HTTPS_PROXY=http://", null)]
    [InlineData("HTTPS_PROXY=http://proxy:8080\nNO_PROXY=notion.com", null)]
    [InlineData("HTTPS_PROXY=http://proxy:8080\nno_proxy=.notion.com", null)]
    [InlineData("HTTPS_PROXY=http://proxy:8080\nNO_PROXY=*.notion.com", null)]
    [InlineData("HTTPS_PROXY=http://proxy:8080\nNO_PROXY=a.example, API.Notion.com", null)]
    [InlineData("HTTPS_PROXY=http://proxy:8080\nNO_PROXY=api.notion.com:443", null)]
    [InlineData("HTTPS_PROXY=http://proxy:8080\nNO_PROXY=*", null)]
    [InlineData("HTTPS_PROXY=http://proxy:8080\nNO_PROXY=api.notion.com:8443", "http://proxy:8080/")]
    [InlineData("HTTPS_PROXY=http://proxy:8080\nNO_PROXY=otion.com,xapi.notion.com,com.notion", "http://proxy:8080/")]
    public void The_environment_names_the_proxy_and_whom_it_is_not_for(string variables, string? proxy) =>
        Assert.Equal(proxy, From(variables).GetProxy(new Uri("https://api.notion.com/v1/users/me"))?.AbsoluteUri);

    [Theory]
    [InlineData("https://localhost:8080/")]
    [InlineData("http://127.0.0.1:8080/")]
    [InlineData("http://[::1]:8080/")]
    public void This_machine_is_never_asked_for_over_the_environments_proxy(string uri)
    {
        EnvironmentProxy proxy = From(
            "HTTPS_PROXY=http://proxy:1\nHTTP_PROXY=http://proxy:1\n" +
            "http_proxy=http://proxy:1\nALL_PROXY=http://proxy:1");
        Assert.True(proxy.IsBypassed(new Uri(uri)));
    }

    [Theory]
    [InlineData("HTTPS_PROXY=socks5://someone:pr0xy-p4ssw0rd@proxy:1080", "HTTPS_PROXY", "SOCKS")]
    [InlineData("all_proxy=socks5h://someone:pr0xy-p4ssw0rd@proxy:1080", "ALL_PROXY", "SOCKS")]
    [InlineData("HTTPS_PROXY=ftp://proxy:21\nALL_PROXY=http://proxy:8080", "HTTPS_PROXY", "http://proxy:8080")]
    [InlineData("HTTPS_PROXY=http://someone:pr0xy-p4ssw0rd", "HTTPS_PROXY", "http://proxy:8080")]
    [InlineData("HTTPS_PROXY=http://", "HTTPS_PROXY", "http://proxy:8080")]
    [InlineData("https_proxy=no proxy, please", "HTTPS_PROXY", "http://proxy:8080")]
    public async Task A_proxy_variable_that_cannot_be_used_is_an_error_and_nothing_goes_out_directly(
        string variables, string name, string advice)
    {
        using var transport = new NotionTransport(From(variables));
        var log = new List<RequestLogEntry>();
        var client = new NotionClient(transport, new Uri("https://notion.example.com"), new FixedTokenSource(new Secret(
            "ntn_token")), null, log.Add);
        NotionAuthException error = await Expect.ErrorAsync(ErrorIds.InvalidProxy, () => client.SendAsync(Me, default));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, $"{error.Message} {error.RecommendedAction}", StringComparison.Ordinal);
        Assert.DoesNotContain(Password, $"{error} {error.RecommendedAction} {error.Target}", StringComparison.Ordinal);
        Assert.Empty(log);
    }

    [Fact]
    public async Task A_proxy_variable_that_cannot_be_used_does_not_matter_to_whom_it_is_not_for()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        using var transport = new NotionTransport(From("HTTPS_PROXY=socks5://proxy:1080\nNO_PROXY=notion.example.com"));
        var tokens = new FixedTokenSource(new Secret(notion.Fake.DefaultInternalIntegration.Token!));
        Assert.Equal(
            200, (await new NotionClient(transport, notion.BaseUri, tokens, null).SendAsync(Me, default)).Status);
        await Expect.ErrorAsync(
            ErrorIds.ConnectionFailed,
            () => new NotionClient(transport, new Uri("https://notion.example.com"), tokens, null)
            .SendAsync(Me, default));
    }

    [Fact]
    public async Task Requests_go_over_the_proxy_that_is_passed_and_to_this_machine_too()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await using TestNotion proxy = await TestNotion.StartAsync();
        NotionTransport transport = new TransportCache().Get(proxy.BaseUri, null);
        var client = new NotionClient(
            transport, notion.BaseUri, new FixedTokenSource(new Secret(proxy.Fake.DefaultInternalIntegration.Token!)),
            null);
        Assert.Equal(200, (await client.SendAsync(Me, default)).Status);
        Assert.Single(proxy.Fake.Requests);
        Assert.Empty(notion.Fake.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_proxys_credential_is_sent_to_it_when_it_asks_and_shows_nowhere(bool inAddress)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<string> heads = RefuseAsync(listener);
        string address = string.Create(CultureInfo.InvariantCulture,
            $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        var log = new List<RequestLogEntry>();
        NotionTransport transport = inAddress
            ? new TransportCache().Get(new Uri($"http://someone:{Password}@{address}"), null)
            : new TransportCache().Get(new Uri($"http://{address}"), new NetworkCredential("someone", Password));
        var client = new NotionClient(transport, new Uri("https://notion.example.com"), new FixedTokenSource(new Secret(
            "ntn_token")), null, log.Add);
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.ConnectionFailed, () => client.SendAsync(Me, default).WaitAsync(TestNotion.Soon));

        string sent = await heads.WaitAsync(TestNotion.Soon);
        Assert.StartsWith("CONNECT notion.example.com:443", sent, StringComparison.Ordinal);
        string basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"someone:{Password}"));
        Assert.Contains($"Proxy-Authorization: Basic {basic}", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("ntn_token", sent, StringComparison.Ordinal);
        string shown = $"{error} {error.RecommendedAction} {error.Target} {string.Join(" ", log)}";
        Assert.DoesNotContain(Password, shown, StringComparison.Ordinal);
        Assert.DoesNotContain(basic, shown, StringComparison.Ordinal);
        Assert.DoesNotContain("someone", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proxy_has_one_transport_and_each_credential_its_own()
    {
        var cache = new TransportCache();
        var proxy = new Uri("http://proxy:8080");
        Assert.Same(cache.Default, cache.Get(null, null));
        Assert.Same(cache.Get(proxy, null), cache.Get(new Uri("http://proxy:8080/path"), null));
        Assert.Same(
            cache.Get(proxy, new NetworkCredential("a", "b")), cache.Get(new Uri("http://a:b@proxy:8080"), null));
        Assert.NotSame(cache.Get(proxy, new NetworkCredential("a", "b")), cache.Get(proxy, new NetworkCredential("a",
            "c")));
        Assert.NotSame(cache.Get(proxy, null), cache.Get(new Uri("https://proxy:8080"), null));
    }

    [Fact]
    public void What_is_no_proxy_is_refused()
    {
        var cache = new TransportCache();
        foreach (string address in new[] { "ftp://proxy:21", "file:///etc/passwd" })
        {
            NotionAuthException error = Expect.Error(ErrorIds.InvalidProxy, () => cache.Get(new Uri(address), null));
            Assert.Contains("-Proxy", error.RecommendedAction, StringComparison.Ordinal);
        }

        Expect.Error(ErrorIds.InvalidProxy, () => cache.Get(new Uri("proxy", UriKind.Relative), null));
        Expect.Error(ErrorIds.MissingProxy, () => cache.Get(null, new NetworkCredential("a", "b")));
    }

    private static EnvironmentProxy From(string variables)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in variables.Split('\n'))
            values[line[..line.IndexOf('=', StringComparison.Ordinal)]] =
                line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..];
        return new EnvironmentProxy(name => values.GetValueOrDefault(name));
    }

    /// <summary>A proxy that wants a password, and then refuses all the same; returns what it was sent.</summary>
    private static async Task<string> RefuseAsync(TcpListener listener)
    {
        var heads = new StringBuilder();
        foreach (string answer in new[] {
            "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy\"", "502 Bad Gateway" })
        {
            using TcpClient client = await listener.AcceptTcpClientAsync();
            NetworkStream stream = client.GetStream();
            byte[] buffer = new byte[4096];
            var head = new StringBuilder();
            while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                head.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer)));
            heads.Append(head);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        }

        return heads.ToString();
    }
}
