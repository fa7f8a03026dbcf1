namespace NotionAuth.Core.Http;

/// <summary>How long and how often a request is tried where its caller doesn't say.</summary>
internal static class RequestDefaults
{
    /// <summary>How often a failed attempt is repeated at most.</summary>
    public const int MaximumRetryCount = 4;

    /// <summary>How many seconds one attempt may take, reply included.</summary>
    public const int TimeoutSec = 60;

    /// <summary>How many seconds all attempts may take, the waits between them included.</summary>
    public const int TotalTimeoutSec = 3600;
}
