using System.Text.Json;

namespace NotionAuth.Core.Api;

/// <summary>A reply that is a success.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body as it came; empty for none.</param>
/// <param name="RequestId">Notion's id of the request, or null.</param>
public sealed record NotionResponse(int Status, byte[] Body, string? RequestId)
{
    // Notion nests blocks and property values; it doesn't nest thousands of levels.
    internal static readonly JsonDocumentOptions Limits = new() { MaxDepth = 512 };

    /// <summary>Reads the body.</summary>
    /// <returns>The JSON document, which the caller disposes of.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidReply"/>.</exception>
    public JsonDocument ParseJson() => JsonText.Parse(Body) ?? throw Invalid("isn't JSON");

    internal NotionAuthException Invalid(string why) => new(
        ErrorIds.InvalidReply, NotionErrorKind.InvalidData, $"Notion's reply {why}{(RequestId is null ? string.Empty : $" (request {RequestId})")}.",
        "Run the command again; if it happens again, check -BaseUri and whether a proxy changes replies. -Raw shows the reply as it came.");
}
