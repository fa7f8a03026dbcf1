using System;
using System.Collections.Concurrent;
using NotionAuth.Core.Connections.Store;

namespace NotionAuth.Core.Http.RateLimits;

/// <summary>The process's gates for the limits that all connections to a workspace share.</summary>
internal static class WorkspaceGates
{
    private static readonly ConcurrentDictionary<string, PacedGate> Gates = new(StringComparer.Ordinal);

    public static PacedGate? Of(StoredConnection? connection) =>
        connection?.Facts is { WorkspaceId: { Length: > 0 } id } facts
            ? Gates.GetOrAdd($"{facts.BaseUri.GetLeftPart(UriPartial.Authority)} {id}", static _ => new PacedGate()) : null;
}
