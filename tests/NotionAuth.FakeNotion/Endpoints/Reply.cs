using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;

namespace NotionAuth.FakeNotion.Endpoints;

/// <summary>An answer that isn't sent yet: a fault may still keep it from the client.</summary>
internal sealed class Reply
{
    public int Status { get; init; } = 200;

    public string? ContentType { get; init; } = "application/json; charset=utf-8";

    public List<ReadOnlyMemory<byte>> Segments { get; } = [];

    public List<KeyValuePair<string, string>> Headers { get; } = [];

    /// <summary>A body that is sent piece by piece, without a declared length, in place of the segments.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>>? Chunks { get; init; }

    /// <summary>What a request created, for faults that strike after the work is done.</summary>
    public string? CommittedId { get; private set; }

    public IReadOnlyList<string> CommittedChildren { get; private set; } = [];

    /// <summary>The proxy in front of Notion answers without one.</summary>
    public bool HasRequestId { get; init; } = true;

    public long Length => Segments.Sum(s => (long)s.Length);

    public Reply WithChildren(string parentId, IEnumerable<string> ids)
    {
        CommittedId = parentId;
        CommittedChildren = [.. ids];
        return this;
    }

    public byte[] ToArray()
    {
        var all = new MemoryStream((int)Length);
        foreach (var segment in Segments)
            all.Write(segment.Span);
        return all.ToArray();
    }

    public static Reply Json(Call call, JsonObject body, int status = 200, string? committedId = null) =>
        Object(call, Endpoints.Json.Bytes(body), status, committedId);

    /// <summary>A serialized object with the request id added as its last member.</summary>
    public static Reply Object(Call call, byte[] json, int status = 200, string? committedId = null)
    {
        var reply = new Reply { Status = status, CommittedId = committedId };
        reply.AddObject(json, call.RequestId);
        return reply;
    }

    public static Reply Html(string html, int status = 200)
    {
        var reply = new Reply { Status = status, ContentType = "text/html; charset=utf-8" };
        reply.Segments.Add(Encoding.UTF8.GetBytes(html));
        return reply;
    }

    public static Reply Redirect(string location)
    {
        var reply = new Reply { Status = 302, ContentType = null };
        reply.Headers.Add(new("Location", location));
        return reply;
    }

    public static Reply Error(Call call, NotionFailure failure)
    {
        var body = new JsonObject
        {
            ["object"] = "error",
            ["status"] = failure.Status,
            ["code"] = failure.Code,
            ["message"] = failure.Message,
        };
        if (failure.AdditionalData is { } data)
            body["additional_data"] = data.DeepClone();
        var reply = Json(call, body, failure.Status);
        if (failure.RetryAfter is { } seconds)
            reply.Headers.Add(new("Retry-After", seconds));
        return reply;
    }

    public static Reply Error(Call call, OAuthFailure failure)
    {
        JsonObject body;
        if (call.State.Behavior.DocumentedOAuthErrors)
        {
            body = new JsonObject
            {
                ["object"] = "error",
                ["status"] = failure.Status,
                ["code"] = failure.Error,
                ["message"] = failure.Description ?? failure.Error,
            };
        }
        else
        {
            body = new JsonObject { ["error"] = failure.Error };
            // Which part of the client's credentials is wrong isn't told.
            if (failure.Description is { } description && failure.Error != "invalid_client")
                body["error_description"] = description;
        }

        var reply = Json(call, body, failure.Status);
        if (failure.Status == 401)
            reply.Headers.Add(new("WWW-Authenticate", "Basic realm=\"OAuth\""));
        return reply;
    }

    private void AddObject(byte[] json, string requestId)
    {
        // The closing brace makes room for the request id; an empty object gets it without a comma.
        Segments.Add(json.AsMemory(0, json.Length - 1));
        var separator = json.Length > 2 ? "," : "";
        Segments.Add(Encoding.UTF8.GetBytes($"{separator}\"request_id\":\"{requestId}\"}}"));
    }
}
