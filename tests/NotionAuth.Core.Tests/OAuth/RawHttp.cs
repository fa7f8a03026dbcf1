using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

namespace NotionAuth.Core.Tests.OAuth;

/// <summary>An answer as it came over the socket.</summary>
internal sealed record RawAnswer(int Status, Dictionary<string, string> Headers, byte[] Body, string Text)
{
    public string Html => Encoding.UTF8.GetString(Body);
}

/// <summary>Requests that no HTTP client library would send.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static string Get(Uri uri, string query) =>
        $"GET {uri.AbsolutePath}{query} HTTP/1.1\r\nHost: {uri.Authority}\r\n\r\n";

    public static async Task<TcpClient> ConnectAsync(IPAddress address, int port)
    {
        var client = new TcpClient(address.AddressFamily);
        await client.ConnectAsync(address, port).WaitAsync(Limit);
        return client;
    }

    public static async Task<TcpClient> OpenAsync(IPAddress address, int port, string request)
    {
        TcpClient client = await ConnectAsync(address, port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));
        return client;
    }

    public static async Task<RawAnswer> SendAsync(IPAddress address, int port, string request)
    {
        using TcpClient client = await OpenAsync(address, port, request);
        return await ReadAsync(client);
    }

    public static Task<RawAnswer> SendAsync(Uri uri, string request) =>
        SendAsync(IPAddress.Loopback, uri.Port, request);

    /// <summary>
    /// Reads to the end of the connection: whatever follows the announced length is part of the body here.
    /// </summary>
    public static async Task<RawAnswer> ReadAsync(TcpClient client)
    {
        using var all = new MemoryStream();
        await client.GetStream().CopyToAsync(all).WaitAsync(Limit);
        byte[] bytes = all.ToArray();
        string text = Encoding.Latin1.GetString(bytes);
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) return new RawAnswer(0, [], [], text);

        string[] lines = text[..end].Split("\r\n");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines.AsSpan(1))
        {
            int colon = line.IndexOf(':');
            headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }

        return new RawAnswer(
            int.Parse(lines[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), headers,
            bytes[(end + 4)..], text);
    }
}
