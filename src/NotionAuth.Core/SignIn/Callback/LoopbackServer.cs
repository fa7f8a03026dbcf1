using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.SignIn.Callback;

/// <summary>
/// A server for one page on loopback sockets, in place of <see cref="HttpListener"/> where that one is .NET's own, that
/// is, everywhere but on Windows. Measured with .NET 10 on Linux: HttpListener listens on one of localhost's two
/// addresses only, while browsers try the other one first; a request line without end ends the whole process with a
/// stack overflow; a request that stops halfway is waited for without limit; a foreign Host is answered with two
/// responses, neither of which has our headers.
/// <para>
/// This one holds the port on every loopback address that the redirect URI's host stands for, reads the head of one
/// request for each connection, and bounds its size, its time, and the number of connections. It never reads a body, a
/// second request or any header but Host.
/// </para>
/// </summary>
internal sealed class LoopbackServer : ICallbackServer
{
    private const int Backlog = 512;
    private const int MaximumConnections = 256;
    private const int DrainedBytes = 64 * 1024;
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(1);

    private readonly List<TcpListener> _listeners;
    private readonly TimeSpan _headTime;
    private readonly LinkedList<Connection> _connections = new();
    private readonly CancellationTokenSource _stopped = new();
    private Func<CallbackRequest, Task> _handle = _ => Task.CompletedTask;

    private LoopbackServer(List<TcpListener> listeners, TimeSpan headTime)
    {
        _listeners = listeners;
        _headTime = headTime;
    }

    /// <summary>Takes the redirect URI's port on every loopback address that its host stands for, or on none.</summary>
    /// <param name="redirectUri">A loopback URI with a port.</param>
    /// <param name="headTime">How long a request's head may take to arrive.</param>
    /// <returns>The server; connections wait until <see cref="Start"/>.</returns>
    /// <exception cref="SocketException">The port is taken on one of the addresses, or may not be opened.</exception>
    public static LoopbackServer Listen(Uri redirectUri, TimeSpan headTime)
    {
        IPAddress[] addresses = redirectUri.HostNameType switch
        {
            UriHostNameType.IPv4 => [IPAddress.Loopback],
            UriHostNameType.IPv6 => [IPAddress.IPv6Loopback],
            _ => [IPAddress.Loopback, IPAddress.IPv6Loopback],
        };

        var listeners = new List<TcpListener>();
        SocketException? missing = null;
        try
        {
            foreach (IPAddress address in addresses)
            {
                try
                {
                    // A start that fails closes its socket itself.
                    var listener = new TcpListener(address, redirectUri.Port) { ExclusiveAddressUse = true };
                    listener.Start(Backlog);
                    listeners.Add(listener);
                }
                catch (SocketException e) when (IsMissing(e.SocketErrorCode))
                {
                    // A machine without IPv6 (or without IPv4): its browser can't try that address either.
                    missing = e;
                }
            }

            if (listeners.Count == 0) throw missing!;
            return new LoopbackServer(listeners, headTime);
        }
        catch
        {
            foreach (TcpListener listener in listeners) listener.Stop();
            throw;
        }
    }

    public void Start(Func<CallbackRequest, Task> handle)
    {
        _handle = handle;
        foreach (TcpListener listener in _listeners) _ = AcceptAsync(listener);
    }

    /// <summary>Frees the port at once and drops every connection.</summary>
    public void Dispose()
    {
        _stopped.Cancel();
        foreach (TcpListener listener in _listeners) listener.Stop();
        lock (_connections)
        {
            foreach (Connection connection in _connections) connection.Close();
        }
    }

    private static bool IsMissing(SocketError error) =>
        error is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported
            or SocketError.ProtocolNotSupported
            or SocketError.ProtocolFamilyNotSupported or SocketError.OperationNotSupported;

    private async Task AcceptAsync(TcpListener listener)
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                TcpClient client = await listener.AcceptTcpClientAsync().ConfigureAwait(false);
                _ = Task.Run(() => ServeAsync(client));
            }
            catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            catch (SocketException)
            {
                // Out of handles, or the client went away while it was accepted: the pause keeps the first from
                // becoming a busy loop.
                if (!_stopped.IsCancellationRequested) await Task.Delay(20).ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        var connection = new Connection(client);
        try
        {
            if (!Admit(connection)) return;

            client.NoDelay = true;
            NetworkStream stream = client.GetStream();
            RequestHead? head;
            ResultPage? refusal;
            using (connection.CloseAfter(_headTime, _stopped.Token))
            {
                (head, refusal) = await RequestHead.ReadAsync(stream, _stopped.Token).ConfigureAwait(false);
            }

            if (head is null && refusal is null) return;
            lock (_connections) connection.Protected = true;
            if (head is null)
            {
                await SendAsync(connection, stream, refusal!, withBody: true, CancellationToken.None)
                    .ConfigureAwait(false);
                return;
            }

            var request = new CallbackRequest(
                head.Method, head.Target, head.Host,
                (page, ct) => SendAsync(connection, stream, page, head.Method != "HEAD", ct));
            await _handle(request).ConfigureAwait(false);

            // The callback is answered later; until then its connection stays, and keeps its place.
            await connection.Closed.Task.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The client is gone or too slow, or the sign-in is over. That concerns no other client.
        catch (Exception)
        {
        }
#pragma warning restore CA1031
        finally
        {
            Release(connection);
        }
    }

    // Ends with the connection closed, whatever happened.
    private async Task SendAsync(
        Connection connection, NetworkStream stream, ResultPage page, bool withBody, CancellationToken ct)
    {
        try
        {
            byte[] answer = Response(page, withBody);
            using (connection.CloseAfter(CallbackRequest.AnswerTime, ct))
            {
                await stream.WriteAsync(answer, 0, answer.Length, ct).ConfigureAwait(false);
            }

            // Bytes that were never read (a body, a second request) would turn the close into a reset, which may take
            // the page away from the browser: say that this was all, and wait a moment for the other side to close
            // first.
            lock (_connections) connection.Protected = false;
            connection.Client.Client.Shutdown(SocketShutdown.Send);
            using (connection.CloseAfter(LingerTime, ct))
            {
                byte[] buffer = new byte[4096];
                int total = 0;
                int read;
                while (total < DrainedBytes
                    && (read = await stream.ReadAsync(buffer, 0, buffer.Length, ct)
                        .ConfigureAwait(false)) > 0) total += read;
            }
        }
        catch (Exception e)
            when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException
                or InvalidOperationException)
        {
            // The browser went away, doesn't read, or isn't waited for any longer.
        }
        finally
        {
            connection.Close();
        }
    }

    // When all places are taken, the oldest one that isn't being answered is given up: an honest request needs its
    // place for milliseconds.
    private bool Admit(Connection connection)
    {
        Connection? dropped = null;
        lock (_connections)
        {
            if (_stopped.IsCancellationRequested) return false;
            if (_connections.Count >= MaximumConnections)
            {
                for (LinkedListNode<Connection>? node = _connections.First; node is not null
                    && dropped is null; node = node.Next)
                {
                    if (!node.Value.Protected) dropped = node.Value;
                }

                if (dropped is null) return false;
                _connections.Remove(dropped.Node);
            }

            _connections.AddLast(connection.Node);
        }

        dropped?.Close();
        return true;
    }

    private void Release(Connection connection)
    {
        lock (_connections)
        {
            if (connection.Node.List is not null) _connections.Remove(connection.Node);
        }

        connection.Close();
    }

    private static byte[] Response(ResultPage page, bool withBody)
    {
        var head = new StringBuilder("HTTP/1.1 ");
        head.Append(page.StatusCode).Append(' ').Append(page.StatusCode switch
        {
            200 => "OK",
            404 => "Not Found",
            405 => "Method Not Allowed",
            410 => "Gone",
            431 => "Request Header Fields Too Large",
            _ => "Bad Request",
        }).Append("\r\n");
        foreach (KeyValuePair<string, string> header in page.Headers)
            head.Append(header.Key).Append(": ").Append(header.Value).Append("\r\n");
        head.Append("Content-Length: ").Append(page.Utf8Html.Length).Append("\r\nConnection: close\r\n\r\n");

        byte[] start = Encoding.ASCII.GetBytes(head.ToString());
        byte[] response = new byte[start.Length + (withBody ? page.Utf8Html.Length : 0)];
        start.CopyTo(response, 0);
        if (withBody) page.Utf8Html.CopyTo(response, start.Length);
        return response;
    }

    private sealed class Connection
    {
        public Connection(TcpClient client)
        {
            Client = client;
            Node = new LinkedListNode<Connection>(this);
        }

        public TcpClient Client { get; }

        public LinkedListNode<Connection> Node { get; }

        // From the head's arrival to the answer's end. That is short for everything but the one callback.
        public bool Protected { get; set; }

        public TaskCompletionSource<bool> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Close()
        {
            Client.Close();
            Closed.TrySetResult(true);
        }

        // Not every stream looks at a token while it waits; every one ends when its socket is closed.
        public CancellationTokenSource CloseAfter(TimeSpan time, CancellationToken ct)
        {
            var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.Token.Register(Close);
            limit.CancelAfter(time);
            return limit;
        }
    }
}
