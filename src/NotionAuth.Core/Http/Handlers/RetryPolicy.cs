using System;
using System.Globalization;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Http.Bodies;
using NotionAuth.Core.Http.RateLimits;

namespace NotionAuth.Core.Http.Handlers;

/// <summary>
/// The one rule for what is repeated and when. 409 (Notion committed nothing), 429 and 529 always; 500, 502, 503, 504,
/// a broken connection and a time-out only where repeating is safe; <c>public_api_request_blocked</c> never.
/// </summary>
internal sealed class RetryPolicy
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromHours(1);
    private static readonly Random Jitter = new();

    // The guidance is text, of which no list is known.
    private static readonly Regex NoRetry = new(
        @"(?<![a-z])(?:not|no|never|don't|non)[^a-z].{0,15}?(?:retr|repeat|resend|send)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    // Clocks and timers differ by this much. Shorter waits are not shown.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    /// <summary>How waiting is done; tests replace it.</summary>
    public Func<TimeSpan, CancellationToken, Task> Delay { get; init; } = Task.Delay;

    /// <summary>Decides on a reply.</summary>
    /// <param name="response">The reply, its body read.</param>
    /// <param name="attempt">The number of the attempt that got it, from 1.</param>
    /// <param name="context">The request's context.</param>
    /// <returns>How long to wait before the next attempt, or null for none.</returns>
    internal static TimeSpan? DelayAfter(HttpResponseMessage response, int attempt, RequestContext context)
    {
        if (attempt > context.MaximumRetryCount || response.IsSuccessStatusCode) return null;
        return DelayAfter(ErrorReply.Of(response), attempt, context.IsSafeToRepeat);
    }

    /// <summary>
    /// Decides on a request whose token had to be refreshed first, which Notion refused. A refresh whose outcome is
    /// open is never repeated.
    /// </summary>
    /// <param name="error">The reply of the token endpoint.</param>
    /// <param name="attempt">The number of the attempt, from 1.</param>
    /// <param name="context">The request's context.</param>
    /// <returns>How long to wait before the next attempt, or null for none.</returns>
    internal static TimeSpan? DelayAfterRefresh(ErrorReply error, int attempt, RequestContext context) =>
        attempt > context.MaximumRetryCount ? null : DelayAfter(error, attempt, isSafeToRepeat: false);

    /// <summary>Decides on an attempt without a reply: a broken connection or a time-out.</summary>
    /// <param name="attempt">The number of the attempt, from 1.</param>
    /// <param name="context">The request's context.</param>
    /// <returns>How long to wait before the next attempt, or null for none.</returns>
    internal static TimeSpan? DelayAfterNoReply(int attempt, RequestContext context) =>
        attempt <= context.MaximumRetryCount && context.IsSafeToRepeat ? Backoff(attempt) : null;

    /// <summary>Reads Retry-After: seconds or a date (RFC 9110 section 10.2.3).</summary>
    /// <param name="response">The reply.</param>
    /// <returns>The time to wait, an hour at most, or null where the header is absent or makes no sense.</returns>
    internal static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        RetryConditionHeaderValue? header = response.Headers.RetryAfter;
        TimeSpan? wait = header?.Delta ?? (header?.Date is DateTimeOffset date ? date - DateTimeOffset.UtcNow : null);
        return wait is TimeSpan span ? Bounded(span) : null;
    }

    /// <summary>Keeps a wait that Notion asks for between none and an hour.</summary>
    internal static TimeSpan Bounded(TimeSpan wait) =>
        wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestAsked ? LongestAsked : wait;

    /// <summary>
    /// Waits before an attempt: the one place where requests wait, which reports them to the log and to the progress
    /// display.
    /// </summary>
    internal Task WaitAsync(
        HttpRequestMessage request, RequestContext context, WaitReason reason, string detail, TimeSpan wait,
        CancellationToken cancellationToken) =>
        WaitAsync(
            request.Method.Method, request.RequestUri!.AbsolutePath, context, reason, detail, wait, cancellationToken);

    internal async Task WaitAsync(
        string method, string path, RequestContext context, WaitReason reason, string detail, TimeSpan wait,
        CancellationToken cancellationToken)
    {
        if (reason == WaitReason.Gate && wait < Shortest)
        {
            await Delay(wait, cancellationToken).ConfigureAwait(false);
            return;
        }

        var announced = new RequestWait
        {
            Method = method,
            Path = path,
            Reason = reason,
            Detail = detail,
            Duration = wait,
            Until = DateTime.UtcNow + wait,
            Retry = context.Retry,
            MaximumRetryCount = context.MaximumRetryCount,
        };
        context.Log?.Invoke(new RequestLogEntry
        {
            Method = announced.Method,
            Path = announced.Path,
            Note = reason switch
            {
                WaitReason.Gate =>
                    string.Format(
                        CultureInfo.InvariantCulture, "held back for {0:0.0} s by {1}", wait.TotalSeconds, detail),
                WaitReason.Vault or WaitReason.Unfinished =>
                    string.Format(CultureInfo.InvariantCulture, "{0} in {1:0.0} s", detail, wait.TotalSeconds),
                _ => string.Format(
                    CultureInfo.InvariantCulture, "{0}, retry {1} of {2} in {3:0.0} s", detail, announced.Retry,
                    announced.MaximumRetryCount, wait.TotalSeconds),
            },
        });
        context.Waiting?.Invoke(announced);
        try
        {
            await Delay(wait, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            context.Waited?.Invoke(announced);
        }
    }

    private static TimeSpan? DelayAfter(ErrorReply error, int attempt, bool isSafeToRepeat)
    {
        bool repeat = !IsForbidden(error) && error.Status switch
        {
            409 or 429 or 529 => true,
            500 or 502 or 503 or 504 => isSafeToRepeat,
            _ => false,
        };
        return repeat ? error.RetryAfter ?? Backoff(attempt) : null;
    }

    // Sending it again is what Notion doesn't want: it was carried out, or the guidance says so.
    private static bool IsForbidden(ErrorReply error) =>
        error.RateLimitReason == ConnectionLimits.Blocked || error.WasCommitted
        || (error.RetryGuidance is { } text && NoRetry.IsMatch(text));

    private static TimeSpan Backoff(int attempt)
    {
        double ceiling =
            Math.Min(LongestDelay.TotalMilliseconds, FirstDelay.TotalMilliseconds * Math.Pow(2, attempt - 1));
        double share;
        // Random isn't safe for threads; the shared one of newer frameworks isn't in netstandard2.0. Jitter needs no
        // cryptography.
#pragma warning disable CA5394
        lock (Jitter) share = Jitter.NextDouble();
#pragma warning restore CA5394
        return TimeSpan.FromMilliseconds(ceiling * share);
    }
}
