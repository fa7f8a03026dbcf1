using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Http;

namespace NotionAuth.Core.Api;

/// <summary>Reads a stream of events off the wire, each as it arrives.</summary>
internal static class EventStream
{
    private const int BufferBytes = 16 * 1024;

    /// <summary>The events up to the stream's end. What is wrong with the stream is thrown after the events before it.</summary>
    public static async IAsyncEnumerable<ServerSentEvent> ReadAsync(ReplyStream stream, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using (stream.Request)
        using (stream)
        using (stream.Limit.EndWith(cancellationToken))
        {
            using var parser = new EventParser();
            byte[] buffer = new byte[BufferBytes];
            while (true)
            {
                stream.Limit.RestartSilence();
                int read = await NextAsync(stream, buffer, cancellationToken).ConfigureAwait(false);
                stream.Limit.Pause();
                if (read == 0) break;
                parser.Add(buffer, read);
                while (parser.TryTake(out ServerSentEvent? next))
                {
                    EventErrors.Check(next!, stream);
                    yield return next!;
                }
            }

            if (parser.IsInsideEvent) throw ConnectionErrors.Broken(stream.Request, "The stream ended in the middle of an event.", wasConnected: true);
        }
    }

    private static async Task<int> NextAsync(ReplyStream stream, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, 0, buffer.Length).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stream.Limit.IsTimeUp && !cancellationToken.IsCancellationRequested)
        {
            throw new NotionAuthException(
                ErrorIds.RequestTimeout, NotionErrorKind.Timeout, $"The stream of events was silent for {stream.Limit.Span.TotalSeconds:0.#} s.",
                "Try again, or allow longer silences with -TimeoutSec.")
            { Target = stream.Request.RequestUri!.AbsolutePath };
        }
        catch (Exception e) when (ConnectionErrors.IsBroken(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            stream.Limit.ThrowIfCallerEnded();
            throw ConnectionErrors.Broken(stream.Request, ConnectionErrors.Reason(e), wasConnected: true);
        }
    }
}
