using System;
using System.Net;
using System.Net.Sockets;

namespace NotionAuth.Core.Tests.Support;

/// <summary>A redirect URI whose port another program has.</summary>
internal sealed class TakenPort : IDisposable
{
    private readonly Socket _socket;

    private TakenPort(Socket socket)
    {
        _socket = socket;
        RedirectUri = new Uri($"http://localhost:{((IPEndPoint)socket.LocalEndPoint!).Port}/callback");
    }

    public Uri RedirectUri { get; }

    public static TakenPort Take()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return new TakenPort(socket);
    }

    public void Dispose() => _socket.Dispose();
}
