using System;
using System.Globalization;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Http;

/// <summary>Repeats attempts as <see cref="RetryPolicy"/> says.</summary>
internal sealed class RetryHandler(HttpMessageHandler inner, RetryPolicy policy) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestContext context = RequestContext.Of(request);
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan? wait;
            string reason;
            try
            {
                HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
                wait = RetryPolicy.DelayAfter(response, attempt, context);
                if (wait is null) return response;
                reason = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
                response.Dispose();
            }
            catch (NotionAuthException e) when (e.ErrorId is ErrorIds.ConnectionFailed or ErrorIds.RequestTimeout && e != context.TokenFailure)
            {
                wait = RetryPolicy.DelayAfterNoReply(attempt, context);
                if (wait is null) throw;
                reason = e.ErrorId;
            }

            context.Log?.Invoke(new RequestLogEntry
            {
                Method = request.Method.Method,
                Path = request.RequestUri!.AbsolutePath,
                Note = string.Format(
                    CultureInfo.InvariantCulture, "{0}, retry {1} of {2} in {3:0.0} s", reason, attempt, context.MaximumRetryCount, wait.Value.TotalSeconds),
            });
            await policy.Delay(wait.Value, cancellationToken).ConfigureAwait(false);
        }
    }
}
