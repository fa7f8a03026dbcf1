using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text;
using System.Text.Json;
using NotionAuth.Core;

namespace NotionAuth.Conversion;

/// <summary>
/// Makes PowerShell's objects of JSON without loss: property order kept, numbers as exact as .NET has them, strings left as they are,
/// empty arrays and one-element arrays still arrays, and a type name from Notion's <c>object</c> field.
/// </summary>
internal static class JsonToObject
{
    /// <summary>As deep as a reply may be; Notion's own are a few dozen levels deep.</summary>
    public const int MaximumDepth = 512;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaximumDepth };

    /// <summary>Converts a JSON value.</summary>
    /// <param name="utf8">The value in UTF-8.</param>
    /// <param name="asHashtable">Whether objects become ordered, case-sensitive dictionaries.</param>
    /// <returns>The object; null for JSON's null.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidReply"/>: not JSON; or two keys that PowerShell's objects can't tell apart.</exception>
    public static object? Convert(ReadOnlySpan<byte> utf8, bool asHashtable)
    {
        if (utf8.Length == 0) return null;
        try
        {
            var reader = new Utf8JsonReader(utf8, Options);
            reader.Read();
            object? value = Value(ref reader, asHashtable);
            if (reader.Read()) throw Invalid("has something after its end");
            return value;
        }
        catch (JsonException)
        {
            throw Invalid($"isn't JSON, or is nested deeper than {MaximumDepth} levels");
        }
    }

    private static object? Value(ref Utf8JsonReader reader, bool asHashtable) => reader.TokenType switch
    {
        JsonTokenType.StartObject => asHashtable ? Dictionary(ref reader) : Object(ref reader),
        JsonTokenType.StartArray => Array(ref reader, asHashtable),
        JsonTokenType.String => Text(ref reader),
        JsonTokenType.Number => Number(ref reader),
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => null,
    };

    private static PSObject Object(ref Utf8JsonReader reader)
    {
        var value = new PSObject();
        string? kind = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = Text(ref reader);
            if (name.Length == 0 || value.Properties[name] is not null)
                throw new NotionAuthException(
                    ErrorIds.DuplicateKey, NotionErrorKind.InvalidData, $"The reply has an object whose keys a PowerShell object can't hold: '{Redaction.Scrub(name)}' is empty or there twice but for its case.",
                    "Run the command with -AsHashtable.");
            reader.Read();
            object? member = Value(ref reader, asHashtable: false);
            if (kind is null && name == "object" && member is string text) kind = text;
            value.Properties.Add(new PSNoteProperty(name, member));
        }

        value.TypeNames.Insert(0, "Notion." + TypeNameOf(kind));
        return value;
    }

    private static OrderedDictionary Dictionary(ref Utf8JsonReader reader)
    {
        var value = new OrderedDictionary(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = Text(ref reader);
            reader.Read();
            value[name] = Value(ref reader, asHashtable: true);
        }

        return value;
    }

    private static object?[] Array(ref Utf8JsonReader reader, bool asHashtable)
    {
        var items = new List<object?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(Value(ref reader, asHashtable));
        return items.ToArray();
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate as an escape: JSON has it, UTF-8 hasn't, and .NET's strings have it.
            try
            {
                return Unescape(Strict.GetString(reader.ValueSpan.ToArray()));
            }
            catch (DecoderFallbackException)
            {
                throw Invalid("isn't UTF-8");
            }
        }
    }

    private static string Unescape(string raw)
    {
        var text = new StringBuilder(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            char escape = raw[++i];
            if (escape == 'u')
            {
                text.Append((char)System.Convert.ToInt32(raw.Substring(i + 1, 4), 16));
                i += 4;
                continue;
            }

            text.Append(escape switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => escape });
        }

        return text.ToString();
    }

    private static object Number(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out long whole)) return whole;
        string raw = Encoding.ASCII.GetString(reader.ValueSpan.ToArray());
        if (raw.IndexOfAny(['.', 'e', 'E']) < 0) return BigInteger.Parse(raw, CultureInfo.InvariantCulture);

        // A double where it says the same number again, which is what PowerShell expects; a decimal where only that keeps all digits.
        double approximate = double.Parse(raw, CultureInfo.InvariantCulture);
        return decimal.TryParse(raw, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal exact) && !IsSame(approximate, exact) ? exact : approximate;
    }

    private static bool IsSame(double approximate, decimal exact) =>
        decimal.TryParse(approximate.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal again) && again == exact;

    private static string TypeNameOf(string? kind)
    {
        if (string.IsNullOrEmpty(kind)) return "Object";
        var name = new StringBuilder();
        bool isStart = true;
        foreach (char c in kind!)
        {
            if (!(c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9')))
            {
                isStart = true;
                continue;
            }

            name.Append(isStart ? char.ToUpperInvariant(c) : c);
            isStart = false;
        }

        return name.Length is > 0 and <= 60 ? name.ToString() : "Object";
    }

    private static NotionAuthException Invalid(string why) => new(
        ErrorIds.InvalidReply, NotionErrorKind.InvalidData, $"Notion's reply {why}.",
        "Run the command again; -Raw shows the reply as it came. If it happens again, check whether a proxy changes replies.");
}
