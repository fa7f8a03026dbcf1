using System.Text.Json;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Core.Api.Events;

/// <summary>Errors that come as events of a stream, after a reply that was a success.</summary>
internal static class EventErrors
{
    /// <summary>
    /// Throws where an event tells of an error: by its type (<c>error</c>, or Notion's <c>stream.error</c>), or by data
    /// that is one of Notion's error objects.
    /// </summary>
    public static void Check(ServerSentEvent next, ReplyStream stream)
    {
        if (NotionApiException.IsErrorBody(next.Data.Span)) throw NotionApiException.From(stream.Response, next.Data);
        if (next.Type is not ("error" or "stream.error")) return;

        Secret?[] known = [.. ErrorReply.SecretsOf(stream.Request)];
        using JsonDocument? body = JsonText.Parse(next.Data);
        JsonElement root = body?.RootElement ?? default;
        JsonElement error = root.ValueKind == JsonValueKind.Object
            && root.TryGetProperty("error", out JsonElement inner) ? inner : root;
        string? code = SafeCode.OrNull(JsonText.StringOf(error, "code"), known);
        string text = Redaction.Scrub(JsonText.StringOf(error, "message") ?? next.GetText(), known);
        string? requestId = ErrorReply.RequestIdOf(stream.Response);
        throw new NotionAuthException(
            code is null ? ErrorIds.StreamFailed : SafeCode.ToErrorId(code), NotionErrorKind.ServiceFailed,
            $"The stream ended with an error{(code is null ? string.Empty : $", {code}")}: " +
            $"{text}{(requestId is null ? string.Empty : $" (request {requestId})")}",
            "See the message; Notion's support needs the request id.")
        { Target = stream.Request.RequestUri!.AbsolutePath };
    }
}
