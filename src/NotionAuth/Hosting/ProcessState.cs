using System;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Http;

namespace NotionAuth.Hosting;

/// <summary>What belongs to the process: known connections with their tokens, locks and gates, and the connection pool.</summary>
internal static class ProcessState
{
    private static readonly Lazy<NotionTransport> LazyTransport = new(() => new NotionTransport());

    public static ConnectionCache Cache { get; } = new();

    /// <summary>The connections of <c>-SessionOnly</c>.</summary>
    public static MemoryConnectionStore Session { get; } = new();

    public static NotionTransport Transport => LazyTransport.Value;
}
