using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using NotionAuth.Core.Http.Handlers;

namespace NotionAuth.Core.Http.Bodies;

/// <summary>A reply's body on the wire.</summary>
internal sealed class ReplyStream : IDisposable
{
    private readonly Stream _source;
    private readonly PackedStream? _packed;
    private long _unpacked;

    private ReplyStream(HttpRequestMessage request, HttpResponseMessage response, Stream wire, AttemptTimer limit)
    {
        Request = request;
        Response = response;
        Limit = limit;
        _source = wire;
        ICollection<string> encodings = response.Content.Headers.ContentEncoding;
        string encoding = encodings.LastOrDefault() ?? string.Empty;
        if (encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase)
            || encoding.Equals("x-gzip", StringComparison.OrdinalIgnoreCase))
            _source = new GZipStream(_packed = new PackedStream(wire), CompressionMode.Decompress);
#if NET8_0_OR_GREATER
        else if (encoding.Equals("br", StringComparison.OrdinalIgnoreCase))
            _source = new BrotliStream(wire, CompressionMode.Decompress);
#endif
        if (ReferenceEquals(_source, wire)) return;

        // What they say isn't so of what is read here.
        encodings.Remove(encoding);
        response.Content.Headers.ContentLength = null;
    }

    public HttpRequestMessage Request { get; }

    public HttpResponseMessage Response { get; }

    public AttemptTimer Limit { get; }

    /// <summary>The length that was declared, or null.</summary>
    public long? Length => Response.Content.Headers.ContentLength;

    public static async Task<ReplyStream> OpenAsync(
        HttpRequestMessage request, HttpResponseMessage response, AttemptTimer limit)
    {
#if NET8_0_OR_GREATER
        Stream source = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
#else
        Stream source = await response.Content.ReadAsStreamAsync().ConfigureAwait(false);
#endif
        return new ReplyStream(request, response, source, limit);
    }

    /// <summary>Reads what has arrived; waits while nothing has.</summary>
    /// <returns>The number of bytes; 0 at the end.</returns>
    public async ValueTask<int> ReadAsync(byte[] buffer, int offset, int count)
    {
        int read = await ReadSourceAsync(buffer, offset, count).ConfigureAwait(false);
        _unpacked += read;
        if (read > 0 || _packed is null) return read;
        _source.Dispose();
        _packed.ThrowIfCut(_unpacked);
        return 0;
    }

    /// <summary>Closes the connection where the body wasn't read to its end.</summary>
    public void Dispose()
    {
        _source.Dispose();
        Response.Dispose();
        Limit.Dispose();
    }

    private async ValueTask<int> ReadSourceAsync(byte[] buffer, int offset, int count)
    {
#if NET8_0_OR_GREATER
        try
        {
            return await _source.ReadAsync(buffer.AsMemory(offset, count), Limit.Token).ConfigureAwait(false);
        }
        catch (InvalidOperationException e) when (e is not ObjectDisposedException)
        {
            // So says the platform's brotli of data that is none; gzip says InvalidDataException.
            throw new InvalidDataException(e.Message, e);
        }
#else
        // The reads of .NET Framework's response stream don't look at their token: closing the connection ends them.
        using System.Threading.CancellationTokenRegistration close =
            Limit.Token.Register(static s => ((HttpResponseMessage)s!).Dispose(), Response);
        try
        {
            return await _source.ReadAsync(buffer, offset, count, Limit.Token).ConfigureAwait(false);
        }
        catch (Exception) when (Limit.Token.IsCancellationRequested)
        {
            throw new OperationCanceledException(Limit.Token);
        }
#endif
    }
}
