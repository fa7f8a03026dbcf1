using System;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using NotionAuth.FakeNotion.Endpoints;
using NotionAuth.FakeNotion.Hosting;

namespace NotionAuth.FakeNotion.Control;

/// <summary>Breaks connections the way networks do, below HTTP.</summary>
internal static class Connections
{
    /// <summary>Closing without lingering is what makes the kernel send a reset in place of a goodbye.</summary>
    public static void Reset(HttpContext http)
    {
        SocketOf(http).LingerState = new LingerOption(enable: true, seconds: 0);
        SocketOf(http).Close(0);
        http.Abort();
    }

    /// <summary>
    /// Written to the socket directly: the server would neither send less than it has announced nor promise that what
    /// it was given has left. The client sees a clean end of the stream in the middle of the body.
    /// </summary>
    public static async Task SendHalfAsync(HttpContext http, RecordedRequest record, Reply reply, CancellationToken ct)
    {
        var head = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {reply.Status} {Gate.Reason(reply.Status)}\r\n")
            .Append(CultureInfo.InvariantCulture,
                $"Content-Type: {reply.ContentType}\r\nContent-Length: {reply.Length}\r\n")
            .Append(CultureInfo.InvariantCulture, $"x-notion-request-id: {record.RequestId}\r\n\r\n");
        var half = reply.ToArray().AsMemory(0, (int)(reply.Length / 2));

        var socket = SocketOf(http);
        await SendAllAsync(socket, Encoding.ASCII.GetBytes(head.ToString()), ct);
        await SendAllAsync(socket, half, ct);
        socket.Shutdown(SocketShutdown.Send);
        // Closing now could overtake what is still on its way; the client closes when it has seen the end.
        var closed = new TaskCompletionSource();
        await using (
            http.Features.GetRequiredFeature<IConnectionLifetimeFeature>().ConnectionClosed.Register(
                () => closed.TrySetResult()))
            _ = await Task.WhenAny(closed.Task, Task.Delay(TimeSpan.FromSeconds(2), ct));
        http.Abort();
    }

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes, ct)..];
    }

    private static Socket SocketOf(HttpContext http) =>
        http.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
}
