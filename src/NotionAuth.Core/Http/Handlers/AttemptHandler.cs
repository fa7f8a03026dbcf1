using System;
using System.Buffers;
using System.Diagnostics;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Core.Http.Handlers;

/// <summary>
/// One attempt on the wire: bounded in time and size, its body read whole, so that a reply that breaks off counts as a
/// broken connection; tells the log. Only a stream of events is handed on while it arrives.
/// </summary>
internal sealed class AttemptHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int MaximumReplyBytes = 64 * 1024 * 1024;
    private const int FirstBuffer = 32 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestContext context = RequestContext.Get(request);
        cancellationToken.ThrowIfCancellationRequested();
        if (context.CompletesOnceSent) cancellationToken = CancellationToken.None;
        long begun = Stopwatch.GetTimestamp();
        AttemptTimer? limit = new(context, cancellationToken);
        HttpResponseMessage? response = null;
        var file = request.Content as FileContent;
        if (file is not null) file.Attempt = limit;
        if (!request.Headers.Contains("Accept-Encoding"))
            request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
        try
        {
            response = await base.SendAsync(request, limit.Token).ConfigureAwait(false);
            if (await TakeBodyAsync(context, request, response, limit).ConfigureAwait(false)) limit = null;
            Tell(context, request, begun, response, null);
            HttpResponseMessage reply = response;
            response = null;
            return reply;
        }
        catch (Exception) when (file?.Failure is not null)
        {
            Tell(context, request, begun, null, file.Failure.ErrorId);
            throw file.Failure;
        }
        catch (OperationCanceledException) when (limit!.IsTimeUp)
        {
            Tell(context, request, begun, null, "timed out");
            throw NetworkErrors.TimedOut(request, limit.Span);
        }
        catch (Exception e) when (NetworkErrors.IsBroken(e))
        {
            // A connection that breaks because the caller gave up is a cancellation, whatever the platform makes of it.
            cancellationToken.ThrowIfCancellationRequested();
            string why = NetworkErrors.Reason(e);
            Tell(context, request, begun, null, why);
            throw NetworkErrors.Broken(request, why, NetworkErrors.WasConnected(e));
        }
        finally
        {
            if (file is not null) file.Attempt = null;
            response?.Dispose();
            limit?.Dispose();
        }
    }

    /// <summary>Takes the body off the wire, or leaves it there where it is a stream of events.</summary>
    /// <returns>Whether the connection and its limit are handed on.</returns>
    private static async Task<bool> TakeBodyAsync(
        RequestContext context, HttpRequestMessage request, HttpResponseMessage response, AttemptTimer limit)
    {
        // Microsoft's contract leaves Content null on .NET Framework when there is no body.
        if (response.Content is null) return false;
        ReplyStream stream = await ReplyStream.OpenAsync(request, response, limit).ConfigureAwait(false);
        if (context.TakesEvents && response.IsSuccessStatusCode
            && response.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            context.Events = stream;
            return true;
        }

        if (context.Destination is { } file && response.IsSuccessStatusCode)
        {
            await file.TakeAsync(stream).ConfigureAwait(false);
            return false;
        }

        long? declared = stream.Length;
        if (declared > MaximumReplyBytes) throw TooLarge();
        byte[] body = declared is long length
            ? await ReadAsync(stream, (int)length).ConfigureAwait(false)
            : await ReadToEndAsync(stream).ConfigureAwait(false);
        using HttpContent original = response.Content;
        response.Content = new BufferedContent(body, original.Headers);
        return false;
    }

    private static async Task<byte[]> ReadAsync(ReplyStream stream, int length)
    {
#if NET8_0_OR_GREATER
        byte[] body = GC.AllocateUninitializedArray<byte>(length);
#else
        byte[] body = new byte[length];
#endif
        for (int filled = 0; filled < length;)
        {
            int read = await stream.ReadAsync(body, filled, length - filled).ConfigureAwait(false);
            if (read == 0) throw new IOException("The reply ended before its declared length.");
            filled += read;
        }

        return body;
    }

    private static async Task<byte[]> ReadToEndAsync(ReplyStream stream)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            int filled = 0, read;
            while ((read = await stream.ReadAsync(buffer, filled, buffer.Length - filled).ConfigureAwait(false)) > 0)
            {
                filled += read;
                if (filled > MaximumReplyBytes) throw TooLarge();
                if (filled < buffer.Length) continue;
                byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                Buffer.BlockCopy(buffer, 0, larger, 0, filled);
                ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
                buffer = larger;
            }

            return buffer.AsSpan(0, filled).ToArray();
        }
        finally
        {
            // A token reply passes through here too.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static NotionAuthException TooLarge() => new(
        ErrorIds.ReplyTooLarge, NotionErrorKind.InvalidData,
        $"The reply is larger than {MaximumReplyBytes / 1024 / 1024} MiB.",
        "Ask for less at once, for example with a smaller -PageSize, or write the reply to a file with -OutFile.");

    private static void Tell(
        RequestContext context, HttpRequestMessage request, long begun, HttpResponseMessage? response, string? note) =>
        context.Log?.Invoke(new RequestLogEntry
        {
            Method = request.Method.Method,
            Path = request.RequestUri!.AbsolutePath,
            Status = response is null ? null : (int)response.StatusCode,
            RequestId = response is null ? null : Http.Bodies.ErrorReply.RequestIdOf(response),
            Elapsed = TimeSpan.FromSeconds((Stopwatch.GetTimestamp() - begun) / (double)Stopwatch.Frequency),
            Note = note,
        });
}
