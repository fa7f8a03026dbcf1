using System;
using System.Globalization;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Core.Http.Handlers;

/// <summary>Repeats attempts as <see cref="RetryPolicy"/> says, within the time that all of them may take.</summary>
internal sealed class RetryHandler(HttpMessageHandler inner, RetryPolicy policy) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestContext context = RequestContext.Get(request);
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan? wait;
            string detail;
            context.Retry = attempt - 1;
            WaitReason reason = WaitReason.Retry;
            try
            {
                HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
                wait = RetryPolicy.DelayAfter(response, attempt, context);
                if (wait is null) return response;
                if (WhyNotWaited(context, wait.Value) is { } why)
                {
                    if (response.Content is BufferedContent body) body.WhyNotRepeated = why;
                    return response;
                }

                detail = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
                if ((int)response.StatusCode == 429) reason = WaitReason.RateLimited;
                if ((int)response.StatusCode >= 500) context.MayBeDone = true;
                response.Dispose();
            }
            catch (NotionAuthException e) when (e == context.TokenFailure && e is IHasErrorReply { Reply: not null })
            {
                // Notion has put off the refresh, which holds locks and so doesn't wait itself. Here none is held.
                ErrorReply reply = ((IHasErrorReply)e).Reply!;
                wait = RetryPolicy.DelayAfterRefresh(reply, attempt, context);
                if (wait is null) throw;
                if (WhyNotWaited(context, wait.Value) is { } why)
                    throw new NotionAuthException(
                        e.ErrorId, e.Kind, $"{e.Message.TrimEnd('.')}. {why}", e.RecommendedAction);
                detail = $"{reply.Status.ToString(CultureInfo.InvariantCulture)} for the refresh of the token";
                if (reply.Status == 429) reason = WaitReason.RateLimited;
            }
            catch (NotionAuthException e)
                when (e.ErrorId is ErrorIds.ConnectionFailed or ErrorIds.RequestTimeout && e != context.TokenFailure)
            {
                wait = RetryPolicy.DelayAfterNoReply(attempt, context);
                if (wait is null) throw;
                if (WhyNotWaited(context, wait.Value) is { } why)
                    throw new NotionAuthException(e.ErrorId, e.Kind, $"{e.Message} {why}", e.RecommendedAction)
                    {
                        Target = e.Target,
                    };
                context.MayBeDone = true;
                detail = e.ErrorId;
            }

            context.Retry = attempt;
            await policy.WaitAsync(request, context, reason, detail, wait.Value, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Why a wait isn't begun; null where it is.</summary>
    private static string? WhyNotWaited(RequestContext context, TimeSpan wait)
    {
        if (wait > context.LongestWait)
        {
            string parameter = context.LongestWaitParameter is { } name ? $" ({name})" : string.Empty;
            return string.Format(
                CultureInfo.InvariantCulture,
                "It wasn't repeated: the wait of {0:0.#} s is longer than the {1:0.#} s that this command waits " +
                "here{2}.",
                wait.TotalSeconds, context.LongestWait.TotalSeconds, parameter);
        }

        if (wait < context.TimeLeft) return null;
        return string.Format(
            CultureInfo.InvariantCulture,
            "It wasn't repeated: the wait of {0:0.#} s would have ended after the {1:0.#} s that all attempts may " +
            "take (-TotalTimeoutSec).",
            wait.TotalSeconds, context.TotalTimeout.TotalSeconds);
    }
}
