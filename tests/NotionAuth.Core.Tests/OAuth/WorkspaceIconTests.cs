using System;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.OAuth;
using Xunit;

namespace NotionAuth.Core.Tests.OAuth;

public sealed class WorkspaceIconTests
{
    private static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3];
    private static readonly byte[] WebP = [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8, 1];

    public static TheoryData<byte[], string?> Images => new()
    {
        { Png, "image/png" },
        { [0xFF, 0xD8, 0xFF, 0xE0, 1], "image/jpeg" },
        { [.. "GIF89a"u8, 1], "image/gif" },
        { [.. "GIF87a"u8, 1], "image/gif" },
        { WebP, "image/webp" },
        { [.. "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"u8], null },
        { [.. "<html>"u8], null },
        { [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8], null },
        { [0x89, 0x50], null },
        { [], null },
    };

    [Theory]
    [InlineData("🚀")]
    [InlineData("👩\u200d💻")]
    [InlineData("🏔️")]
    [InlineData("👍🏽")]
    [InlineData("🇩🇪")]
    [InlineData("🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F")]
    [InlineData("☕")]
    [InlineData("✅")]
    [InlineData("1️\u20e3")]
    [InlineData("©️")]
    [InlineData("‼️")]
    public async Task An_emoji_is_returned_as_it_is(string emoji) =>
        Assert.Equal(emoji, await WorkspaceIcon.LoadAsync(emoji, allowLoopbackHttp: false, CancellationToken.None));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("12")]
    [InlineData("<b>")]
    [InlineData("\ufffd")]
    [InlineData("🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀")]
    [InlineData("/icons/star.svg")]
    [InlineData("data:image/png;base64,iVBORw0KGgo=")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.com/x.png")]
    [InlineData("http://example.com/x.png")]
    [InlineData("https://me:pass@example.com/x.png")]
    [InlineData("https://127.0.0.1:1/x.png")]
    [InlineData("https://localhost:1/x.png")]
    [InlineData("https://[::1]:1/x.png")]
    [InlineData("https://10.0.0.1/x.png")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://0x7f000001/x.png")]
    [InlineData("https://[::ffff:127.0.0.1]/x.png")]
    [InlineData("https://name.invalid/x.png")]
    public async Task What_cant_be_shown_is_no_icon(string? icon) =>
        Assert.Null(await WorkspaceIcon.LoadAsync(icon, allowLoopbackHttp: false, CancellationToken.None));

    [Fact]
    public void Half_an_emoji_is_none()
    {
        Assert.False(WorkspaceIcon.IsEmoji("\ud83d"));
        Assert.False(WorkspaceIcon.IsEmoji("\ude80\ud83d"));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task An_image_is_known_by_its_first_bytes_whatever_its_type_says(byte[] image, string? type)
    {
        using var server = new OneAnswer(Answer("200 OK", "Content-Type: text/html\r\nSet-Cookie: a=b\r\n", image));
        string? icon = await WorkspaceIcon.LoadAsync(server.Address, allowLoopbackHttp: true, CancellationToken.None);
        Assert.Equal(type is null ? null : $"data:{type};base64,{Convert.ToBase64String(image)}", icon);
        Assert.DoesNotContain("Authorization", await server.Request, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Cookie", await server.Request, StringComparison.OrdinalIgnoreCase);
        if (icon is not null) Assert.True(WorkspaceIcon.IsDataUri(icon));
    }

    [Fact]
    public async Task Loopback_is_refused_unless_it_is_allowed()
    {
        using var server = new OneAnswer(Answer("200 OK", string.Empty, Png));
        Assert.Null(await WorkspaceIcon.LoadAsync(server.Address, allowLoopbackHttp: false, CancellationToken.None));
        Assert.False(server.Request.IsCompleted);
    }

    [Fact]
    public async Task Redirects_and_errors_are_no_icon()
    {
        using var target = new OneAnswer(Answer("200 OK", string.Empty, Png));
        using var server = new OneAnswer(Answer("302 Found", $"Location: {target.Address}\r\n", Png));
        Assert.Null(await WorkspaceIcon.LoadAsync(server.Address, allowLoopbackHttp: true, CancellationToken.None));
        Assert.False(target.Request.IsCompleted);

        using var missing = new OneAnswer(Answer("404 Not Found", string.Empty, Png));
        Assert.Null(await WorkspaceIcon.LoadAsync(missing.Address, allowLoopbackHttp: true, CancellationToken.None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task More_than_the_limit_is_no_icon_announced_or_not(bool announced)
    {
        byte[] large = new byte[(256 * 1024) + 1];
        Png.CopyTo(large, 0);
        byte[] answer = announced ? Answer("200 OK", string.Empty, large) : [.. "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8, .. large];
        using var server = new OneAnswer(answer);
        Assert.Null(await WorkspaceIcon.LoadAsync(server.Address, allowLoopbackHttp: true, CancellationToken.None));

        byte[] fits = new byte[256 * 1024];
        Png.CopyTo(fits, 0);
        using var other = new OneAnswer(Answer("200 OK", string.Empty, fits));
        Assert.NotNull(await WorkspaceIcon.LoadAsync(other.Address, allowLoopbackHttp: true, CancellationToken.None));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up_and_a_cancelled_wait_ends_at_once()
    {
        using var silent = new OneAnswer(null);
        Assert.Null(await WorkspaceIcon.LoadAsync(silent.Address, allowLoopbackHttp: true, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)));

        using var again = new OneAnswer(null);
        using var cancel = new CancellationTokenSource();
        Task<string?> load = WorkspaceIcon.LoadAsync(again.Address, allowLoopbackHttp: true, cancel.Token);
        await again.Request.WaitAsync(TimeSpan.FromSeconds(20));
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.15.0.1", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.169.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("2001:4860:4860::8888", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.8.9.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.0.0.8", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd12::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("2001::1", false)]
    public void Only_plainly_public_addresses_are_public(string address, bool isPublic) =>
        Assert.Equal(isPublic, WorkspaceIcon.IsPublic(IPAddress.Parse(address)));

    private static byte[] Answer(string status, string headers, byte[] body) =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{headers}Content-Length: {body.Length}\r\nConnection: close\r\n\r\n"), .. body];

    /// <summary>Answers its first request with fixed bytes, or never.</summary>
    private sealed class OneAnswer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TaskCompletionSource<string> _request = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TcpClient? _client;

        public OneAnswer(byte[]? answer)
        {
            _listener.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/icon";
            _ = ServeAsync(answer);
        }

        public string Address { get; }

        public Task<string> Request => _request.Task;

        public void Dispose()
        {
            _listener.Stop();
            _client?.Dispose();
        }

        private async Task ServeAsync(byte[]? answer)
        {
            try
            {
                _client = await _listener.AcceptTcpClientAsync();
                byte[] buffer = new byte[8192];
                int length = 0;
                while (!Encoding.ASCII.GetString(buffer, 0, length).Contains("\r\n\r\n", StringComparison.Ordinal))
                    length += await _client.GetStream().ReadAsync(buffer.AsMemory(length));
                _request.TrySetResult(Encoding.ASCII.GetString(buffer, 0, length));
                if (answer is null) return;
                await _client.GetStream().WriteAsync(answer);
                _client.Dispose();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or System.IO.IOException)
            {
                // The test is over, or the loader has seen enough.
            }
        }
    }
}
