using System;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.SignIn.Callback;

/// <summary>
/// A request's first line and its host, read from a socket that nobody trusts: bounded, and strict where leniency makes
/// two readers disagree about what a request says (RFC 9112 sections 2.2, 3 and 5).
/// </summary>
internal sealed class RequestHead
{
    /// <summary>More than any browser sends with an answer of Notion's.</summary>
    public const int MaximumBytes = 32 * 1024;

    // A character for each byte: nothing that isn't ASCII may turn into something that is.
    private static readonly Encoding Bytes = Encoding.GetEncoding("iso-8859-1");

    private RequestHead(string method, string target, string host)
    {
        Method = method;
        Target = target;
        Host = host;
    }

    public string Method { get; }

    /// <summary>Path and query as they stand in the request line; starts with a slash, printable ASCII only.</summary>
    public string Target { get; }

    public string Host { get; }

    /// <summary>Reads the head; what follows it stays unread, or is dropped with the buffer.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="ct">Ends the wait on .NET; closing the socket does it everywhere.</param>
    /// <returns>The head, or the page that says what is wrong with it, or neither when the other side closed before the
    /// end.</returns>
    public static async Task<(RequestHead? Head, ResultPage? Refusal)> ReadAsync(
        NetworkStream stream, CancellationToken ct)
    {
        byte[] buffer = new byte[2048];
        int length = 0;
        int searched = 0;
        while (true)
        {
            int end = EndOfHead(buffer, length, ref searched);
            if (end >= 0)
            {
                RequestHead? head = Parse(Bytes.GetString(buffer, 0, end));
                return head is null ? (null, ResultPage.BadRequest) : (head, null);
            }

            if (length == MaximumBytes) return (null, ResultPage.TooLarge);
            if (length == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaximumBytes));
            int read = await stream.ReadAsync(buffer, length, buffer.Length - length, ct).ConfigureAwait(false);
            if (read == 0) return (null, null);
            length += read;
        }
    }

    internal static RequestHead? Parse(string text)
    {
        string[] lines = text.TrimStart('\r', '\n').Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            int last = lines[i].Length - 1;
            if (last >= 0 && lines[i][last] == '\r') lines[i] = lines[i].Substring(0, last);
        }

        string[] parts = lines[0].Split(' ');
        if (parts.Length != 3 || !IsMethod(parts[0]) || !IsTarget(parts[1])
            || parts[2] is not ("HTTP/1.1" or "HTTP/1.0")) return null;

        string? host = null;
        for (int i = 1; i < lines.Length && lines[i].Length > 0; i++)
        {
            // A line that goes on from the one before, and blanks before the colon: ways to make two readers see two
            // headers.
            int colon = lines[i].IndexOf(':');
            if (colon <= 0 || lines[i].IndexOf('\0') >= 0 || lines[i].IndexOf('\r') >= 0) return null;
            string name = lines[i].Substring(0, colon);
            if (name.IndexOfAny([' ', '\t']) >= 0) return null;
            if (!name.Equals("Host", StringComparison.OrdinalIgnoreCase)) continue;
            if (host is not null) return null;
            host = lines[i].Substring(colon + 1).Trim(' ', '\t');
        }

        return host is null ? null : new RequestHead(parts[0], parts[1], host);
    }

    // Returns the index after the empty line, or -1. Empty lines before the first one don't count.
    private static int EndOfHead(byte[] buffer, int length, ref int searched)
    {
        for (; searched < length; searched++)
        {
            if (buffer[searched] != '\n') continue;
            int before = searched - 1;
            if (before >= 0 && buffer[before] == '\r') before--;
            if (before < 0 || buffer[before] != '\n') continue;

            bool leading = true;
            for (int i = 0; i < before && leading; i++) leading = buffer[i] is (byte)'\r' or (byte)'\n';
            if (!leading) return searched + 1;
        }

        return -1;
    }

    private static bool IsMethod(string text)
    {
        foreach (char c in text)
        {
            if (c is not (>= 'A' and <= 'Z')) return false;
        }

        return text.Length is > 0 and <= 20;
    }

    private static bool IsTarget(string text)
    {
        foreach (char c in text)
        {
            if (c is not (>= '\x21' and <= '\x7e')) return false;
        }

        return text.Length > 0 && text[0] == '/';
    }
}
