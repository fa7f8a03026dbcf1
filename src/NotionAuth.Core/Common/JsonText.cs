using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;

namespace NotionAuth.Core.Common;

/// <summary>
/// Reads JSON strings that may be anything: a lone surrogate or broken UTF-8 makes <see cref="JsonElement.GetString"/>
/// throw.
/// </summary>
internal static class JsonText
{
    /// <summary>
    /// How many levels a reply may be nested: Notion nests blocks and property values, a few dozen levels; it doesn't
    /// nest thousands.
    /// </summary>
    public const int MaximumDepth = 512;

    public static readonly JsonDocumentOptions Limits = new() { MaxDepth = MaximumDepth };

    /// <summary>
    /// Parses a reply whose names can all be read; one that can't be makes every look for a name throw.
    /// </summary>
    /// <returns>The document, or null where it isn't JSON.</returns>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = Limits.MaxDepth });
            while (reader.Read())
                if (reader.TokenType == JsonTokenType.PropertyName) _ = reader.GetString();
            return JsonDocument.Parse(utf8, Limits);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    public static string? StringOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A string in checked JSON, lone surrogates and all.</summary>
    public static string TextOf(JsonElement value)
    {
        if (StringOf(value) is { } text) return text;
        string raw = value.GetRawText();
        return JsonString.Decode(Encoding.UTF8.GetBytes(raw.Substring(1, raw.Length - 2)));
    }

    public static string? StringOf(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String ? StringOf(value) : null;

    /// <summary>Whether an object has a member that is true.</summary>
    public static bool IsTrue(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.True;

    /// <summary>
    /// Writes JSON as one line of ASCII: vaults differ in what they make of line ends and of other characters.
    /// </summary>
    /// <param name="json">JSON, as it came.</param>
    /// <returns>The same value.</returns>
    public static string OneLine(string json)
    {
        var line = new StringBuilder(json.Length);
        bool isText = false;
        for (int i = 0; i < json.Length; i++)
        {
            char c = json[i];
            if (!isText && (c is ' ' or '\t' or '\r' or '\n')) continue;
            if (c == '"') isText = !isText;
            if (c > '~') line.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else line.Append(c);

            // What is escaped is no end of a text.
            if (c == '\\' && i + 1 < json.Length) line.Append(json[++i]);
        }

        return line.ToString();
    }

    /// <summary>
    /// Copies an object without some of its members; the values stay as they came, broken characters and all.
    /// </summary>
    public static JsonElement Without(JsonElement value, params string[] names) =>
        Copy(writer => AddMembers(writer, value, names));

    /// <summary>Puts two objects together; where both have a member, the second's counts.</summary>
    public static JsonElement Merge(JsonElement first, JsonElement second) => Copy(writer =>
    {
        AddMembers(writer, first, [.. second.EnumerateObject().Select(NameOf).OfType<string>()]);
        AddMembers(writer, second);
    });

    private static JsonElement Copy(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(buffer.ToArray(), Limits);
        return document.RootElement.Clone();
    }

    private static void AddMembers(Utf8JsonWriter writer, JsonElement value, params string[] without)
    {
        foreach (JsonProperty property in value.EnumerateObject())
        {
            // A name that is no text can't be written, and nobody could ask for it.
            if (NameOf(property) is not { } name || without.Contains(name)) continue;
            writer.WritePropertyName(name);
            writer.WriteRawValue(property.Value.GetRawText(), skipInputValidation: true);
        }
    }

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
