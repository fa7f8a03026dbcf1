using System;
using System.Globalization;
using System.Text;
#if NET8_0_OR_GREATER
using System.Text.Unicode;
#endif

namespace NotionAuth.Core.Common;

/// <summary>
/// JSON's strings. .NET's reader and writer refuse or replace what stands in JSON as the escape of a lone surrogate; a
/// .NET string can hold it, and what was read has to be sent back.
/// </summary>
internal static class JsonString
{
    /// <summary>The text of a checked JSON string.</summary>
    /// <param name="utf8">What stands between the quotes.</param>
    public static string Decode(ReadOnlySpan<byte> utf8)
    {
#if NET8_0_OR_GREATER
        string text = Encoding.UTF8.GetString(utf8);
#else
        string text = Encoding.UTF8.GetString(utf8.ToArray());
#endif
        return text.IndexOf('\\') < 0 ? text : Unescape(text);
    }

#if NETSTANDARD2_0
    private static readonly UTF8Encoding Strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether bytes are UTF-8, which .NET's JSON reader doesn't ask of strings.</summary>
    public static bool IsUtf8(ReadOnlySpan<byte> json)
    {
        try
        {
            return Strict.GetCharCount(json.ToArray()) >= 0;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
#else
    /// <summary>Whether bytes are UTF-8, which .NET's JSON reader doesn't ask of strings.</summary>
    public static bool IsUtf8(ReadOnlySpan<byte> json) => Utf8.IsValid(json);
#endif

    /// <summary>Writes a text as a JSON string, quotes included.</summary>
    public static void Append(StringBuilder json, string text)
    {
        json.Append('"');
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is '"' or '\\') json.Append('\\').Append(c);
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                json.Append(c).Append(text[++i]);
            else if (c < ' ' || char.IsSurrogate(c))
                json.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else json.Append(c);
        }

        json.Append('"');
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
                text.Append((char)Convert.ToInt32(raw.Substring(i + 1, 4), 16));
                i += 4;
                continue;
            }

            text.Append(escape switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => escape });
        }

        return text.ToString();
    }
}
