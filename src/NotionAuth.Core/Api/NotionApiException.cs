using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace NotionAuth.Core.Api;

/// <summary>
/// An error reply of Notion's API. The id is Notion's <c>code</c> in Pascal case (<c>object_not_found</c> is <c>ObjectNotFound</c>);
/// a reply without a code, such as the edge proxy's HTML, is <c>Http</c> and the status (<c>Http403</c>).
/// Source: developers.notion.com/reference/status-codes.
/// </summary>
public sealed class NotionApiException : NotionAuthException
{
    private NotionApiException(string errorId, NotionErrorKind kind, string message, string recommendedAction)
        : base(errorId, kind, message, recommendedAction)
    {
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; private init; }

    /// <summary>Notion's code (<c>object_not_found</c>, …), or null where the reply has none.</summary>
    public string? Code { get; private init; }

    /// <summary>Notion's id of the request, to be named to its support; null where the edge proxy answered.</summary>
    public string? RequestId { get; private init; }

    /// <summary>The reply's <c>additional_data</c>, as JSON text, redacted; null where there is none.</summary>
    public string? AdditionalData { get; private init; }

    /// <summary>How long Notion asks to wait, or null.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>The edge proxy's <c>cf-ray</c>, or null.</summary>
    public string? RayId { get; private init; }

    /// <summary><c>additional_data.rate_limit_reason</c> of a 429, or null.</summary>
    public string? RateLimitReason { get; private init; }

    /// <summary>Reads an error from a reply.</summary>
    /// <param name="response">A reply that is no success, its body read.</param>
    /// <param name="known">Secrets of the request, which are redacted wherever the reply repeats them.</param>
    /// <returns>The error.</returns>
    public static NotionApiException From(HttpResponseMessage response, params Secret?[] known) => From(response, Http.BufferedContent.Of(response), known);

    internal static NotionApiException From(HttpResponseMessage response, ReadOnlyMemory<byte> json, params Secret?[] known)
    {
        known = [.. known, .. SecretsOf(response.RequestMessage)];
        int status = (int)response.StatusCode;
        string? code = null, said = null, requestId = RequestIdOf(response), additional = null, reason = null, retryAfter = null;
        using (JsonDocument? body = json.IsEmpty ? null : JsonText.Parse(json))
        {
            if (body?.RootElement is { ValueKind: JsonValueKind.Object } root)
            {
                code = Text(root, "code") ?? Text(root, "error");
                said = Text(root, "message") ?? Text(root, "error_description");
                requestId ??= ErrorCode.Token(Text(root, "request_id"), known);
                if (root.TryGetProperty("additional_data", out JsonElement data) && data.ValueKind == JsonValueKind.Object)
                {
                    additional = Redaction.Scrub(data.GetRawText(), known);
                    reason = ErrorCode.Token(Text(data, "rate_limit_reason"), known);
                    retryAfter = Text(data, "retry_after");
                }
            }
        }

        code = ErrorCode.Token(code, known);
        string? ray = ErrorCode.Token(Header(response, "cf-ray"), known);
        TimeSpan? wait = Http.RetryPolicy.RetryAfter(response)
            ?? (int.TryParse(retryAfter, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds)
                ? Http.RetryPolicy.Bounded(TimeSpan.FromSeconds(seconds)) : null);

        string message = $"Notion answered {status}";
        if (code is not null) message += $" {code}";
        if (!string.IsNullOrEmpty(said)) message += ": " + Redaction.Scrub(said, known);
        else if (ray is not null && code is null) message += ": its edge proxy blocked the request";
        if (requestId is not null) message += $" (request {requestId})";
        else if (ray is not null) message += $" (ray {ray})";

        return new NotionApiException(
            code is null ? $"Http{status}" : ErrorCode.ToErrorId(code), KindOf(status), message, ActionFor(status, code, reason, wait))
        {
            Status = status,
            Code = code,
            RequestId = requestId,
            AdditionalData = additional,
            RetryAfter = wait,
            RayId = ray,
            RateLimitReason = reason,
            Target = response.RequestMessage?.RequestUri?.AbsolutePath,
        };
    }

    /// <summary>Tells whether a body says that it is an error, whatever the reply's status says.</summary>
    /// <param name="body">The body, or its beginning.</param>
    /// <returns><see langword="true"/> where the object begins with <c>"object":"error"</c>, as Notion's errors do.</returns>
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

    /// <summary>Throws where an event of a stream tells of an error: by its type, or by data that is an error of Notion's.</summary>
    internal static void ThrowIfError(ServerSentEvent next, Http.ReplyStream stream)
    {
        if (IsErrorBody(next.Data.Span)) throw From(stream.Response, next.Data);
        if (next.Type != "error") return;
        string? requestId = RequestIdOf(stream.Response);
        throw new NotionAuthException(
            ErrorIds.StreamFailed, NotionErrorKind.ServiceFailed,
            $"The stream ended with an error: {Redaction.Scrub(next.GetText(), [.. SecretsOf(stream.Request)])}{(requestId is null ? string.Empty : $" (request {requestId})")}",
            "See the message; Notion's support needs the request id.")
        { Target = stream.Request.RequestUri!.AbsolutePath };
    }

    internal static string? RequestIdOf(HttpResponseMessage response) =>
        ErrorCode.Token(Header(response, "x-notion-request-id"), [.. SecretsOf(response.RequestMessage)]);

    internal static JsonDocument? ReadJson(HttpResponseMessage response)
    {
        ReadOnlyMemory<byte> body = Http.BufferedContent.Of(response);
        return body.IsEmpty ? null : JsonText.Parse(body);
    }

    // Whatever the request carried, in each form in which a reply could repeat it.
    private static IEnumerable<Secret?> SecretsOf(HttpRequestMessage? request)
    {
        AuthenticationHeaderValue? header = request?.Headers.Authorization;
        if (header?.Parameter is not { Length: > 0 } parameter) yield break;
        yield return new Secret(parameter);
        if (header.Scheme != "Basic") yield break;
        string pair = Encoding.UTF8.GetString(Convert.FromBase64String(parameter));
        yield return Secret.From(Uri.UnescapeDataString(pair.Substring(pair.IndexOf(':') + 1)));
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

    private static string? Text(JsonElement element, string name) => JsonText.Of(element, name);

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

    private static string ActionFor(int status, string? code, string? reason, TimeSpan? wait) => (status, code) switch
    {
        (401, _) => "The token isn't valid any more. Sign in again with Connect-NotionWorkspace, or take a new internal token from the integration's page in Notion.",
        (403, "restricted_resource") => "Give the integration the missing capability in its settings in Notion (notion.so/my-integrations), or use another connection.",
        (403, _) => "Notion's edge refused the request: check the body for text that looks like an attack, and the network that you call from.",
        (404, _) => "Check the id. If the page or database exists, share it with the integration: open it in Notion, choose ••• > Connections, and add the integration.",
        (409, _) => "Somebody else changed it at the same moment. Run the command again.",
        (429, _) when reason == "public_api_request_blocked" => "Notion blocks these requests: don't repeat them, and ask Notion's support, naming the request id.",
        (429, _) => wait is TimeSpan span
            ? string.Format(CultureInfo.InvariantCulture, "Wait {0:0} s and run the command again, or allow more retries with -MaximumRetryCount.", span.TotalSeconds)
            : "Wait a minute and run the command again, or allow more retries with -MaximumRetryCount.",
        (400, "missing_version") => "Pass a Notion-Version that exists, such as 2026-03-11, with -NotionVersion.",
        (400, "invalid_request_url") => "Check the path and -Method. Some endpoints exist only before or only from version 2025-09-03: see -NotionVersion.",
        (400, _) => "Correct the request as the message says; the endpoint's page on developers.notion.com shows what it takes.",
        ( >= 500, _) => "Notion has a problem. Try again later; for a request that writes, look first whether it was carried out.",
        _ => "See the message; Notion's support needs the request id.",
    };
}
