using System;
using System.Diagnostics;
using System.Net.Http;
using NotionAuth.Core.Http.Bodies;
using NotionAuth.Core.Http.RateLimits;

namespace NotionAuth.Core.Http;

/// <summary>What the handlers need to know of one request; it travels with the request message.</summary>
internal sealed class RequestContext
{
#if NET8_0_OR_GREATER
    private static readonly HttpRequestOptionsKey<RequestContext> Key = new("NotionAuth.RequestContext");
#else
    private const string Key = "NotionAuth.RequestContext";
#endif

    /// <summary>
    /// Where the access token comes from; null where the request brings its own Authorization header or needs none.
    /// </summary>
    public IAccessTokenSource? Tokens { get; init; }

    /// <summary>The gate that holds back every request of one connection after a 429; null for none.</summary>
    public ConnectionLimits? Limits { get; init; }

    /// <summary>
    /// Makes the key of the endpoint, for limits of Notion's that hold for one endpoint alone; null where it has none
    /// but its path.
    /// </summary>
    internal Func<string>? MakeEndpointKey { get; init; }

    /// <summary>
    /// Whether doing it twice does no harm, so that it may be repeated after an answer that leaves open whether it was
    /// done.
    /// </summary>
    public bool IsSafeToRepeat { get; init; }

    /// <summary>How often a failed attempt is repeated at most.</summary>
    public int MaximumRetryCount { get; init; } = RequestDefaults.MaximumRetryCount;

    /// <summary>How long one attempt may take, reply included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(RequestDefaults.TimeoutSec);

    /// <summary>
    /// How long all attempts may take, the waits included; infinite for no bound. A wait that would end later isn't
    /// begun.
    /// </summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(RequestDefaults.TotalTimeoutSec);

    /// <summary>The longest wait between two attempts; a longer one isn't begun.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.MaxValue;

    /// <summary>The parameter that decides on <see cref="LongestWait"/>, for the error; null for none.</summary>
    public string? LongestWaitParameter { get; init; }

    /// <summary>
    /// Whether an attempt on the wire is seen through whatever the caller's token says: a refresh, whose answer must
    /// not get lost. Waits between attempts end with the caller's token all the same.
    /// </summary>
    public bool CompletesOnceSent { get; init; }

    /// <summary>Called with each attempt and each wait; may be called on any thread.</summary>
    public Action<RequestLogEntry>? Log { get; init; }

    /// <summary>Called when a wait begins; may be called on any thread.</summary>
    public Action<RequestWait>? Waiting { get; init; }

    /// <summary>Called when that wait has ended, also by being cancelled.</summary>
    public Action<RequestWait>? Waited { get; init; }

    /// <summary>
    /// What the token source threw. It isn't the request's own failure: a refresh that got lost must not be sent again
    /// by repeating the request.
    /// </summary>
    internal Exception? TokenFailure { get; set; }

    /// <summary>What explains that the token source has no other token, where it knows.</summary>
    internal string? WhyNotRenewed { get; set; }

    /// <summary>Where the body of a success goes; null for memory.</summary>
    internal ReplyFile? Destination { get; init; }

    /// <summary>Whether a stream of events is handed on while it arrives.</summary>
    internal bool TakesEvents { get; init; }

    /// <summary>The stream of events that the reply is.</summary>
    internal ReplyStream? Events { get; set; }

    /// <summary>Which repetition is under way or waited for, from 1; 0 for the first attempt.</summary>
    internal int Retry { get; set; }

    /// <summary>
    /// Whether it was repeated after an attempt whose outcome is open: what now is in the way may be its own doing.
    /// </summary>
    internal bool MayBeDone { get; set; }

    /// <summary>What is left of <see cref="TotalTimeout"/>.</summary>
    internal TimeSpan TimeLeft
    {
        get
        {
            if (TotalTimeout == System.Threading.Timeout.InfiniteTimeSpan) return TimeSpan.MaxValue;
            TimeSpan left = TotalTimeout - _since.Elapsed;
            return left < TimeSpan.Zero ? TimeSpan.Zero : left;
        }
    }

    private readonly Stopwatch _since = Stopwatch.StartNew();

    /// <summary>Attaches this context to a message.</summary>
    /// <param name="request">The message.</param>
    public void AttachTo(HttpRequestMessage request)
    {
#if NET8_0_OR_GREATER
        request.Options.Set(Key, this);
#else
        request.Properties[Key] = this;
#endif
    }

    /// <summary>Finds a message's context.</summary>
    /// <param name="request">The message.</param>
    /// <returns>The context.</returns>
    /// <exception cref="InvalidOperationException">The message has none.</exception>
    public static RequestContext Get(HttpRequestMessage request) =>
        Find(request) ?? throw new InvalidOperationException("The request has no context.");

    internal static RequestContext? Find(HttpRequestMessage? request)
    {
#if NET8_0_OR_GREATER
        return request is not null && request.Options.TryGetValue(Key, out RequestContext? context) ? context : null;
#else
        return request is not null
            && request.Properties.TryGetValue(Key, out object? value) ? value as RequestContext : null;
#endif
    }
}
