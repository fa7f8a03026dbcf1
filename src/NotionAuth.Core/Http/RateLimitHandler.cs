using System;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Http;

/// <summary>Waits at the connection's gate before each attempt, and closes the gate when Notion answers 429.</summary>
internal sealed class RateLimitHandler(HttpMessageHandler inner, RetryPolicy policy) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RateLimitGate? gate = RequestContext.Of(request).Gate;
        if (gate is not null) await gate.WaitAsync(policy.Delay, cancellationToken).ConfigureAwait(false);

        HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (gate is not null && (int)response.StatusCode == 429
            && Api.NotionApiException.From(response).RetryAfter is TimeSpan wait)
            gate.CloseFor(wait);
        return response;
    }
}
