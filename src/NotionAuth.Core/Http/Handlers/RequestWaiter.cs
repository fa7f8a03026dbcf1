using System;
using System.Globalization;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Http.Handlers;

/// <summary>The one place where requests wait: tells the log and whoever shows progress.</summary>
internal static class RequestWaiter
{
    // What clocks and timers differ by, and nobody needs to be told of.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    public static Task WaitAsync(
        this RetryPolicy policy, HttpRequestMessage request, RequestContext context, WaitReason reason, string detail, TimeSpan wait, CancellationToken cancellationToken) =>
        policy.WaitAsync(request.Method.Method, request.RequestUri!.AbsolutePath, context, reason, detail, wait, cancellationToken);

    public static async Task WaitAsync(
        this RetryPolicy policy, string method, string path, RequestContext context, WaitReason reason, string detail, TimeSpan wait,
        CancellationToken cancellationToken)
    {
        if (reason == WaitReason.Gate && wait < Shortest)
        {
            await policy.Delay(wait, cancellationToken).ConfigureAwait(false);
            return;
        }

        var told = new RequestWait
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
            Method = told.Method,
            Path = told.Path,
            Note = reason switch
            {
                WaitReason.Gate => string.Format(CultureInfo.InvariantCulture, "held back for {0:0.0} s by {1}", wait.TotalSeconds, detail),
                WaitReason.Vault => string.Format(CultureInfo.InvariantCulture, "{0} in {1:0.0} s", detail, wait.TotalSeconds),
                _ => string.Format(CultureInfo.InvariantCulture, "{0}, retry {1} of {2} in {3:0.0} s", detail, told.Retry, told.MaximumRetryCount, wait.TotalSeconds),
            },
        });
        context.Waiting?.Invoke(told);
        try
        {
            await policy.Delay(wait, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            context.Waited?.Invoke(told);
        }
    }
}
