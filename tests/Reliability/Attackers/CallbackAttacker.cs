using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Reliability;

/// <summary>What the listener of a sign-in answered to an attack.</summary>
public sealed class CallbackAttackResult
{
    public int Sent;

    /// <summary>Kinds of attack and what each was answered with: "guessed state: 400".</summary>
    public readonly ConcurrentDictionary<string, int> Answers = new();

    /// <summary>What must never be.</summary>
    public readonly ConcurrentQueue<string> Problems = new();
}

/// <summary>Hostile programs and pages on the same machine, at the port of a sign-in that is waiting.</summary>
public sealed class CallbackAttacker
{
    private static readonly string[] Headers =
    [
        "Content-Type: text/html; charset=utf-8", "Cache-Control: no-store", "Referrer-Policy: no-referrer",
        "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY",
        "Cross-Origin-Opener-Policy: same-origin", "Cross-Origin-Resource-Policy: same-origin", "Connection: close",
        "Content-Security-Policy: default-src 'none'; style-src 'sha256-",
    ];

    private readonly int _port;
    private readonly string _path;
    private readonly string _oldState;
    private readonly string _mark;
    private readonly List<(string Name, Func<Random, byte[]> Bytes, bool AnswerIsDue)> _kinds = [];

    /// <param name="port">Where the sign-in waits.</param>
    /// <param name="path">The redirect URI's path.</param>
    /// <param name="oldState">The state of a sign-in that is over.</param>
    /// <param name="mark">A text that each request has in it, and that no answer may have.</param>
    public CallbackAttacker(int port, string path, string oldState, string mark)
    {
        (_port, _path, _oldState, _mark) = (port, path, oldState, mark);
        string host = $"Host: localhost:{port}\r\n";
        string markup = $"%3Cscript%3Ealert%28%27{mark}%27%29%3C/script%3E";
        string code = $"code={mark}";
        Add("guessed state", r => $"GET {path}?{code}&state={Guess(r)} HTTP/1.1\r\n{host}\r\n");
        Add("state of a sign-in that is over", r => $"GET {path}?{code}&state={oldState} HTTP/1.1\r\n{host}\r\n");
        Add("no state", r => $"GET {path}?{code} HTTP/1.1\r\n{host}\r\n");
        Add("two states", r => $"GET {path}?{code}&state={oldState}&state={Guess(r)} HTTP/1.1\r\n{host}\r\n");
        Add("markup in error_description", r =>
            $"GET {path}?error=access_denied&error_description={markup}&state={Guess(r)} HTTP/1.1\r\n{host}\r\n");
        Add("raw markup in the query", r =>
            $"GET {path}?error=<script>{mark}</script>&state=\"><img/src=x/onerror={mark}> HTTP/1.1\r\n{host}\r\n");
        Add("markup in the path", r => $"GET /{markup} HTTP/1.1\r\n{host}\r\n");
        Add("POST", r => $"POST {path}?{code}&state={Guess(r)} HTTP/1.1\r\n{host}Content-Type: " +
            $"application/x-www-form-urlencoded\r\nContent-Length: {mark.Length}\r\n\r\n{mark}");
        Add("POST in chunks with a request in its body", r =>
            $"POST {path} HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\nContent-Length: " +
            $"4\r\n\r\n0\r\n\r\nGET {path}?{code}&state={oldState} HTTP/1.1\r\n{host}\r\n");
        Add("other methods", r =>
            $"{new[] { "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "FOO" }[r.Next(7)]} " +
            $"{path}?{code}&state={Guess(r)} HTTP/1.1\r\n{host}X-Mark: {mark}\r\n\r\n");
        Add("foreign Host",
            r => $"GET {path}?{code}&state={Guess(r)} HTTP/1.1\r\nHost: " +
                $"{Any(r, "evil.example", $"evil.example:{port}", "localhost", "127.0.0.1", $"127.0.0.1:{port}",
                    $"localhost.:{port}", $"localhost:{port}@evil.example", "")}\r\n\r\n");
        Add("two Hosts", r => $"GET {path}?{code} HTTP/1.1\r\n{host}Host: evil.example\r\n\r\n");
        Add("no Host", r => $"GET {path}?{code}&state={Guess(r)} HTTP/{(r.Next(2) == 0 ? "1.0" : "1.1")}\r\n\r\n");
        Add("percent-encoding tricks", r =>
            $"GET {Any(r, "/c%61llback", "/%63allback", "/callback%2f", "/callback%00", "/callback%3Fcode=x",
                "/x/..%2fcallback", "/%2e%2e/callback", "/callback%0d%0aSet-Cookie:%20a=b", "/%252e%252e/callback",
                "/callback%u003f", "/callback%", "/callback%zz")}?{code}&state={Guess(r)} HTTP/1.1\r\n{host}\r\n");
        Add("other paths",
            r => $"GET {Any(r, "/", "//callback", "/callback/", "/Callback", "/./callback", "/x/../callback",
                "/favicon.ico", "/callback;x", "/callback#", "/robots.txt")}?{code}&state={Guess(r)} " +
                $"HTTP/1.1\r\n{host}\r\n");
        Add("whole URLs as target", r =>
            $"GET http://{(r.Next(2) == 0 ? "evil.example" : $"localhost:{port}")}{path}?{code}&state={Guess(r)} " +
            $"HTTP/1.1\r\n{host}\r\n");
        Add("pipelined", r => string.Concat(Enumerable.Repeat(
            $"GET {path}?{code}&state={Guess(r)} HTTP/1.1\r\n{host}\r\n", 5)));
        Add("huge header", r => $"GET {path}?{code}&state={Guess(r)} HTTP/1.1\r\n{host}X-{mark}: " +
            $"{new string('a', 40_000)}\r\n\r\n");
        Add("many headers", r =>
            $"GET {path}?{code} HTTP/1.1\r\n{host}" +
            $"{string.Concat(Enumerable.Range(0, 2000).Select(i => $"X-{mark}-{i}: y\r\n"))}\r\n");
        Add("huge query", r => $"GET {path}?{code}&state={new string('a', 60_000)} HTTP/1.1\r\n{host}\r\n");
        Add("line breaks within the head", r =>
            $"GET {path}?{code}\r\n &state=x HTTP/1.1\r\n{host}X: a\r\n b{mark}\r\n\r\n");
        Add("control characters", r =>
            $"GET {path}?{code}\0\u001b[31m&state={Guess(r)} HTTP/1.1\r\n{host}X: \0{mark}\r\n\r\n");
        Add("no HTTP at all", r => new[] { $"\u0016\u0003\u0001\u0002{mark}\r\n\r\n", $"SSH-2.0-{mark}\r\n\r\n",
            $"{mark}\n\n\r\n\r\n", $"GET\t{path}\tHTTP/9.9\r\n\r\n", $"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" }[r.Next(5)]);
        _kinds.Add(("half a request, then gone", r => Encoding.Latin1.GetBytes($"GET {path}?{code}&sta"), false));
        _kinds.Add(("nothing, then gone", r => [], false));
        _kinds.Add(
            ("a line without end", r => Encoding.Latin1.GetBytes($"GET {path}?" + new string('a', 2_000_000)), true));
    }

    /// <summary>Sends so many hostile requests, several at a time.</summary>
    public CallbackAttackResult Run(int count, int seed, int atOnce)
    {
        var result = new CallbackAttackResult();
        int next = -1;
        Task.WaitAll([.. Enumerable.Range(0, atOnce).Select(w => Task.Run(async () =>
        {
            var random = new Random(seed * 1000 + w);
            for (int i; (i = Interlocked.Increment(ref next)) < count;) await OneAsync(result, i, random);
        }))]);
        return result;
    }

    /// <summary>The same in the background; what becomes of it when the listener closes is nobody's business.</summary>
    public Task RunAsync(int count, int seed, int atOnce) => Task.Run(() => Run(count, seed, atOnce));

    /// <summary>Holds sockets open that send a byte now and then, until it is stopped.</summary>
    public async Task FloodAsync(int sockets, CancellationToken stop)
    {
        await Task.WhenAll(Enumerable.Range(0, sockets).Select(async _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using var client = new TcpClient();
                    await client.ConnectAsync(IPAddress.Loopback, _port, stop);
                    foreach (byte one in Encoding.Latin1.GetBytes(
                        $"GET {_path}?code={_mark}&state={_oldState} HTTP/1.1\r\nX-Slow: {new string('a', 500)}"))
                    {
                        await client.GetStream().WriteAsync(new[] { one }, stop);
                        await Task.Delay(100, stop);
                    }
                }
                catch (Exception e) when (e is SocketException or System.IO.IOException or OperationCanceledException)
                {
                    if (!stop.IsCancellationRequested) await Task.Delay(20, CancellationToken.None);
                }
            }
        }));
    }

    private static string Any(Random random, params string[] texts) => texts[random.Next(texts.Length)];

    private static string Guess(Random random)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        return Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    private void Add(string name, Func<Random, string> text) =>
        _kinds.Add((name, r => Encoding.Latin1.GetBytes(text(r)), true));

    private async Task OneAsync(CallbackAttackResult result, int number, Random random)
    {
        (string name, Func<Random, byte[]> bytes, bool isDue) = _kinds[number % _kinds.Count];
        byte[] request = bytes(random);
        string answer;
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            using var client = new TcpClient(AddressFamily.InterNetwork) { NoDelay = true };
            await client.ConnectAsync(IPAddress.Loopback, _port, limit.Token);
            Interlocked.Increment(ref result.Sent);
            NetworkStream stream = client.GetStream();
            if (!isDue)
            {
                await stream.WriteAsync(request, limit.Token);
                if (random.Next(2) == 0) client.LingerState = new LingerOption(true, 0);
                Count(result, name, "gone");
                return;
            }

            Task writing = stream.WriteAsync(request, limit.Token).AsTask();
            answer = await ReadAsync(stream, limit.Token);
            try
            {
                await writing;
            }
            catch (System.IO.IOException)
            {
                // It was answered before it had been sent to its end.
            }
        }
        catch (OperationCanceledException)
        {
            result.Problems.Enqueue($"{name}: no answer within 30 s.");
            return;
        }
        catch (Exception e) when (e is SocketException or System.IO.IOException)
        {
            result.Problems.Enqueue($"{name}: {e.Message}");
            return;
        }

        Judge(result, name, answer);
    }

    private static async Task<string> ReadAsync(NetworkStream stream, CancellationToken ct)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer, ct)) > 0)
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (System.IO.IOException)
        {
            // A reset after the answer: what was read counts.
        }

        return text.ToString();
    }

    private void Judge(CallbackAttackResult result, string name, string answer)
    {
        if (answer.Length == 0)
        {
            Count(result, name, "closed");
            return;
        }

        string status = answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)
            && answer.Length > 12 ? answer.Substring(9, 3) : "?";
        Count(result, name, status);
        if (status is not ("400" or "404" or "405" or "410" or "431"))
            result.Problems.Enqueue($"{name}: the answer was {status}.");
        if (answer.Contains(_mark, StringComparison.OrdinalIgnoreCase)
            || answer.Contains("<script", StringComparison.OrdinalIgnoreCase)) result.Problems.Enqueue(
            $"{name}: the answer reflects the request.");
        if (answer.Split("HTTP/1.1 ").Length != 2) result.Problems.Enqueue($"{name}: more than one answer.");
        string head = answer.Split("\r\n\r\n")[0];
        foreach (string header in Headers)
            if (!head.Contains("\r\n" + header, StringComparison.OrdinalIgnoreCase))
                result.Problems.Enqueue($"{name}: the answer lacks {header}.");
        if (head.Contains("Set-Cookie", StringComparison.OrdinalIgnoreCase)
            || head.Contains("Location:", StringComparison.OrdinalIgnoreCase)) result.Problems.Enqueue(
            $"{name}: a header that should not be.");
    }

    private static void Count(CallbackAttackResult result, string name, string answer) => result.Answers.AddOrUpdate(
        $"{name}: {answer}", 1, (_, n) => n + 1);
}
