using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.OAuth;

/// <summary>
/// Stands before <see cref="HttpListener"/> where that one is .NET's own (everywhere but on Windows), because it, measured on .NET 8 and 10,
/// listens on one of localhost's two addresses only while browsers try the other one first; takes a request line and headers without end and
/// waits for them for ever; answers a foreign Host with two responses; and repeats a malformed request target in its error page unencoded.
/// <para>
/// The relay holds the redirect URI's port on every loopback address that its host stands for, reads each request's head within bounds of size,
/// time and number, and sends on what a callback needs of it: method, target, and a ticket by which the listener knows that the request came
/// this way. No other header, no body and no second request of a connection ever reaches the listener.
/// </para>
/// </summary>
internal sealed class LoopbackRelay : IDisposable
{
    /// <summary>The header that carries the ticket of a request's connection.</summary>
    public const string TicketHeader = "X-NotionAuth-Ticket";

    private const int MaximumConnections = 256;
    private const int DrainedBytes = 64 * 1024;
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(1);

    private readonly List<TcpListener> _listeners;
    private readonly string _authority;
    private readonly TimeSpan _headTime;
    private readonly LinkedList<Connection> _connections = new();
    private readonly Dictionary<string, Connection> _tickets = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopped = new();
    private int _target;

    private LoopbackRelay(List<TcpListener> listeners, string authority, TimeSpan headTime)
    {
        _listeners = listeners;
        _authority = authority;
        _headTime = headTime;
    }

    /// <summary>Takes the redirect URI's port on every loopback address that its host stands for, or on none.</summary>
    /// <param name="redirectUri">A loopback URI with a port.</param>
    /// <param name="headTime">How long a request's head may take to arrive.</param>
    /// <returns>The relay; connections wait until <see cref="Start"/>.</returns>
    /// <exception cref="SocketException">The port is taken on one of the addresses, or may not be opened.</exception>
    public static LoopbackRelay Listen(Uri redirectUri, TimeSpan headTime)
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
                TcpListener? listener = null;
                try
                {
                    listener = new TcpListener(address, redirectUri.Port) { ExclusiveAddressUse = true };
                    listener.Start(512);
                    listeners.Add(listener);
                }
                catch (SocketException e) when (IsMissing(e.SocketErrorCode))
                {
                    // A machine without IPv6 (or without IPv4): its browser won't try that address either.
                    listener?.Stop();
                    missing = e;
                }
                catch (SocketException)
                {
                    listener?.Stop();
                    throw;
                }
            }

            if (listeners.Count == 0) throw missing!;
            return new LoopbackRelay(listeners, CallbackAddress.Authority(redirectUri), headTime);
        }
        catch
        {
            foreach (TcpListener listener in listeners) listener.Stop();
            throw;
        }
    }

    /// <summary>Begins to accept.</summary>
    /// <param name="target">The port on 127.0.0.1 to send requests on to.</param>
    public void Start(int target)
    {
        _target = target;
        foreach (TcpListener listener in _listeners) _ = AcceptAsync(listener);
    }

    /// <summary>Tells what became of a request that was sent on.</summary>
    /// <param name="ticket">The request's <see cref="TicketHeader"/>.</param>
    /// <returns>
    /// A task that ends, never in failure, once the answer has been handed to the browser's connection or can't be; null for a request that
    /// didn't come through this relay.
    /// </returns>
    public Task? Delivery(string? ticket)
    {
        if (ticket is null) return null;
        lock (_connections) return _tickets.TryGetValue(ticket, out Connection? connection) ? connection.Delivered.Task : null;
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
        error is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported or SocketError.ProtocolNotSupported
            or SocketError.ProtocolFamilyNotSupported or SocketError.OperationNotSupported;

    private async Task AcceptAsync(TcpListener listener)
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                TcpClient client = await listener.AcceptTcpClientAsync().ConfigureAwait(false);
                _ = ServeAsync(client);
            }
            catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            catch (SocketException) when (!_stopped.IsCancellationRequested)
            {
                // Out of handles, or the client went away while it was accepted: a moment's pause keeps the first from becoming a busy loop.
                await Task.Delay(20).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        var connection = new Connection(client);
        if (!Admit(connection))
        {
            connection.Close();
            return;
        }

        try
        {
            client.NoDelay = true;
            NetworkStream stream = client.GetStream();
            RequestHead? head;
            ResultPage? refusal;
            using (connection.CloseAfter(_headTime, _stopped.Token))
            {
                (head, refusal) = await RequestHead.ReadAsync(stream, _stopped.Token).ConfigureAwait(false);
            }

            if (head is null && refusal is null) return;
            if (head is not null && !head.Host.Equals(_authority, StringComparison.OrdinalIgnoreCase)) refusal = ResultPage.NotFound;

            if (refusal is not null)
            {
                using (connection.CloseAfter(CallbackListener.AnswerTime, _stopped.Token))
                {
                    byte[] answer = Response(refusal, withBody: head?.Method != "HEAD");
                    await stream.WriteAsync(answer, 0, answer.Length, _stopped.Token).ConfigureAwait(false);
                }
            }
            else
            {
                await ForwardAsync(connection, head!, stream).ConfigureAwait(false);
            }

            await LingerAsync(connection, stream).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // The client went away, was too slow, or the sign-in is over: nobody is left to be told.
        }
        finally
        {
            Release(connection);
        }
    }

    private async Task ForwardAsync(Connection connection, RequestHead head, NetworkStream stream)
    {
        string ticket = NewTicket();
        lock (_connections)
        {
            connection.Protected = true;
            connection.Ticket = ticket;
            _tickets.Add(ticket, connection);
        }

        using var upstream = new TcpClient(AddressFamily.InterNetwork) { NoDelay = true };
        connection.Upstream = upstream;
        await upstream.ConnectAsync(IPAddress.Loopback, _target).ConfigureAwait(false);
        NetworkStream server = upstream.GetStream();
        byte[] request = Encoding.ASCII.GetBytes(
            $"{head.Method} {head.Target} HTTP/1.1\r\nHost: 127.0.0.1:{_target}\r\n{TicketHeader}: {ticket}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await server.WriteAsync(request, 0, request.Length, _stopped.Token).ConfigureAwait(false);

        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await server.ReadAsync(buffer, 0, buffer.Length, _stopped.Token).ConfigureAwait(false)) > 0)
        {
            using (connection.CloseAfter(CallbackListener.AnswerTime, _stopped.Token))
            {
                await stream.WriteAsync(buffer, 0, read, _stopped.Token).ConfigureAwait(false);
            }
        }
    }

    // Bytes that were never read (a body, a second request) would turn the close into a reset, and a reset may take the page away from the browser.
    private async Task LingerAsync(Connection connection, NetworkStream stream)
    {
        connection.Client.Client.Shutdown(SocketShutdown.Send);
        lock (_connections) connection.Protected = false;
        connection.Delivered.TrySetResult(true);

        using (connection.CloseAfter(LingerTime, _stopped.Token))
        {
            byte[] buffer = new byte[4096];
            int total = 0;
            int read;
            while (total < DrainedBytes && (read = await stream.ReadAsync(buffer, 0, buffer.Length, _stopped.Token).ConfigureAwait(false)) > 0)
                total += read;
        }
    }

    // When all places are taken, the oldest one that isn't being answered is given up: an honest request needs its place for milliseconds.
    private bool Admit(Connection connection)
    {
        Connection? dropped = null;
        lock (_connections)
        {
            if (_stopped.IsCancellationRequested) return false;
            if (_connections.Count >= MaximumConnections)
            {
                for (LinkedListNode<Connection>? node = _connections.First; node is not null && dropped is null; node = node.Next)
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
            if (connection.Ticket is not null) _tickets.Remove(connection.Ticket);
        }

        connection.Close();
        connection.Delivered.TrySetResult(false);
    }

    private static byte[] Response(ResultPage page, bool withBody)
    {
        var head = new StringBuilder();
        head.Append("HTTP/1.1 ").Append(page.StatusCode).Append(page.StatusCode switch
        {
            404 => " Not Found",
            408 => " Request Timeout",
            431 => " Request Header Fields Too Large",
            _ => " Bad Request",
        }).Append("\r\n");
        foreach (KeyValuePair<string, string> header in ResultPage.Headers) head.Append(header.Key).Append(": ").Append(header.Value).Append("\r\n");
        head.Append("Content-Length: ").Append(page.Utf8Html.Length).Append("\r\nConnection: close\r\n\r\n");

        byte[] start = Encoding.ASCII.GetBytes(head.ToString());
        byte[] response = new byte[start.Length + (withBody ? page.Utf8Html.Length : 0)];
        start.CopyTo(response, 0);
        if (withBody) page.Utf8Html.CopyTo(response, start.Length);
        return response;
    }

    private static string NewTicket()
    {
        byte[] bytes = new byte[16];
        using (var random = RandomNumberGenerator.Create()) random.GetBytes(bytes);
        return Convert.ToBase64String(bytes);
    }

    private sealed class Connection
    {
        public Connection(TcpClient client)
        {
            Client = client;
            Node = new LinkedListNode<Connection>(this);
        }

        public TcpClient Client { get; }

        public TcpClient? Upstream { get; set; }

        public LinkedListNode<Connection> Node { get; }

        public string? Ticket { get; set; }

        // Between the head's arrival and the answer's end; these are the listener's to answer, and it does so at once but for the one callback.
        public bool Protected { get; set; }

        public TaskCompletionSource<bool> Delivered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Close()
        {
            Client.Close();
            Upstream?.Close();
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
