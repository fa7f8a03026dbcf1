using System;
using System.Collections.Generic;
using System.Text.Json;
using NotionAuth.Core.Api.Events;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Core.Api;

/// <summary>A reply: a success, or an error where the request wants those too.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body as it came; empty for none, and where the reply is a stream of events or went into a
/// file.</param>
/// <param name="RequestId">Notion's id of the request, or null.</param>
public sealed record NotionReply(int Status, ReadOnlyMemory<byte> Body, string? RequestId)
{
    internal static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> NoHeaders =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>
    /// The reply's headers, those of its body included; names in any case. What is secret isn't among them.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Headers => Source?.All ?? NoHeaders;

    internal ReplyHeaders? Source { get; init; }

    /// <summary>Whether Notion answered with an error.</summary>
    internal bool IsError => Status >= 400 || NotionApiException.IsErrorBody(Body.Span);

    /// <summary>A text of the object that the reply is; null where it has none.</summary>
    internal string? TextOf(string name)
    {
        using JsonDocument? body = JsonText.Parse(Body);
        return body is null ? null : JsonText.StringOf(body.RootElement, name);
    }

    /// <summary>The id of the object that the reply is.</summary>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidReply"/>: there is none.</exception>
    internal string IdOfObject() =>
        Guid.TryParse(TextOf("id"), out Guid id) ? id.ToString() : throw Invalid("has no id");

    /// <summary>
    /// The events of a text/event-stream, each as it arrives; null for any other reply. The caller disposes
    /// of them.
    /// </summary>
    public ServerSentEvents? Events { get; init; }

    /// <summary>Reads the body.</summary>
    /// <returns>The JSON document, which the caller disposes of.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidReply"/>.</exception>
    public JsonDocument ParseJson() => JsonText.Parse(Body) ?? throw Invalid("isn't JSON");

    internal NotionAuthException Invalid(string why) => new(
        ErrorIds.InvalidReply, NotionErrorKind.InvalidData,
        $"Notion's reply {why}{(RequestId is null ? string.Empty : $" (request {RequestId})")}.",
        "Run the command again; if it happens again, check -BaseUri and whether a proxy changes replies. " +
        "-Raw shows the reply as it came.");
}
