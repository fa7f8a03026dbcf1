using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Reliability;

/// <summary>
/// In Notion's place: answers that lie, one kind for each path below /v1/lie/. Beside it a second server, at which
/// nothing must ever arrive.
/// </summary>
public sealed class HostileServer : IDisposable
{
    private const long Gigabyte = 1L << 30;
    private static readonly byte[] Megabyte = new byte[1 << 20];
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly TcpListener _elsewhere = new(IPAddress.Loopback, 0);
    private readonly string _token;
    private readonly Dictionary<string, Func<string, Stream, CancellationToken, Task>> _lies = [];
    private readonly CancellationTokenSource _end = new();
    private int _page;

    /// <param name="token">The token that it is to be asked with.</param>
    public HostileServer(string token)
    {
        _token = token;
        Array.Fill(Megabyte, (byte)'a');
        _server.Start();
        _elsewhere.Start();
        AddLies();
        _ = AcceptAsync(_server, ServeAsync);
        _ = AcceptAsync(_elsewhere, WatchAsync);
    }

    public int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    public int PortElsewhere => ((IPEndPoint)_elsewhere.LocalEndpoint).Port;

    /// <summary>The kinds of lies.</summary>
    public IReadOnlyList<string> Lies => [.. _lies.Keys];

    /// <summary>What arrived at the second server.</summary>
    public ConcurrentQueue<string> Elsewhere { get; } = new();

    /// <summary>Heads of requests at the first one that should never have been sent.</summary>
    public ConcurrentQueue<string> Wrong { get; } = new();

    public int Requests;

    public void Dispose()
    {
        _end.Cancel();
        _server.Stop();
        _elsewhere.Stop();
        _end.Dispose();
    }

    private static Task Reply(Stream stream, string body, string status = "200 OK", string headers = "") =>
        Reply(stream, Encoding.UTF8.GetBytes(body), status, headers);

    private static async Task Reply(Stream stream, byte[] body, string status = "200 OK", string headers = "")
    {
        await Write(stream, $"HTTP/1.1 {status}\r\nContent-Type: application/json; " +
            $"charset=utf-8\r\n{headers}Content-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        await stream.WriteAsync(body);
    }

    private static Task Write(Stream stream, string text) => stream.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask();

    private static byte[] Gzip(Action<Stream> write)
    {
        using var buffer = new MemoryStream();
        using (var zip = new GZipStream(buffer, CompressionLevel.Fastest)) write(zip);
        return buffer.ToArray();
    }

    private static byte[] Bomb()
    {
        using var buffer = new MemoryStream();
        using (var zip = new BrotliStream(buffer, CompressionLevel.Fastest))
            for (int i = 0; i < 1024; i++) zip.Write(Megabyte);
        return buffer.ToArray();
    }

    private static string Nested(int depth) =>
        string.Concat(Enumerable.Repeat("{\"a\":[", depth / 2)) + "1" +
        string.Concat(Enumerable.Repeat("]}", depth / 2));

    private void Lie(string name, string body, string status = "200 OK", string headers = "") =>
        _lies[name] = (_, s, _) => Reply(s, body, status, headers);

    private void AddLies()
    {
        string Page(string cursor, string results = """[{"object":"user"}]""") =>
            $$"""{"object":"list","results":{{results}},"has_more":true,"next_cursor":{{cursor}}}""";
        _lies["pages-endless"] = (_, s, _) => Reply(s, Page($"\"c{Interlocked.Increment(ref _page)}\""));
        Lie("pages-one-cursor-for-ever", Page("\"same\""));
        _lies["pages-two-cursors-in-turn"] = (_, s, _) =>
            Reply(s, Page($"\"c{Interlocked.Increment(ref _page) % 2}\""));
        Lie("pages-cursor-without-end", Page($"\"{new string('c', 1_000_000)}\""));
        Lie("pages-more-without-a-cursor", Page("null"));
        Lie("pages-cursor-is-a-number", Page("5"));
        Lie("pages-results-is-a-text", Page("\"x\"", "\"no\""));
        Lie("pages-results-is-an-object", Page("\"x\"", "{}"));
        Lie("pages-is-an-array", "[1,2,3]");
        Lie("error-in-a-200",
            """{"object":"error","status":""" +
            """404,"code":"object_not_found","message":"Could not find it.","request_id":"r"}""");
        Lie("error-of-oauth-in-a-200", """{"error":"invalid_grant","error_description":"No."}""");
        Lie("error-with-terminal-codes",
            """{"object":"error","status":""" +
            """400,"code":"validation_error","message":"\u001b]0;owned\u0007\u001b[31mred\u0000\r\nline"}""",
            "400 Bad Request");
        Lie("error-of-60-megabytes",
            $$"""{"object":"error","status":""" +
            $$"""400,"code":"validation_error","message":"{{new string('m', 60_000_000)}}"}""", "400 Bad Request");
        Lie("error-with-a-code-that-is-no-word",
            """{"object":"error","status":400,"code":"../../evil <b>","message":"x"}""", "400 Bad Request");
        Lie("error-that-is-html", "<html><script>alert(1)</script></html>", "500 Internal Server Error");
        Lie("error-401-for-ever",
            """{"object":"error","status":401,"code":"unauthorized","message":"API token is invalid."}""",
            "401 Unauthorized");
        Lie("error-429-for-a-century", """{"object":"error","status":429,"code":"rate_limited","message":"x"}""",
            "429 Too Many Requests", "Retry-After: 3155760000\r\n");
        _lies["error-that-repeats-the-token"] = (_, s, _) =>
            Reply(s,
                $$"""{"object":"error","status":""" +
                $$"""400,"code":"validation_error","message":"Bearer {{_token}} is no good","additional_data":""" +
                $$"""{ "t":"{{_token}}" } }""", "400 Bad Request", $"x-notion-request-id: {_token}\r\n");
        _lies["utf8-broken"] = (_, s, _) =>
            Reply(s, [.. "{\"a\":\""u8, 0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80, .. "\"}"u8]);
        _lies["utf8-broken-name"] = (_, s, _) => Reply(s, [.. "{\""u8, 0xff, 0xfe, .. "\":1}"u8]);
        _lies["utf16"] = (_, s, _) => Reply(s, Encoding.Unicode.GetBytes("{\"a\":1}"));
        Lie("json-lone-surrogate", """{"a":"\ud800","\udfff":1}""");
        Lie("json-1000-deep", Nested(1000));
        Lie("json-1000000-deep", Nested(1_000_000));
        Lie("json-of-another-kind", "<html>Please log in</html>");
        Lie("json-cut-off", """{"object":"user","id":""");
        Lie("json-two-of-them", """{"a":1}{"b":2}""");
        Lie("json-keys-that-differ-in-case", """{"a":1,"A":2,"":3}""");
        Lie("json-number-without-end", $$"""{"n":{{new string('9', 1_000_000)}},"e":1e999999999}""");
        Lie("json-NaN", """{"n":NaN}""");
        Lie("body-declares-a-gigabyte", "{}", headers: $"X: y\r\n");
        _lies["body-declares-a-gigabyte"] = (_, s, _) => Write(s,
            $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Gigabyte}\r\n\r\n[");
        _lies["body-of-a-gigabyte"] = async (_, s, ct) =>
        {
            await Write(s, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 1024; i++)
            {
                await Write(s, "100000\r\n");
                await s.WriteAsync(Megabyte, ct);
                await Write(s, "\r\n");
            }

            await Write(s, "0\r\n\r\n");
        };
        byte[] gzipBomb = Gzip(z => { for (int i = 0; i < 1024; i++) z.Write(Megabyte); });
        _lies["gzip-bomb"] = (_, s, _) => Reply(s, gzipBomb, headers: "Content-Encoding: gzip\r\n");
        byte[] brotliBomb = Bomb();
        _lies["brotli-bomb"] = (_, s, _) => Reply(s, brotliBomb, headers: "Content-Encoding: br\r\n");
        byte[] small = Gzip(
            z => z.Write(
                Encoding.UTF8.GetBytes(
                    "{\"object\":\"user\",\"id\":\"" + Guid.NewGuid() + new string('x', 5000) + "\"}")));
        _lies["gzip-cut-off"] = (_, s, _) =>
            Reply(s, small[..(small.Length / 2)], headers: "Content-Encoding: gzip\r\n");
        _lies["gzip-that-is-none"] = (_, s, _) => Reply(s, "{\"a\":1}", headers: "Content-Encoding: gzip\r\n");
        _lies["gzip-with-a-wrong-sum"] = (_, s, _) =>
            Reply(s, [.. small[..^8], 1, 2, 3, 4, 5, 6, 7, 8], headers: "Content-Encoding: gzip\r\n");
        _lies["body-shorter-than-declared"] = (_, s, _) => Write(s,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"object\":\"user\"}");
        _lies["body-a-byte-a-second"] = async (_, s, ct) =>
        {
            await Write(s, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true)
            {
                await Write(s, "1\r\n \r\n");
                await Task.Delay(1000, ct);
            }
        };
        _lies["no-answer"] = (_, _, ct) => Task.Delay(Timeout.Infinite, ct);
        _lies["headers-without-end"] = async (_, s, _) =>
        {
            await Write(s, "HTTP/1.1 200 OK\r\n");
            for (int i = 0; i < 1024; i++) await Write(s, $"X-{i}: {new string('h', 100_000)}\r\n");
        };
        _lies["status-line-of-another-world"] = (_, s, _) => Write(s, "HELLO there\r\n\r\n");
        _lies["informational-without-end"] = async (_, s, _) => { for (int i = 0; i < 200_000; i++) await Write(s,
            "HTTP/1.1 100 Continue\r\n\r\n"); };
        foreach (string code in new[] { "301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent" })
        {
            string number = code[..3];
            _lies[$"redirect-{number}-to-another-host"] = (_, s, _) => Reply(s, "", code,
                $"Location: http://127.0.0.1:{PortElsewhere}/v1/users/me?t={_token}\r\n");
            _lies[$"redirect-{number}-without-a-scheme"] = (_, s, _) => Reply(s, "", code,
                $"Location: //127.0.0.1:{PortElsewhere}/v1/users/me\r\n");
            _lies[$"redirect-{number}-to-the-same-host"] = (_, s, _) =>
                Reply(s, "", code, "Location: /v1/users/me\r\n");
        }

        _lies["link-and-refresh-headers"] = (_, s, _) =>
            Reply(s, "{\"object\":\"user\"}", headers: $"Link: <http://127.0.0.1:{PortElsewhere}/>; " +
                $"rel=next\r\nRefresh: 0; url=http://127.0.0.1:{PortElsewhere}/\r\nAlt-Svc: " +
                $"h2=\"127.0.0.1:{PortElsewhere}\"\r\nSet-Cookie: a=b\r\n");
        _lies["proxy-authenticate"] = (_, s, _) => Reply(s, "", "407 Proxy Authentication Required",
            "Proxy-Authenticate: Basic realm=x\r\n");
        _lies["www-authenticate"] = (_, s, _) => Reply(s, "", "401 Unauthorized",
            "WWW-Authenticate: Negotiate, NTLM, Basic realm=x\r\n");
    }

    private async Task AcceptAsync(TcpListener listener, Func<TcpClient, Task> serve)
    {
        try
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync(_end.Token);
                _ = Task.Run(async () =>
                {
                    try
                    {
                        using (client) await serve(client);
                    }
                    catch (Exception e)
                        when (e is IOException or SocketException or OperationCanceledException
                            or ObjectDisposedException)
                    {
                        // The client has had enough.
                    }
                });
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        Stream stream = client.GetStream();
        string head = await HeadAsync(stream);
        if (head.Length == 0) return;
        Interlocked.Increment(ref Requests);
        string target = head.Split(' ').ElementAtOrDefault(1) ?? string.Empty;
        string path = target.Split('?')[0];
        string[] lines = head.Split("\r\n");
        bool isOurs = path == "/v1/users/me"
            || (path.StartsWith("/v1/lie/", StringComparison.Ordinal) && _lies.ContainsKey(path[8..]));
        string[] credentials =
            [.. lines.Where(l => l.StartsWith("Authorization:", StringComparison.OrdinalIgnoreCase))];
        if (!isOurs) Wrong.Enqueue($"the path {path}");
        if (credentials is not [{ } one] || one != "Authorization: Bearer " + _token)
            Wrong.Enqueue($"{credentials.Length} Authorization headers, or another one, for {path}");
        if (lines.Count(l => l.StartsWith("Host:", StringComparison.OrdinalIgnoreCase)) != 1 || !lines.Contains(
            $"Host: 127.0.0.1:{Port}")) Wrong.Enqueue($"the Host for {path}");
        if (lines.Any(l => l.StartsWith("Cookie:", StringComparison.OrdinalIgnoreCase)))
            Wrong.Enqueue($"a cookie for {path}");
        if (!isOurs) return;
        if (path == "/v1/users/me")
            await Reply(
                stream,
                """{"object":"user","id":"5e7f0a1b-8c2d-4e3f-9a4b-5c6d7e8f9a0b","type":"bot","name":"Liar",""" +
                """ "bot":{"workspace_name":"Lies","owner":{"type":"workspace","workspace":true}}}""");
        else await _lies[path[8..]](target, stream, _end.Token);
    }

    private async Task WatchAsync(TcpClient client)
    {
        string head = await HeadAsync(client.GetStream());
        Elsewhere.Enqueue(head.Contains(_token, StringComparison.Ordinal)
            ? "with the token: " + head.Split('\r')[0].Replace(_token, "…", StringComparison.Ordinal)
            : "without the token: " + head.Split('\r')[0]);
        await Reply(client.GetStream(), "{\"object\":\"user\"}");
    }

    private async Task<string> HeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[4096];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            int read = await stream.ReadAsync(one, _end.Token);
            if (read == 0) break;
            head.Append(Encoding.Latin1.GetString(one, 0, read));
        }

        return head.ToString();
    }
}
