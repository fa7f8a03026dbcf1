using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Http;

namespace NotionAuth.Core.Diagnostics;

/// <summary>Checks the way to Notion: the proxy, the network, and this machine's clock by the reply's.</summary>
/// <param name="transport">The way to Notion.</param>
/// <param name="baseUri">Notion's origin.</param>
/// <param name="log">Called with each attempt, or null.</param>
internal sealed class NetworkChecks(NotionTransport transport, Uri baseUri, Action<RequestLogEntry>? log)
{
    // Vaults, TLS and rate limits stand a minute or two; beyond that, times that are compared go wrong.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>This machine's clock.</summary>
    public Func<DateTimeOffset> Now { get; init; } = () => DateTimeOffset.UtcNow;

    /// <summary>Whether Notion answered; false before the checks have run.</summary>
    public bool IsReachable { get; private set; }

    /// <summary>Runs the checks.</summary>
    /// <param name="cancellationToken">Ends them.</param>
    /// <returns>The checks.</returns>
    public async IAsyncEnumerable<EnvironmentCheck> RunAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await Checking.RunAsync("Proxy", null, Proxy, cancellationToken).ConfigureAwait(false);
        DateTimeOffset? date = null;
        TimeSpan duration = TimeSpan.Zero;
        yield return await Checking.RunAsync(
            "Network", BaseUri.Text(baseUri), AskAsync, cancellationToken).ConfigureAwait(false);
        yield return await Checking.RunAsync(
            "Clock", null, () => Clock(date, duration), cancellationToken).ConfigureAwait(false);

        async Task<EnvironmentCheck> AskAsync()
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(baseUri, "/v1/users/me"));
            message.Headers.Add("Notion-Version", NotionVersion.Default);
            UserAgent.AddTo(message);
            var context = new RequestContext
            {
                IsSafeToRepeat = true,
                MaximumRetryCount = 0,
                Timeout = Timeout,
                LongestWait = TimeSpan.Zero,
                Log = log,
            };
            var watch = Stopwatch.StartNew();
            using HttpResponseMessage response = await transport.SendAsync(message, context, cancellationToken)
                .ConfigureAwait(false);
            (date, duration) = (response.Headers.Date, watch.Elapsed);
            if ((int)response.StatusCode is >= 300 and < 400) throw NetworkErrors.Redirected(response);
            return Answered(NotionApiException.From(response), watch.Elapsed);
        }
    }

    // Without a token Notion's own answer is 401 with its own code; anything else may come from who stands in between.
    private EnvironmentCheck Answered(NotionApiException reply, TimeSpan duration)
    {
        IsReachable = true;
        return reply.Code is not null
            ? Checking.Ok(string.Format(
                CultureInfo.InvariantCulture, "Notion answered within {0:0} ms.", duration.TotalMilliseconds))
            : Checking.Warning(
                $"An answer came ({reply.Status}) that isn't Notion's.",
                "Check whether a proxy or a captive portal answers in Notion's place.");
    }

    private EnvironmentCheck Proxy()
    {
        var proxy = new EnvironmentProxy(Environment);
        proxy.Check(baseUri);
        return Checking.Ok(proxy.GetProxy(baseUri) is { } address
            ? $"Requests to {baseUri.Host} go over {address.GetLeftPart(UriPartial.Authority)}."
            : $"Requests to {baseUri.Host} go there directly.");
    }

    private EnvironmentCheck Clock(DateTimeOffset? date, TimeSpan duration)
    {
        if (date is null) return Checking.NotRun("No reply of Notion's tells the time.");

        // The header has whole seconds, and the reply was on its way: what lies within is no difference.
        TimeSpan difference = Now() - date.Value;
        TimeSpan shown = TimeSpan.FromSeconds(Math.Round(difference.Duration().TotalSeconds));
        if (difference.Duration() <= Tolerance + duration)
            return Checking.Ok("This machine's clock and Notion's agree.");
        string direction = difference > TimeSpan.Zero ? "ahead of" : "behind";
        return Checking.Warning(
            $"This machine's clock is {shown:c} {direction} Notion's.",
            "Set the clock, or let it be set by a time server: times that are compared with Notion's are wrong.");
    }
}
