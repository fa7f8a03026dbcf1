using System;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Api;

/// <summary>Reads an object of Notion's again and again until its status says that it is finished.</summary>
internal static class StatusPoll
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(15);

    /// <summary>Waits for the end.</summary>
    /// <param name="client">The client.</param>
    /// <param name="read">The request that reads the object; its bound of all attempts is that of the whole
    /// wait.</param>
    /// <param name="reply">What is known of the object.</param>
    /// <param name="isOpen">Whether a status is one that doesn't stay.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The reply whose status stays.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.RequestTimeout"/>, and as
    /// <see cref="NotionClient.SendAsync(NotionRequest, CancellationToken)"/>.</exception>
    public static async Task<NotionReply> UntilFinishedAsync(
        NotionClient client, NotionRequest read, NotionReply reply, Func<string?, bool> isOpen,
        CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        TimeSpan delay = FirstDelay;
        for (string? status; isOpen(status = reply.TextOf("status"));)
        {
            TimeSpan asked = AskedBy(reply);
            if (delay < asked) delay = asked;
            if (read.TotalTimeout != Timeout.InfiniteTimeSpan && delay >= TimeLeft(read, since))
                throw NotFinished(read, status);
            await client.PauseAsync(read, $"it is {Redaction.OneLine(status!)}", delay, cancellationToken)
                .ConfigureAwait(false);
            reply = await client.SendAsync(read with { TotalTimeout = TimeLeft(read, since) }, cancellationToken)
                .ConfigureAwait(false);
            if (delay < LongestDelay)
                delay = TimeSpan.FromTicks(Math.Min(LongestDelay.Ticks, delay.Ticks * 3 / 2));
        }

        return reply;
    }

    // Source: developers.notion.com/reference/retrieve-async-task.
    private static TimeSpan AskedBy(NotionReply reply)
    {
        using JsonDocument body = reply.ParseJson();
        return body.RootElement.ValueKind == JsonValueKind.Object
            && body.RootElement.TryGetProperty("poll_after_seconds", out JsonElement seconds)
            && seconds.ValueKind == JsonValueKind.Number && seconds.TryGetDouble(out double value)
            && value is > 0 and <= 86_400 ? TimeSpan.FromSeconds(value) : TimeSpan.Zero;
    }

    private static TimeSpan TimeLeft(NotionRequest read, Stopwatch since)
    {
        if (read.TotalTimeout == Timeout.InfiniteTimeSpan) return read.TotalTimeout;
        TimeSpan left = read.TotalTimeout - since.Elapsed;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static NotionAuthException NotFinished(NotionRequest read, string? status) => new(
        ErrorIds.RequestTimeout, NotionErrorKind.Timeout,
        string.Format(
            CultureInfo.InvariantCulture,
            "{0} is still {1} after {2:0.#} s (-TotalTimeoutSec). Notion goes on with it.", read.Path,
            Redaction.OneLine(status!), read.TotalTimeout.TotalSeconds),
        $"Look again later: Invoke-NotionRequest {read.Path}.")
    { Target = read.Path };
}
