using System;

namespace NotionAuth.Core.Http;

/// <summary>
/// What a command allows the requests that it makes by itself (signing in, testing, revoking), and whom it tells of
/// their waits.
/// </summary>
public sealed record RequestBounds
{
    /// <summary>How often a failed attempt is repeated at most.</summary>
    public int MaximumRetryCount { get; init; } = RequestDefaults.MaximumRetryCount;

    /// <summary>The longest wait between two attempts. A longer one isn't begun: the error is there at once.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The parameter that decides on <see cref="LongestWait"/>, for the error; null for none.</summary>
    public string? Parameter { get; init; }

    /// <summary>Called when a wait begins; may be called on any thread.</summary>
    public Action<RequestWait>? Waiting { get; init; }

    /// <summary>Called when that wait has ended, also by being cancelled.</summary>
    public Action<RequestWait>? Waited { get; init; }

    /// <summary>The same with a shorter longest wait, where this one's isn't shorter already.</summary>
    internal RequestBounds AtMost(TimeSpan longest) =>
        LongestWait <= longest ? this : this with { LongestWait = longest, Parameter = null };
}
