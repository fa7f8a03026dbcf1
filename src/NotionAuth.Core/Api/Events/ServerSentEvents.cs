using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Core.Api.Events;

/// <summary>
/// The events of a reply (text/event-stream), each as it arrives. To be read once. The connection stays open until the
/// events were read to their end, or the reading was left, or this was disposed of: its receiver disposes of it, so
/// that a stream that nobody begins to read ends too.
/// </summary>
public sealed class ServerSentEvents : IAsyncEnumerable<ServerSentEvent>, IDisposable
{
    private const int BufferBytes = 16 * 1024;
    private readonly ReplyStream _stream;

    internal ServerSentEvents(ReplyStream stream) => _stream = stream;

    /// <summary>Begins to read. What is wrong with the stream is thrown after the events before it.</summary>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The events up to the stream's end.</returns>
    public IAsyncEnumerator<ServerSentEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        ReadAsync(_stream, cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        _stream.Request.Dispose();
    }

    private static async IAsyncEnumerable<ServerSentEvent> ReadAsync(
        ReplyStream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
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

            if (parser.IsInsideEvent)
                throw NetworkErrors.Broken(
                    stream.Request, "The stream ended in the middle of an event.", wasConnected: true);
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
                ErrorIds.RequestTimeout, NotionErrorKind.Timeout,
                $"The stream of events was silent for {stream.Limit.Span.TotalSeconds:0.#} s.",
                "Try again, or allow longer silences with -TimeoutSec.")
            { Target = stream.Request.RequestUri!.AbsolutePath };
        }
        catch (Exception e) when (NetworkErrors.IsBroken(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            stream.Limit.ThrowIfCallerEnded();
            throw NetworkErrors.Broken(stream.Request, NetworkErrors.Reason(e), wasConnected: true);
        }
    }
}
