using System;
using System.Diagnostics;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Http;

/// <summary>
/// One attempt on the wire: bounded in time and size, its body read whole, so that a reply that breaks off counts as a broken connection;
/// tells the log. Turns the platform's exceptions into ours here, and only here.
/// </summary>
internal sealed class AttemptHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int MaximumReplyBytes = 64 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestContext context = RequestContext.Of(request);
        cancellationToken.ThrowIfCancellationRequested();
        if (context.CompletesOnceSent) cancellationToken = CancellationToken.None;
        var watch = Stopwatch.StartNew();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(context.Timeout);
        try
        {
            HttpResponseMessage response = await base.SendAsync(request, limit.Token).ConfigureAwait(false);
            await BufferAsync(response, limit.Token).ConfigureAwait(false);
            Tell(context, request, watch.Elapsed, response, null);
            return response;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Tell(context, request, watch.Elapsed, null, "timed out");
            throw new NotionAuthException(
                ErrorIds.RequestTimeout, NotionErrorKind.Timeout,
                $"Notion didn't answer {request.Method} {request.RequestUri!.AbsolutePath} within {context.Timeout.TotalSeconds:0.#} s.",
                "Try again, or give the request more time with -TimeoutSec.")
            { Target = request.RequestUri.AbsolutePath };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ObjectDisposedException or InvalidDataException)
        {
            // A connection that breaks because the caller gave up is a cancellation, whatever the platform makes of it.
            cancellationToken.ThrowIfCancellationRequested();

            // The platform's exceptions can quote the proxy's URI, user name included: only the innermost message goes on, redacted.
            string why = Redaction.Scrub(e.GetBaseException().Message);
            Tell(context, request, watch.Elapsed, null, why);
            throw new NotionAuthException(
                ErrorIds.ConnectionFailed, NotionErrorKind.ConnectionFailed,
                $"The connection to {request.RequestUri!.GetLeftPart(UriPartial.Authority)} failed: {why}",
                "Check the network, the proxy (-Proxy or HTTPS_PROXY) and the name of the host, then try again. Nothing that is stored was changed.")
            { Target = request.RequestUri.AbsolutePath };
        }
    }

    private static async Task BufferAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // Microsoft's contract leaves Content null on .NET Framework when there is no body.
        if (response.Content is null) return;
        using HttpContent original = response.Content;
        long? declared = original.Headers.ContentLength;
        if (declared > MaximumReplyBytes) throw TooLarge();

#if NET8_0_OR_GREATER
        Stream source = await original.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
#else
        Stream source = await original.ReadAsStreamAsync().ConfigureAwait(false);
#endif
        using var buffer = new MemoryStream((int)(declared ?? 4096));
        byte[] chunk = System.Buffers.ArrayPool<byte>.Shared.Rent(81_920);
        try
        {
            // The reads of .NET Framework's response stream don't look at their token: closing the stream ends them.
            using CancellationTokenRegistration close = cancellationToken.Register(static s => ((Stream)s!).Dispose(), source);
            int read;
            while ((read = await source.ReadAsync(chunk, 0, chunk.Length, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (buffer.Length + read > MaximumReplyBytes) throw TooLarge();
                buffer.Write(chunk, 0, read);
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(chunk, clearArray: true);
        }

        var content = new ByteArrayContent(buffer.GetBuffer(), 0, (int)buffer.Length);
        foreach (var header in original.Headers) content.Headers.TryAddWithoutValidation(header.Key, header.Value);
        content.Headers.ContentLength = buffer.Length;
        response.Content = content;
    }

    private static NotionAuthException TooLarge() => new(
        ErrorIds.ReplyTooLarge, NotionErrorKind.InvalidData, $"The reply is larger than {MaximumReplyBytes / 1024 / 1024} MiB.",
        "Ask for less at once, for example with a smaller -PageSize.");

    private static void Tell(RequestContext context, HttpRequestMessage request, TimeSpan elapsed, HttpResponseMessage? response, string? note) =>
        context.Log?.Invoke(new RequestLogEntry
        {
            Method = request.Method.Method,
            Path = request.RequestUri!.AbsolutePath,
            Status = response is null ? null : (int)response.StatusCode,
            RequestId = response is null ? null : Api.NotionApiException.RequestIdOf(response),
            Elapsed = elapsed,
            Note = note,
        });
}
