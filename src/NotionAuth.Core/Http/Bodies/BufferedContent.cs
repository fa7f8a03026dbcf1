using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading.Tasks;

namespace NotionAuth.Core.Http.Bodies;

/// <summary>A reply's body that was read whole: handed on without being copied.</summary>
internal sealed class BufferedContent(byte[] bytes, HttpContentHeaders original) : HttpContent
{
    /// <summary>The headers that the body came with.</summary>
    public HttpContentHeaders Original => original;

    /// <summary>What the body says, where it is an error's and was looked at.</summary>
    public ErrorReply? Error { get; set; }

    /// <summary>Why an attempt that could have been repeated wasn't; a part of its error.</summary>
    public string? WhyNotRepeated { get; set; }

    /// <summary>
    /// A reply's body, without the byte order mark that some proxies put before it; empty where it has none, or where
    /// it went elsewhere.
    /// </summary>
    public static ReadOnlyMemory<byte> BodyOf(HttpResponseMessage response) =>
        response.Content is BufferedContent content ? content.Text : default;

    private ReadOnlyMemory<byte> Text =>
        bytes.Length >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? bytes.AsMemory(3) : bytes;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        stream.WriteAsync(bytes, 0, bytes.Length);

    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
