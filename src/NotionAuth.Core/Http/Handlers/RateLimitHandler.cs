using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;
using NotionAuth.Core.Http.RateLimits;

namespace NotionAuth.Core.Http.Handlers;

/// <summary>
/// Waits at the connection's gates before each attempt, and closes the one that Notion's 429 speaks of.
/// </summary>
internal sealed class RateLimitHandler(HttpMessageHandler inner, RetryPolicy policy) : DelegatingHandler(inner)
{
    // A 429 that doesn't say how long.
    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(1);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestContext context = RequestContext.Get(request);
        if (context.Limits is not { } limits)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        List<(RateLimitGate Gate, RateLimitGate.Pass Pass)>? passes = null;
        bool wasServed = false;
        try
        {
            if (!limits.IsOpen)
                await EnterAsync(limits, request, context, passes = [], cancellationToken).ConfigureAwait(false);

            HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            wasServed = (int)response.StatusCode != 429;
            if (wasServed) return response;
            Http.Bodies.ErrorReply error = Http.Bodies.ErrorReply.From(response, BufferedContent.BodyOf(response));
            if (error.RateLimitReason != ConnectionLimits.Blocked)
                limits.CloseFor(error.RetryAfter ?? UsualWait, error.RateLimitReason, request);
            return response;
        }
        finally
        {
            if (passes is not null)
                foreach ((RateLimitGate each, RateLimitGate.Pass pass) in passes) each.Leave(pass, wasServed);
        }
    }

    private async Task EnterAsync(
        ConnectionLimits limits, HttpRequestMessage request, RequestContext context,
        List<(RateLimitGate Gate, RateLimitGate.Pass Pass)> passes, CancellationToken cancellationToken)
    {
        foreach ((RateLimitGate each, string scope) in limits.For(request))
        {
            RateLimitGate.Pass? pass = await each.EnterAsync(
                left => HoldAsync(request, context, scope, left, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            if (pass is not null) passes.Add((each, pass));
        }
    }

    private Task HoldAsync(
        HttpRequestMessage request, RequestContext context, string scope, TimeSpan left,
        CancellationToken cancellationToken)
    {
        if (left <= context.TimeLeft)
            return policy.WaitAsync(
                request, context, WaitReason.Gate, $"Notion's rate limit for {scope}", left, cancellationToken);
        throw new NotionAuthException(
            ErrorIds.RateLimited, NotionErrorKind.Busy,
            string.Format(
                CultureInfo.InvariantCulture,
                "Notion's rate limit for {0} holds the request back for another {1:0} s, " +
                "which is more than the {2:0} s that are left to it.{3}",
                scope, left.TotalSeconds, context.TimeLeft.TotalSeconds,
                context.Retry == 0 ? $" {NotionAuthException.NothingWasSent}" : string.Empty),
            "Run the command again after that time, or allow it more time with -TotalTimeoutSec.")
        { Target = request.RequestUri!.AbsolutePath };
    }
}
