using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Text.Json;
using NotionAuth.Core.Common;

namespace NotionAuth.Conversion.FromJson;

/// <summary>
/// Makes PowerShell's objects of JSON without loss: property order kept, numbers as exact as .NET has them, strings
/// left as they are, empty arrays and one-element arrays still arrays, and a type name from Notion's <c>object</c>
/// field. Everything that can be wrong with a reply is found here, at once; what the objects hold is converted when it
/// is looked at.
/// </summary>
internal static class JsonToObject
{
    /// <summary>As deep as a reply may be, and so a body that is to be the same again.</summary>
    public const int MaximumDepth = JsonText.MaximumDepth;

    internal static readonly JsonReaderOptions Options = new() { MaxDepth = MaximumDepth };

    /// <summary>Converts a JSON value.</summary>
    /// <param name="utf8">The value in UTF-8.</param>
    /// <param name="asHashtable">Whether objects become ordered, case-sensitive dictionaries.</param>
    /// <returns>The object; null for JSON's null.</returns>
    /// <exception cref="NotionAuthException">
    /// <see cref="ErrorIds.InvalidReply"/>: not JSON, not UTF-8, or too deep; <see cref="ErrorIds.DuplicateKey"/>: keys
    /// that the objects can't hold.
    /// </exception>
    public static object? Convert(ReadOnlySpan<byte> utf8, bool asHashtable)
    {
        if (utf8.Length == 0) return null;

        // A copy of its own: an item that is kept doesn't keep the page that it came with.
        byte[] json = utf8.ToArray();
        if (!asHashtable) return LazyObject.OfReply(json);
        JsonSlice value = ReplyCheck.Run(json, asHashtable);
        var reader = new Utf8JsonReader(value.Span, Options);
        reader.Read();
        return Eager(ref reader, value);
    }

    private static object? Eager(ref Utf8JsonReader reader, JsonSlice json)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new OrderedDictionary(StringComparer.Ordinal);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    string name = NameTable.Get(reader.ValueSpan);
                    reader.Read();
                    members.Add(name, Eager(ref reader, json));
                }

                return members;
            case JsonTokenType.StartArray:
                var items = new List<object?>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(Eager(ref reader, json));
                return items.ToArray();
            default:
                return LazyObject.ValueOf(json.From(ref reader));
        }
    }
}
