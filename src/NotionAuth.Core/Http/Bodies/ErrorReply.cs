using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Handlers;

namespace NotionAuth.Core.Http.Bodies;

/// <summary>
/// What an error reply says, fit to be shown. Source: developers.notion.com/reference/status-codes and request-limits.
/// </summary>
internal sealed record ErrorReply
{
    private const int MostChildren = 100;
    private const int MostFields = 5;

    // "body failed validation: body.properties.Due date.date should be defined, instead was `undefined`."
    private static readonly Regex FieldPattern = new(
        @"\b(?:body|query|path)\.[^\r\n`]{1,200}?(?= should\b)", RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(1));

    public required int Status { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    /// <summary>Whether doing it twice does harm.</summary>
    public required bool MayHaveWritten { get; init; }

    public string? Code { get; private init; }

    public string? Text { get; private init; }

    public string? RequestId { get; private init; }

    public string? RayId { get; private init; }

    public string? AdditionalData { get; private init; }

    public string? RateLimitReason { get; private init; }

    /// <summary>Whether it is the plan's limit of blocks that refuses it, and no capability.</summary>
    public bool IsBlockLimit { get; private init; }

    public TimeSpan? RetryAfter { get; private init; }

    public IReadOnlyList<string> Fields { get; private init; } = [];

    public string? CommittedResourceId { get; private init; }

    public IReadOnlyList<string> CommittedChildIds { get; private init; } = [];

    public string? RetryGuidance { get; private init; }

    /// <summary>Whether what was to be changed, or what it is in, is in the trash.</summary>
    public bool IsInTrash => Status == 400 && (Says("that is archived") || Says("archived ancestor"));

    /// <summary>Whether Notion says that it was carried out, whatever the status.</summary>
    public bool WasCommitted => CommittedResourceId is not null || CommittedChildIds.Count > 0;

    /// <summary>Whether these words stand in the message.</summary>
    public bool Says(string words) => Text?.IndexOf(words, StringComparison.Ordinal) >= 0;

    /// <summary>What a reply says, read once however many ask.</summary>
    /// <param name="response">A reply that is no success, its body read.</param>
    public static ErrorReply Of(HttpResponseMessage response) =>
        response.Content is BufferedContent body
            ? body.Error ??= From(response, BufferedContent.BodyOf(response)) : From(response, default);

    /// <summary>Reads a reply.</summary>
    /// <param name="response">A reply that is no success.</param>
    /// <param name="json">Its body.</param>
    /// <param name="known">Secrets in play, besides those that the request carried.</param>
    public static ErrorReply From(HttpResponseMessage response, ReadOnlyMemory<byte> json, params Secret?[] known)
    {
        HttpRequestMessage? request = response.RequestMessage;
        known = [.. known, .. SecretsOf(request)];
        using JsonDocument? body = json.IsEmpty ? null : JsonText.Parse(json);
        JsonElement root = body?.RootElement ?? default;
        JsonElement data = root.ValueKind == JsonValueKind.Object
            && root.TryGetProperty("additional_data", out JsonElement found) && found.ValueKind == JsonValueKind.Object
            ? found : default;
        string text =
            Redaction.Scrub(JsonText.StringOf(root, "message") ?? JsonText.StringOf(root, "error_description"), known);
        return new ErrorReply
        {
            Status = (int)response.StatusCode,
            Method = request?.Method.Method ?? string.Empty,
            Path = request?.RequestUri?.AbsolutePath ?? string.Empty,
            MayHaveWritten = RequestContext.Find(request) is { IsSafeToRepeat: false },
            Code = SafeCode.OrNull(CodeIn(root), known),
            Text = text,
            RequestId = RequestIdOf(response) ?? SafeCode.OrNull(JsonText.StringOf(root, "request_id"), known),
            RayId = SafeCode.OrNull(Header(response, "cf-ray"), known),
            AdditionalData = data.ValueKind == JsonValueKind.Object ? Redaction.Scrub(data.GetRawText(), known) : null,
            IsBlockLimit = data.ValueKind == JsonValueKind.Object && data.TryGetProperty("block_limit", out _),
            RateLimitReason = SafeCode.OrNull(JsonText.StringOf(data, "rate_limit_reason"), known),
            RetryAfter = RetryPolicy.RetryAfter(response) ?? Seconds(JsonText.StringOf(data, "retry_after")),
            Fields = FieldsIn(text),
            CommittedResourceId = SafeCode.OrNull(JsonText.StringOf(data, "committed_resource_id"), known),
            CommittedChildIds = Tokens(data, "committed_child_ids", known),
            RetryGuidance = JsonText.StringOf(data, "retry_guidance") is { Length: > 0 } guidance
            ? Redaction.Scrub(guidance, known) : null,
        };
    }

    // The API's own, OAuth's (RFC 6749 section 5.2), the Admin API's.
    private static string? CodeIn(JsonElement root) =>
        JsonText.StringOf(root, "code") ?? JsonText.StringOf(root, "error") ?? JsonText.StringOf(root, "type");

    /// <summary>Notion's id of a request, out of the reply's header.</summary>
    public static string? RequestIdOf(HttpResponseMessage response)
    {
        if (Header(response, "x-notion-request-id") is not { } id) return null;

        // What every reply has: a UUID that isn't the token holds nothing to hide.
        if (Guid.TryParseExact(id, "D", out _)
            && response.RequestMessage?.Headers.Authorization
            is { Scheme: "Bearer", Parameter: { Length: > 36 } }) return id;
        return SafeCode.OrNull(id, [.. SecretsOf(response.RequestMessage)]);
    }

    /// <summary>Whatever the request carried, in each form in which a reply could repeat it.</summary>
    public static IEnumerable<Secret?> SecretsOf(HttpRequestMessage? request)
    {
        AuthenticationHeaderValue? header = request?.Headers.Authorization;
        if (header?.Parameter is not { Length: > 0 } parameter) yield break;
        yield return new Secret(parameter);
        if (header.Scheme != "Basic") yield break;
        string pair = Encoding.UTF8.GetString(Convert.FromBase64String(parameter));
        yield return Secret.From(Uri.UnescapeDataString(pair.Substring(pair.IndexOf(':') + 1)));
    }

    private static TimeSpan? Seconds(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds)
            ? RetryPolicy.Bounded(TimeSpan.FromSeconds(seconds)) : null;

    private static IReadOnlyList<string> FieldsIn(string message)
    {
        try
        {
            return [.. FieldPattern.Matches(message).Cast<Match>().Select(m => m.Value).Distinct().Take(MostFields)];
        }
        catch (RegexMatchTimeoutException)
        {
            return [];
        }
    }

    private static IReadOnlyList<string> Tokens(JsonElement data, string name, Secret?[] known) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out JsonElement list)
            && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String)
                .Select(e => SafeCode.OrNull(JsonText.StringOf(e), known)).OfType<string>().Take(MostChildren)]
            : [];

    private static string? Header(HttpResponseMessage response, string name) =>
#if NET8_0_OR_GREATER
        response.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values)
            ? values.FirstOrDefault() : null;
#else
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
#endif
}
