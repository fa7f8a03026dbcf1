using System;
using System.Text.Json;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.OAuth;

/// <summary>A reply of <c>POST /v1/oauth/introspect</c> (RFC 7662 section 2.2).</summary>
/// <param name="IsActive">Whether the token works; false is a normal answer for a dead or unknown one.</param>
/// <param name="Scope">What the token may do, as Notion words it, or null.</param>
/// <param name="IssuedAt">When it was issued (UTC), or null.</param>
/// <param name="RequestId">Notion's id of the request, or null.</param>
internal sealed record IntrospectionReply(bool IsActive, string? Scope, DateTimeOffset? IssuedAt, string? RequestId)
{
    private static readonly long LatestSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>Reads a reply.</summary>
    /// <param name="reply">The reply's JSON.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidReply"/>: <c>active</c> is missing or no
    /// boolean.</exception>
    public static IntrospectionReply Parse(JsonElement reply)
    {
        if (!reply.TryGetProperty("active", out JsonElement active)
            || active.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            throw new NotionAuthException(
                ErrorIds.InvalidReply, NotionErrorKind.InvalidData,
                "Notion's introspect reply doesn't say whether the token is active.", "Run the command again.");

        DateTimeOffset? issuedAt = reply.TryGetProperty("iat", out JsonElement iat)
            && iat.ValueKind == JsonValueKind.Number
            && iat.TryGetInt64(out long seconds) && seconds >= 0 && seconds <= LatestSecond
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        string? scope = JsonText.StringOf(reply, "scope");
        return new IntrospectionReply(
            active.GetBoolean(), scope is null ? null : Redaction.Scrub(scope), issuedAt,
            SafeCode.OrNull(JsonText.StringOf(reply, "request_id")));
    }
}
