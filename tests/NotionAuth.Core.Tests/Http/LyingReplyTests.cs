using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Api.Lists;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http;
using NotionAuth.Core.Http.Handlers;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Http;

/// <summary>Alone, because memory is counted for the whole process.</summary>
[CollectionDefinition(nameof(LyingReplyTests), DisableParallelization = true)]
public sealed class LyingReplyGroup;

/// <summary>
/// Replies that lie, over real sockets: a clear error, bounded memory, and neither token nor client secret anywhere but
/// at the connection's own host.
/// </summary>
[Collection(nameof(LyingReplyTests))]
public sealed partial class LyingReplyTests : IDisposable
{
    private const string Token = "ntn_OnlyForTheConnectionsOwnHost00001";
    private const string ClientSecret = "secret_OnlyForTheConnectionsOwnHost1";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";

    // The limit of a reply is 64 MiB; buffers double on the way to it. What lies here could take gigabytes.
    private const long MostMemory = 400L << 20;

    private static readonly byte[] Mebibyte = new byte[1 << 20];
    private readonly NotionTransport _transport =
        new(proxy: null, policy: new RetryPolicy { Delay = static (_, _) => Task.CompletedTask });
    private readonly ConcurrentQueue<string> _log = new();

    public void Dispose() => _transport.Dispose();

    public static TheoryData<string, string, string> BrokenReplies => new()
    {
        { "a length that is too long", $"{Ok}Content-Length: 500\r\n\r\n{{\"id\":1}}", ErrorIds.ConnectionFailed },
        { "a length beyond all measure", $"{Ok}Content-Length: 1099511627776\r\n\r\n{{", ErrorIds.ReplyTooLarge },
        { "a length beyond a number", $"{Ok}Content-Length: 99999999999999999999999\r\n\r\n{{", ErrorIds.InvalidReply },
        { "a length that is too short", $"{Ok}Content-Length: 4\r\n\r\n{{\"id\":1}}", ErrorIds.InvalidReply },
        { "a negative length", $"{Ok}Content-Length: -1\r\n\r\n{{\"id\"", ErrorIds.InvalidReply },
        { "a chunk that is no number", $"{Ok}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n",
            ErrorIds.ConnectionFailed },
        { "a chunk beyond a number", $"{Ok}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n{{",
            ErrorIds.ConnectionFailed },
        { "a negative chunk", $"{Ok}Transfer-Encoding: chunked\r\n\r\n-5\r\n{{}}\r\n", ErrorIds.ConnectionFailed },
        { "a chunk longer than it says", $"{Ok}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\"id\":1}}\r\n0\r\n\r\n",
            ErrorIds.ConnectionFailed },
        { "no last chunk", $"{Ok}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n", ErrorIds.ConnectionFailed },
        { "gzip that is none", $"{Ok}Content-Encoding: gzip\r\nContent-Length: 8\r\n\r\n{{\"id\":1}}",
            ErrorIds.ConnectionFailed },
        { "brotli that is none",
            $"{Ok}Content-Encoding: br\r\nContent-Length: 8\r\n\r\n\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff",
            ErrorIds.ConnectionFailed },
        { "no HTTP at all", "SSH-2.0-OpenSSH_9.2\r\n\r\n", ErrorIds.ConnectionFailed },
        { "nothing", string.Empty, ErrorIds.ConnectionFailed },
        { "a status that is none", "HTTP/1.1 2000 OK\r\n\r\n{}", ErrorIds.ConnectionFailed },
        { "half a head", "HTTP/1.1 200 OK\r\nContent-Type: appl", ErrorIds.ConnectionFailed },
        { "invalid UTF-8", $"{Ok}Content-Length: 10\r\n\r\n{{\"id\":\"\u00c3\u0028\"}}"[..^1] + "}",
            ErrorIds.InvalidReply },
        { "a name of invalid UTF-8", $"{Ok}Content-Length: 8\r\n\r\n{{\"\u00c3\u0028\":1}}", ErrorIds.InvalidReply },
        { "a hotel's page",
            $"{Ok.Replace("application/json", "text/html", StringComparison.Ordinal)}Content-Length: 6\r\n\r\n<html>",
            ErrorIds.InvalidReply },
        { "JSON a thousand levels deep", LyingServer.Json(new string('[', 1000) + new string(']', 1000)),
            ErrorIds.InvalidReply },
        { "a hundred thousand levels", LyingServer.Json(string.Concat(Enumerable.Repeat("{\"a\":", 100_000))),
            ErrorIds.InvalidReply },
        { "an error as a success",
            LyingServer.Json("""{"object":"error","status":401,"code":"unauthorized","message":"no"}"""),
            "Unauthorized" },
        { "a stop that is no JSON", "HTTP/1.1 503 No\r\nConnection: close\r\nContent-Length: 1\r\n\r\n{", "Http503" },
        { "a switch of protocols",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "Http101" },
    };

    [Theory]
    [MemberData(nameof(BrokenReplies))]
    public async Task A_broken_reply_is_an_error(string what, string reply, string errorId)
    {
        await using LyingServer server = LyingServer.Answering(reply);
        NotionAuthException error =
            await Expect.ErrorAsync(errorId, async () => (await GetAsync(server)).ParseJson().Dispose());
        AssertShowsNothing(error);
        Assert.NotEmpty(what);

        // Where the code's exchange meets the same, nothing is repeated: the code is spent.
        int before = server.Requests.Count;
        var token = await Assert.ThrowsAnyAsync<NotionAuthException>(() => OAuth(server).ExchangeAsync(new Secret(
            "a-code-0123456789"), "http://localhost:8914/callback", default).WaitAsync(TestNotion.Soon));
        AssertShowsNothing(token);
        Assert.Equal(before + 1, server.Requests.Count);
    }

    [Fact]
    public async Task Gzip_that_was_cut_off_is_an_error()
    {
        byte[] whole = Gzip(
            Encoding.UTF8.GetBytes("{\"id\":\"" +
                string.Concat(Enumerable.Range(0, 5000).Select(i => i.ToString(CultureInfo.InvariantCulture))) +
                "\"}"));
        byte[] cut = whole[..(whole.Length / 2)];
        await using LyingServer server = LyingServer.Answering(Encoding.ASCII.GetBytes(
            $"{Ok}Content-Encoding: gzip\r\nContent-Length: {cut.Length}\r\n\r\n"), cut);
        NotionAuthException error = await Assert.ThrowsAnyAsync<NotionAuthException>(
            async () => (await GetAsync(server)).ParseJson().Dispose());
        Assert.Contains(error.ErrorId, new[] { ErrorIds.ConnectionFailed, ErrorIds.InvalidReply });
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.999)]
    [InlineData(0.02)]
    public async Task Gzip_that_was_cut_off_is_no_reply_whatever_it_is_read_for(double share)
    {
        // Text of which each beginning is as good as the whole.
        byte[] plain = Encoding.ASCII.GetBytes(
            string.Concat(
                Enumerable.Range(0, 40_000).Select(i => i.ToString("x", CultureInfo.InvariantCulture) + " ")));
        byte[] whole = Gzip(plain);
        byte[] cut = whole[..(int)(whole.Length * share)];
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["reply"], "before");
        foreach ((byte[] sent, bool isWhole) in new[] { (cut, false), (whole, true) })
        {
            await using LyingServer server = LyingServer.Answering(Encoding.ASCII.GetBytes(
                $"{Ok}Content-Encoding: gzip\r\nContent-Length: {sent.Length}\r\n\r\n"), sent);
            if (!isWhole)
            {
                await Expect.ErrorAsync(ErrorIds.ConnectionFailed, () => GetAsync(server));
                await Expect.ErrorAsync(
                    ErrorIds.ConnectionFailed,
                    () => Client(server).DownloadAsync(Once, folder["reply"], null, default));
                Assert.Equal("before", await File.ReadAllTextAsync(folder["reply"]));
                continue;
            }

            NotionReply response = await GetAsync(server);
            Assert.Equal(plain, response.Body.ToArray());
            Assert.False(response.Headers.ContainsKey("Content-Encoding"));
            await Client(server).DownloadAsync(Once, folder["reply"], null, default);
            Assert.Equal(plain, await File.ReadAllBytesAsync(folder["reply"]));
            Assert.All(
                server.Requests,
                r => Assert.Contains("Accept-Encoding: gzip\r\n", r + "\r\n", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_packed_reply_without_bytes_is_an_empty_one()
    {
        await using LyingServer server = LyingServer.Answering(
            $"{Ok}Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n");
        Assert.True((await GetAsync(server)).Body.IsEmpty);
    }

    [Fact]
    public async Task A_byte_order_mark_before_a_reply_is_none_of_it()
    {
        await using LyingServer server = LyingServer.Answering(
            $"{Ok}Content-Length: 11\r\n\r\n\u00ef\u00bb\u00bf{{\"id\":1}}");
        using System.Text.Json.JsonDocument reply = (await GetAsync(server)).ParseJson();
        Assert.Equal(1, reply.RootElement.GetProperty("id").GetInt32());

        await using LyingServer error = LyingServer.Answering(
            "HTTP/1.1 404 No\r\nConnection: " +
            "close\r\n\r\n\u00ef\u00bb\u00bf{\"object\":\"error\",\"code\":\"object_not_found\"}");
        await Expect.ErrorAsync("ObjectNotFound", () => GetAsync(error));
    }

    public static TheoryData<string> EndlessReplies => [.. Endless.Keys];

    private static Dictionary<string, Func<Stream, CancellationToken, Task>> Endless { get; } = new()
    {
        ["chunks"] = async (stream, ct) =>
        {
            await WriteAsync(stream, Ok + "Transfer-Encoding: chunked\r\n\r\n", ct);
            await ForeverAsync(stream, [.. "100000\r\n"u8, .. Mebibyte, .. "\r\n"u8], ct);
        },
        ["a body without a length"] = async (stream, ct) =>
        {
            await WriteAsync(stream, Ok + "\r\n", ct);
            await ForeverAsync(stream, Mebibyte, ct);
        },
        ["a gigabyte that is announced"] = async (stream, ct) =>
        {
            await WriteAsync(stream, Ok + "Content-Length: 1073741824\r\n\r\n", ct);
            await ForeverAsync(stream, Mebibyte, ct);
        },
        ["an error without end"] = async (stream, ct) =>
        {
            await WriteAsync(stream, "HTTP/1.1 400 No\r\nConnection: close\r\n\r\n{\"message\":\"", ct);
            await ForeverAsync(stream, Encoding.ASCII.GetBytes(new string('x', 1 << 20)), ct);
        },
        ["a gzip bomb"] = async (stream, ct) =>
        {
            await WriteAsync(stream, Ok + "Content-Encoding: gzip\r\n\r\n", ct);
            await ForeverAsync(stream, Gzip(Mebibyte), ct);
        },
        ["a brotli bomb"] = async (stream, ct) =>
        {
            await WriteAsync(stream, Ok + "Content-Encoding: br\r\n\r\n", ct);
            using var bomb = new BrotliStream(stream, CompressionLevel.Fastest, leaveOpen: true);
            for (int i = 0; i < 4096; i++) await bomb.WriteAsync(Mebibyte, ct);
        },
    };

    [Theory]
    [MemberData(nameof(EndlessReplies))]
    public async Task A_reply_without_end_is_too_large_and_takes_no_more_memory_than_the_largest_that_is_read(
        string what)
    {
        await using LyingServer server = LyingServer.Answering((_, stream, ct) => Endless[what](stream, ct));
        long before = GC.GetTotalAllocatedBytes(precise: true);
        AssertShowsNothing(await Expect.ErrorAsync(ErrorIds.ReplyTooLarge, () => GetAsync(server)));
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, MostMemory);
        Assert.Single(server.Requests);

        // Nor does the token endpoint's.
        await Expect.ErrorAsync(
            ErrorIds.ReplyTooLarge, () => OAuth(server).RefreshAsync(new Secret("nrt_0123456789"), default));
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 2 * MostMemory);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", "X-Header: 0123456789\r\n", ErrorIds.ConnectionFailed)]
    [InlineData("HTTP/1.1 200 OK\r\nX-Header: ", "0123456789", ErrorIds.ConnectionFailed)]
    [InlineData("", "HTTP/1.1 100 Continue\r\n\r\n", ErrorIds.ConnectionFailed)]
    [InlineData("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", ErrorIds.ConnectionFailed)]
    [InlineData(Ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X-Trailer: 0123456789\r\n", ErrorIds.ConnectionFailed)]
    [InlineData(Ok + "Transfer-Encoding: chunked\r\n\r\n1;x=", "0123456789", ErrorIds.ConnectionFailed)]
    public async Task A_head_or_trailer_without_end_is_given_up(string start, string again, string errorId)
    {
        byte[] more = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(again, 1000)));
        await using LyingServer server = LyingServer.Answering(async (_, stream, ct) =>
        {
            await WriteAsync(stream, start, ct);
            await ForeverAsync(stream, more, ct);
        });
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await Expect.ErrorAsync(
            errorId,
            () => GetAsync(
                server, new NotionRequest
                {
                    Path = "users/me",
                    MaximumRetryCount = 0,
                    Timeout = TimeSpan.FromSeconds(1)
                }));

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, MostMemory);
    }

    [Theory]
    [InlineData("http://127.0.0.1:PORT/v1/users/me")]
    [InlineData("http://localhost:PORT/")]
    [InlineData("https://127.0.0.1:PORT/v1/users/me")]
    [InlineData("http://user:password@127.0.0.1:PORT/")]
    [InlineData("http://HOST@127.0.0.1:PORT/")]
    [InlineData("//127.0.0.1:PORT/v1/users/me")]
    [InlineData("/\\127.0.0.1:PORT/")]
    [InlineData("\\\\127.0.0.1:PORT\\")]
    [InlineData("http:127.0.0.1:PORT/")]
    [InlineData("http://HOST/v1/other")]
    [InlineData("/v1/other")]
    [InlineData("other")]
    [InlineData("?TOKEN")]
    [InlineData("file:///etc/passwd")]
    [InlineData("")]
    public async Task A_redirect_is_followed_nowhere(string location)
    {
        await using LyingServer witness = LyingServer.Witness();
        foreach (int status in new[] { 300, 301, 302, 303, 305, 307, 308 })
        {
            await using LyingServer server = LyingServer.Answering((_, stream, ct) => WriteAsync(stream,
                $"HTTP/1.1 {status} Moved\r\nConnection: close\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
                .Replace("PORT", witness.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace(
                    "TOKEN", Token, StringComparison.Ordinal), ct));
            AssertShowsNothing(await Expect.ErrorAsync(ErrorIds.UnexpectedRedirect, () => GetAsync(server)));
            AssertShowsNothing(
                await Expect.ErrorAsync(ErrorIds.UnexpectedRedirect, () => OAuth(server).RefreshAsync(new Secret(
                    "nrt_0123456789"), default)));
            AssertShowsNothing(
                await Expect.ErrorAsync(
                    ErrorIds.UnexpectedRedirect, () => OAuth(server).RevokeAsync(new Secret(Token), default)));
            Assert.Equal(3, server.Requests.Count);
        }

        Assert.Equal(0, witness.Connections);
    }

    [Theory]
    [InlineData("Refresh: 0;url=http://127.0.0.1:PORT/")]
    [InlineData("Link: <http://127.0.0.1:PORT/>; rel=preload")]
    [InlineData("Alt-Svc: h2=\"127.0.0.1:PORT\"; ma=86400; persist=1")]
    [InlineData("Content-Location: http://127.0.0.1:PORT/")]
    [InlineData("Set-Cookie: a=b; Domain=127.0.0.1; Path=/")]
    [InlineData("Strict-Transport-Security: max-age=1")]
    [InlineData("Access-Control-Allow-Origin: http://127.0.0.1:PORT")]
    public async Task No_header_of_a_reply_leads_anywhere_else(string header)
    {
        await using LyingServer witness = LyingServer.Witness();
        await using LyingServer server = LyingServer.Answering(LyingServer.Json("""{"id":"b-1"}""", header.Replace(
            "PORT", witness.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal) + "\r\n"));
        for (int i = 0; i < 3; i++) await GetAsync(server);
        Assert.Equal(3, server.Requests.Count);
        Assert.All(server.Requests, r => Assert.DoesNotContain("\r\nCookie:", r, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(0, witness.Connections);
    }

    [Theory]
    [InlineData("Negotiate")]
    [InlineData("NTLM")]
    [InlineData("Basic realm=\"x\"")]
    [InlineData("Digest realm=\"x\", nonce=\"y\"")]
    [InlineData("Bearer error=\"invalid_token\"")]
    public async Task No_challenge_gets_other_credentials_than_the_token(string challenge)
    {
        await using LyingServer server = LyingServer.Answering(
            $"HTTP/1.1 401 No\r\nWWW-Authenticate: {challenge}\r\nContent-Length: 0\r\n\r\n");
        await Expect.ErrorAsync("Http401", () => GetAsync(server));
        Assert.Contains($"Authorization: Bearer {Token}", Assert.Single(server.Requests), StringComparison.Ordinal);
    }

    private static readonly NotionRequest Once =
        new() { Path = "users/me", MaximumRetryCount = 0, Timeout = TestNotion.Soon };

    private Task<NotionReply> GetAsync(LyingServer server, NotionRequest? request = null) =>
        Client(server).SendAsync(request ?? Once, default);

    private async Task CountAsync(LyingServer server, int most, Action<int>? seen = null)
    {
        int count = 0;
        await foreach (
            NotionPage page in Paginator.PagesAsync(
                Client(server), new NotionRequest { Path = "users", MaximumRetryCount = 0 }, null, default))
        {
            count += page.Items.Count;
            seen?.Invoke(count);
            if (count >= most) return;
        }
    }

    private NotionClient Client(LyingServer server) =>
        new(_transport, server.BaseUri, new FixedTokenSource(new Secret(Token)), limits: null,
            e => _log.Enqueue(e.ToString()));

    private OAuthClient OAuth(LyingServer server) =>
        new(_transport, new ClientCredentials("463558a3-725e-4f37-b6d3-0889894f68de", new Secret(ClientSecret)),
            server.BaseUri, NotionVersion.Default, e => _log.Enqueue(e.ToString()));

    private void AssertShowsNothing(NotionAuthException error)
    {
        string all = string.Join('\n', [error.ToString(), error.Target, error.RecommendedAction, .. _log]);
        foreach (string secret in new[] { Token, ClientSecret, "a-code-0123456789", "nrt_0123456789" })
            Assert.DoesNotContain(secret, all, StringComparison.OrdinalIgnoreCase);
    }

    private static Task WriteAsync(Stream stream, string text, CancellationToken ct) =>
        stream.WriteAsync(Encoding.Latin1.GetBytes(text), ct).AsTask();

    private static async Task ForeverAsync(Stream stream, byte[] part, CancellationToken ct)
    {
        while (true) await stream.WriteAsync(part, ct);
    }

    private static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(plain);
        return packed.ToArray();
    }
}
