using System;
using System.Collections.Generic;
using System.Net.Http;
using System.Text.Json;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Core.Api;

/// <summary>
/// An error reply of Notion's API. The id is Notion's <c>code</c> in Pascal case (<c>object_not_found</c> is
/// <c>ObjectNotFound</c>); a reply without a code, such as the edge proxy's HTML, is <c>Http</c> and the status
/// (<c>Http403</c>). Source: developers.notion.com/reference/status-codes.
/// </summary>
public sealed class NotionApiException : NotionAuthException, IHasErrorReply
{
    private readonly ErrorReply _reply;

    private NotionApiException(ErrorReply reply, string message, string recommendedAction)
        : base(reply.Code is null ? $"Http{reply.Status}" : SafeCode.ToErrorId(reply.Code), KindOf(reply.Status),
            message, recommendedAction)
    {
        _reply = reply;
        Target = reply.Path.Length == 0 ? null : reply.Path;
    }

    internal ErrorReply Reply => _reply;

    ErrorReply? IHasErrorReply.Reply => _reply;

    /// <summary>The HTTP status.</summary>
    public int Status => _reply.Status;

    /// <summary>Notion's code (<c>object_not_found</c>, …), or null where the reply has none.</summary>
    public string? Code => _reply.Code;

    /// <summary>Notion's id of the request, to be named to its support; null where the edge proxy answered.</summary>
    public string? RequestId => _reply.RequestId;

    /// <summary>The reply's <c>additional_data</c>, as JSON text, redacted; null where there is none.</summary>
    public string? AdditionalData => _reply.AdditionalData;

    /// <summary>How long Notion asks to wait, or null.</summary>
    public TimeSpan? RetryAfter => _reply.RetryAfter;

    /// <summary>The edge proxy's <c>cf-ray</c>, or null.</summary>
    public string? RayId => _reply.RayId;

    /// <summary>The reply's headers, as <see cref="NotionReply.Headers"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Headers { get; private init; } = NotionReply.NoHeaders;

    /// <summary><c>additional_data.rate_limit_reason</c> of a 429, or null.</summary>
    public string? RateLimitReason => _reply.RateLimitReason;

    /// <summary>
    /// The fields that a validation error names, such as <c>body.properties.Name.title</c>; empty for none.
    /// </summary>
    public IReadOnlyList<string> Fields => _reply.Fields;

    /// <summary>
    /// What Notion made or changed although it answered with an error: <c>additional_data.committed_resource_id</c>;
    /// null for none.
    /// </summary>
    public string? CommittedResourceId => _reply.CommittedResourceId;

    /// <summary>
    /// The same of blocks that were appended: <c>additional_data.committed_child_ids</c>; empty for none.
    /// </summary>
    public IReadOnlyList<string> CommittedChildIds => _reply.CommittedChildIds;

    /// <summary>Notion's <c>additional_data.retry_guidance</c>, redacted; null for none.</summary>
    public string? RetryGuidance => _reply.RetryGuidance;

    /// <summary>Reads an error from a reply.</summary>
    /// <param name="response">A reply that is no success, its body read.</param>
    /// <param name="known">Secrets in play, which are redacted wherever the reply repeats them, as are those that the
    /// request carried.</param>
    /// <returns>The error.</returns>
    public static NotionApiException From(HttpResponseMessage response, params Secret?[] known) =>
        known.Length == 0
            ? From(response, ErrorReply.Of(response)) : From(response, BufferedContent.BodyOf(response), known);

    internal static NotionApiException From(
        HttpResponseMessage response, ReadOnlyMemory<byte> json, params Secret?[] known) =>
        From(response, ErrorReply.From(response, json, known));

    private static NotionApiException From(HttpResponseMessage response, ErrorReply reply) =>
        new(reply, MessageOf(reply, (response.Content as BufferedContent)?.WhyNotRepeated), ErrorAdvice.For(reply))
        {
            Headers = new ReplyHeaders(response).All,
        };

    /// <inheritdoc/>
    internal override NotionAuthException With(string message, string recommendedAction) =>
        new NotionApiException(_reply, message, recommendedAction) { Headers = Headers };

    /// <summary>Tells whether a body says that it is an error, whatever the reply's status says.</summary>
    /// <param name="body">The body, or its beginning.</param>
    /// <returns><see langword="true"/> where the object begins with <c>"object":"error"</c>, as Notion's errors
    /// do.</returns>
    internal static bool IsErrorBody(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, isFinalBlock: false, default);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject
                && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("object")
                && reader.Read() && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("error");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static string MessageOf(ErrorReply reply, string? gaveUp)
    {
        string message = $"Notion answered {reply.Status}";
        if (reply.Code is not null) message += $" {reply.Code}";
        if (!string.IsNullOrEmpty(reply.Text)) message += ": " + reply.Text;
        else if (reply.RayId is not null && reply.Code is null) message += ": its edge proxy blocked the request";
        if (reply.RequestId is not null) message += $" (request {reply.RequestId})";
        else if (reply.RayId is not null) message += $" (ray {reply.RayId})";
        if (Outcome(reply) is { } outcome) message += $". {outcome}";
        if (reply.RetryGuidance is { } guidance) message += $" Notion's guidance: {guidance}";
        return gaveUp is null ? message : $"{message}. {gaveUp}";
    }

    /// <summary>What became of a write that was answered with an error of the service.</summary>
    private static string? Outcome(ErrorReply reply)
    {
        string children = reply.CommittedChildIds.Count == 0
            ? string.Empty : $" {string.Join(", ", reply.CommittedChildIds)}";
        if (reply.CommittedResourceId is { } id)
            return children.Length == 0
                ? $"It was carried out all the same: {id}."
                : $"It was carried out all the same: in {id}, children{children}.";
        if (children.Length > 0) return $"It was carried out all the same: children{children}.";
        return reply.MayHaveWritten
            && reply.Status is 500 or 502 or 503 or 504 ? "It may have been carried out all the same." : null;
    }

    private static NotionErrorKind KindOf(int status) => status switch
    {
        400 => NotionErrorKind.InvalidArgument,
        401 => NotionErrorKind.AuthenticationFailed,
        403 => NotionErrorKind.PermissionDenied,
        404 => NotionErrorKind.NotFound,
        409 or 429 or 529 => NotionErrorKind.Busy,
        >= 500 => NotionErrorKind.ServiceFailed,
        _ => NotionErrorKind.InvalidOperation,
    };
}
