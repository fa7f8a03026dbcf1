using System;
using System.Collections.Generic;
using System.Net.Http;
using NotionAuth.Core.Http;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Core.Api;

/// <summary>One request to Notion's API, before it has a token.</summary>
public sealed record NotionRequest
{
    /// <summary><c>users/me</c>, <c>/v1/users/me</c> or a full URL on the connection's host.</summary>
    public required string Path { get; init; }

    /// <summary>GET by default.</summary>
    public HttpMethod Method { get; init; } = HttpMethod.Get;

    /// <summary>More of the query, not yet encoded.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query { get; init; } = [];

    /// <summary>More headers; those that carry credentials or belong to the connection aren't allowed.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body, JSON in UTF-8; null for none.</summary>
    public byte[]? Body { get; init; }

    /// <summary>A file to send in place of <see cref="Body"/>; null for none.</summary>
    public FileBody? File { get; init; }

    /// <summary>The Notion-Version; null for the client's.</summary>
    public string? NotionVersion { get; init; }

    /// <summary>
    /// How long one attempt may take. Where a file is sent or written, or events arrive one by one: the longest
    /// silence.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(RequestDefaults.TimeoutSec);

    /// <summary>
    /// How long all attempts may take, the waits before and between them included; infinite for no bound. A wait that
    /// would end later isn't begun.
    /// </summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(RequestDefaults.TotalTimeoutSec);

    /// <summary>How often a failed attempt is repeated at most.</summary>
    public int MaximumRetryCount { get; init; } = RequestDefaults.MaximumRetryCount;

    /// <summary>
    /// Whether an error of Notion's that isn't retried any more is returned as a reply in place of being thrown.
    /// </summary>
    public bool ReturnsErrorReplies { get; init; }

    /// <summary>
    /// Whether it changes nothing: GET, and the POSTs that are known to read (<c>search</c>, queries).
    /// </summary>
    public bool IsReadOnly =>
        Method == HttpMethod.Get || (Method == HttpMethod.Post && NotionEndpoint.Find(Path, Method)?.Reads == true);

    /// <summary>A request that reads something else with the same headers, version and bounds.</summary>
    /// <param name="path">What is read.</param>
    internal NotionRequest Reading(string path) => this with
    {
        Path = path,
        Method = HttpMethod.Get,
        Query = [],
        Body = null,
        File = null,
        ReturnsErrorReplies = false,
    };

    /// <summary>Whether it may be sent again although it writes: the caller deals with what that means.</summary>
    internal bool MayBeRepeated { get; init; }

    /// <summary>Whether doing it twice does no harm.</summary>
    internal bool IsSafeToRepeat => MayBeRepeated || IsReadOnly || Method == HttpMethod.Delete;
}
