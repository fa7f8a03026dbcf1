using System;

namespace NotionAuth.Core.Http;

/// <summary>Why a request waits.</summary>
public enum WaitReason
{
    /// <summary>Notion answered this request with 429.</summary>
    RateLimited,

    /// <summary>Notion answered another request with 429, which holds this one back too. It is no retry.</summary>
    Gate,

    /// <summary>An attempt failed, and is repeated.</summary>
    Retry,

    /// <summary>
    /// A refresh token was refused: another process's pair may become visible in the vault. It is no retry.
    /// </summary>
    Vault,

    /// <summary>Notion works on something that isn't finished yet. It is no retry.</summary>
    Unfinished,
}

/// <summary>A wait before an attempt, to be shown as progress. Holds no header, no body and no query.</summary>
public sealed class RequestWait
{
    /// <summary>GET, POST, ….</summary>
    public required string Method { get; init; }

    /// <summary>The path without its query.</summary>
    public required string Path { get; init; }

    /// <summary>Why.</summary>
    public required WaitReason Reason { get; init; }

    /// <summary>What happened: a status, an error id, or the limit that was reached.</summary>
    public required string Detail { get; init; }

    /// <summary>How long.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Until when, UTC.</summary>
    public required DateTime Until { get; init; }

    /// <summary>The retry that follows, from 1; 0 where it is the first attempt that waits.</summary>
    public int Retry { get; init; }

    /// <summary>How many retries are allowed.</summary>
    public int MaximumRetryCount { get; init; }
}
