using System;
using System.Globalization;

namespace NotionAuth.Core.Http;

/// <summary>
/// One attempt of a request, or a wait between two, as <c>-Verbose</c> tells it. Holds no header, no body and no query.
/// </summary>
public sealed class RequestLogEntry
{
    /// <summary>GET, POST, ….</summary>
    public required string Method { get; init; }

    /// <summary>The path without its query.</summary>
    public required string Path { get; init; }

    /// <summary>The status, or null where no reply came.</summary>
    public int? Status { get; init; }

    /// <summary>Notion's request id, where there is one.</summary>
    public string? RequestId { get; init; }

    /// <summary>How long the attempt took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>What went wrong where no reply came, or why and how long the next attempt waits.</summary>
    public string? Note { get; init; }

    /// <summary>The entry on one line, fit to be shown.</summary>
    /// <returns>For example <c>GET /v1/users/me 200 in 84 ms, request 0c5e…</c>.</returns>
    public override string ToString()
    {
        string line = $"{Method} {Path}";
        if (Status is int status)
            line += string.Format(CultureInfo.InvariantCulture, " {0} in {1:0} ms", status, Elapsed.TotalMilliseconds);
        if (RequestId is not null) line += $", request {RequestId}";
        return Note is null ? line : $"{line}: {Note}";
    }
}
