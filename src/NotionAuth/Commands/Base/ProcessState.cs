using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;
using NotionAuth.Core.Http.RateLimits;

namespace NotionAuth.Commands.Base;

/// <summary>
/// What belongs to the process: known connections with their tokens, locks and gates, and the connection pool.
/// </summary>
internal static class ProcessState
{
    public static ConnectionCache Cache { get; } = new();

    /// <summary>The connections of <c>-SessionOnly</c>.</summary>
    public static MemoryConnectionStore Memory { get; } = new();

    /// <summary>The rate limits of <c>-Token</c>.</summary>
    public static RateLimitRegistry RateLimits { get; } = new();

    /// <summary>The ways to Notion, over proxies too.</summary>
    public static TransportCache Transports { get; } = new();

    public static NotionTransport Transport => Transports.Default;
}
