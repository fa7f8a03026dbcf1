using System;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NotionAuth.FakeNotion.Endpoints;

/// <summary>Writes JSON the way Notion does: compact, and with non-ASCII characters left as they are.</summary>
internal static partial class Json
{
    private static readonly JsonSerializerOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 256,
    };

    public static byte[] Bytes(JsonNode node) => Encoding.UTF8.GetBytes(Text(node));

    public static string Text(JsonNode? node) =>
        node is null ? "null" : EscapedPairs().Replace(JsonSerializer.Serialize(node, Options), Unescape);

    public static string Quote(string text) => JsonSerializer.Serialize(text, Options);

    public static JsonObject Parse(ReadOnlySpan<byte> utf8) =>
        JsonNode.Parse(utf8, documentOptions: new JsonDocumentOptions { MaxDepth = 256 })!.AsObject();

    /// <summary>
    /// A member of what a client sent, which may be anything; null if it isn't an object or hasn't got it.
    /// </summary>
    public static JsonNode? Member(JsonNode? node, string name) => (node as JsonObject)?[name];

    /// <summary>
    /// .NET escapes emoji with any settings; Notion doesn't. Escaped backslashes are matched so as to be skipped.
    /// </summary>
    [GeneratedRegex(@"\\\\|\\u(D[89AB][0-9A-F]{2})\\u(D[C-F][0-9A-F]{2})", RegexOptions.CultureInvariant)]
    private static partial Regex EscapedPairs();

    private static string Unescape(Match match) => match.Groups[1].Success
        ? new string(
            [(char)Convert.ToInt32(match.Groups[1].Value, 16), (char)Convert.ToInt32(match.Groups[2].Value, 16)])
        : match.Value;

    public static string? StringOf(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    public static bool? BoolOf(JsonNode? node) => node is JsonValue value
        ? value.GetValueKind() switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null }
        : null;
}
