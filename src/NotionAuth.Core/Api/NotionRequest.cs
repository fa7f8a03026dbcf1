using System;
using System.Collections.Generic;
using System.Net.Http;

namespace NotionAuth.Core.Api;

/// <summary>One request to Notion's API, before it has a token.</summary>
public sealed record NotionRequest
{
    /// <summary><c>users/me</c>, <c>/v1/users/me</c> or a full URL on the connection's host.</summary>
    public required string Path { get; init; }

    /// <summary>GET where nothing else is said.</summary>
    public HttpMethod Method { get; init; } = HttpMethod.Get;

    /// <summary>More of the query, not yet encoded.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query { get; init; } = [];

    /// <summary>More headers; those that carry credentials or belong to the connection aren't allowed.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body, JSON in UTF-8; null for none.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The Notion-Version; null for the client's.</summary>
    public string? NotionVersion { get; init; }

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a failed attempt is repeated at most.</summary>
    public int MaximumRetryCount { get; init; } = Http.RetryPolicy.DefaultMaximumRetryCount;

    /// <summary>Whether doing it twice does no harm: GET, DELETE, and the POSTs that only read.</summary>
    /// <param name="uri">The request's URI.</param>
    /// <returns><see langword="true"/> for search and query.</returns>
    internal bool IsSafeToRepeat(Uri uri)
    {
        if (Method == HttpMethod.Get || Method == HttpMethod.Delete || Method == HttpMethod.Head) return true;
        string path = uri.AbsolutePath.TrimEnd('/');
        return Method == HttpMethod.Post && (path == "/v1/search" || path.EndsWith("/query", StringComparison.Ordinal));
    }
}
