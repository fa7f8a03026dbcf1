using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Tests.Support;

/// <summary>
/// Something that listens where Notion should, and answers each request with bytes that no honest server would send.
/// </summary>
internal sealed class LyingServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly Func<string, Stream, CancellationToken, Task> _answer;
    private readonly Task _accepting;
    private int _connections;

    private LyingServer(Func<string, Stream, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri BaseUri => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}"));

    /// <summary>All connections, with or without a request.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The heads of the requests, as they came.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>
    /// Answers each request, of which the head is given, as the test says; the connection is closed afterwards.
    /// </summary>
    public static LyingServer Answering(Func<string, Stream, CancellationToken, Task> answer) => new(answer);

    public static LyingServer Answering(string answer) => Answering(Encoding.Latin1.GetBytes(answer));

    public static LyingServer Answering(params byte[][] parts) => new(async (_, stream, ct) =>
    {
        foreach (byte[] part in parts) await stream.WriteAsync(part, ct);
    });

    /// <summary>A place where nobody has any business.</summary>
    public static LyingServer Witness() => Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");

    public static string Json(string body, string headers = "") =>
        string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
            $"{Encoding.UTF8.GetByteCount(body)}\r\n{headers}Connection: close\r\n\r\n{body}");

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stopped.Token);
                Interlocked.Increment(ref _connections);
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                string? head = await ReadHeadAsync(stream);
                if (head is null) return;
                Requests.Enqueue(head);
                await _answer(head, stream, _stopped.Token);
                client.Client.Shutdown(SocketShutdown.Send);
                byte[] rest = new byte[4096];
                while (await stream.ReadAsync(rest, _stopped.Token) > 0)
                {
                    // Closing before the other side does would be a reset, which may take the answer away from it.
                }
            }
            catch (Exception e)
                when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The other side has seen enough.
            }
        }
    }

    private async Task<string?> ReadHeadAsync(NetworkStream stream)
    {
        byte[] buffer = new byte[64 * 1024];
        int length = 0;
        while (length < buffer.Length)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(length), _stopped.Token);
            if (read == 0) return null;
            length += read;
            string text = Encoding.Latin1.GetString(buffer, 0, length);
            int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0) continue;
            int declared = text[..end].Split("\r\n")
                .Where(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                .Select(l => int.Parse(l.Split(':')[1], CultureInfo.InvariantCulture)).FirstOrDefault();
            if (length - end - 4 >= declared) return text[..end];
        }

        return null;
    }
}
