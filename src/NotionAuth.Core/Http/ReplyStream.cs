using System;
using System.IO;
using System.Net.Http;
using System.Threading.Tasks;

namespace NotionAuth.Core.Http;

/// <summary>A reply's body on the wire.</summary>
internal sealed class ReplyStream(HttpRequestMessage request, HttpResponseMessage response, Stream source, AttemptLimit limit) : IDisposable
{
    public HttpRequestMessage Request => request;

    public HttpResponseMessage Response => response;

    public AttemptLimit Limit => limit;

    /// <summary>The length that was declared, or null.</summary>
    public long? Length => response.Content.Headers.ContentLength;

    public static async Task<ReplyStream> OpenAsync(HttpRequestMessage request, HttpResponseMessage response, AttemptLimit limit)
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
#if NET8_0_OR_GREATER
        try
        {
            return await source.ReadAsync(buffer.AsMemory(offset, count), limit.Token).ConfigureAwait(false);
        }
        catch (InvalidOperationException e) when (e is not ObjectDisposedException)
        {
            // So says the platform's brotli of data that is none; gzip says InvalidDataException.
            throw new InvalidDataException(e.Message, e);
        }
#else
        // The reads of .NET Framework's response stream don't look at their token: closing the stream ends them.
        using System.Threading.CancellationTokenRegistration close = limit.Token.Register(static s => ((Stream)s!).Dispose(), source);
        try
        {
            return await source.ReadAsync(buffer, offset, count, limit.Token).ConfigureAwait(false);
        }
        catch (Exception) when (limit.Token.IsCancellationRequested)
        {
            throw new OperationCanceledException(limit.Token);
        }
#endif
    }

    /// <summary>Closes the connection where the body wasn't read to its end.</summary>
    public void Dispose()
    {
        response.Dispose();
        limit.Dispose();
    }
}
