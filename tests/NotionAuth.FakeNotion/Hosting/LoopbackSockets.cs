using System.Net;
using System.Net.Sockets;

namespace NotionAuth.FakeNotion.Hosting;

/// <summary>
/// Sockets that are bound before the server exists and handed over to it, so that the kernel's choice of a port is
/// never released and bound again. "localhost" is both 127.0.0.1 and ::1, and browsers try ::1 first: the same port is
/// taken on both, or another fake could be given it on the other address.
/// </summary>
internal static class LoopbackSockets
{
    private const int Attempts = 50;

    public static Socket[] Bind(int port)
    {
        for (var attempt = 1; ; attempt++)
        {
            var first = Listen(IPAddress.Loopback, port);
            if (!Socket.OSSupportsIPv6)
                return [first];
            try
            {
                return [first, Listen(IPAddress.IPv6Loopback, ((IPEndPoint)first.LocalEndPoint!).Port)];
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
            {
                return [first];
            }
            catch (SocketException e)
                when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && port == 0 && attempt < Attempts)
            {
                first.Dispose();
            }
            catch (SocketException)
            {
                first.Dispose();
                throw;
            }
        }
    }

    private static Socket Listen(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }
}
