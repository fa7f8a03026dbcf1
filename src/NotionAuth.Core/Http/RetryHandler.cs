using System;
using System.Globalization;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Http;

/// <summary>Repeats attempts as <see cref="RetryPolicy"/> says, within the time that all of them may take.</summary>
internal sealed class RetryHandler(HttpMessageHandler inner, RetryPolicy policy) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestContext context = RequestContext.Of(request);
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
                if (wait is null || GivesUp(context, wait.Value)) return response;
                detail = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
                if ((int)response.StatusCode == 429) reason = WaitReason.RateLimited;
                response.Dispose();
            }
            catch (NotionAuthException e) when (e.ErrorId is ErrorIds.ConnectionFailed or ErrorIds.RequestTimeout && e != context.TokenFailure)
            {
                wait = RetryPolicy.DelayAfterNoReply(attempt, context);
                if (wait is null) throw;
                if (GivesUp(context, wait.Value))
                    throw new NotionAuthException(e.ErrorId, e.Kind, $"{e.Message} {context.GaveUp}", e.RecommendedAction) { Target = e.Target };
                detail = e.ErrorId;
            }

            context.Retry = attempt;
            await policy.WaitAsync(request, context, reason, detail, wait.Value, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool GivesUp(RequestContext context, TimeSpan wait)
    {
        if (wait < context.TimeLeft) return false;
        context.GaveUp = string.Format(
            CultureInfo.InvariantCulture, "It wasn't repeated: the wait of {0:0.#} s would have ended after the {1:0.#} s that all attempts may take (-TotalTimeoutSec).",
            wait.TotalSeconds, context.TotalTimeout.TotalSeconds);
        return true;
    }
}
