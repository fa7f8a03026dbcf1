using System;
using System.Collections.Generic;
using System.Text;

namespace NotionAuth.Core.Tests.Fuzz;

/// <summary>Makes hostile texts of good ones: random, but the same for the same seed.</summary>
internal sealed class Mutator(int seed, IReadOnlyList<string> samples)
{
    // What parsers trip over: separators, escapes, ends, sizes, other scripts, broken surrogates.
    private static readonly string[] Fragments =
    [
        "", "\0", "\r\n", "\r\n\r\n", "\n ", "%", "%0", "%00", "%2e%2e", "%252e", "%c0%ae", "..", "../", "\\", "//",
        "@", "#", "?", "&", "=", "&&", "==", "+", ";", ":",
        "\"", "\\\"", "\\u0000", "\\ud800", "\ud800", "\u202e", "\ufeff", "\u2024", "\uff0e", "{", "}", "[", "]", "[[",
        ",", ",,", "null", "true", "-0", "1e999", "9999999999999999999999",
        "state=", "code=", "error=", "access_token", "\"version\":2", "<script>", "Host: evil", "HTTP/1.1", " ", "\t",
        "\u00e9", "\ud83d\ude00",
    ];

    private readonly Random _random = new(seed);

    public string Next()
    {
        var text = new StringBuilder(samples[_random.Next(samples.Count)]);
        int changes = 1 + _random.Next(6);
        for (int i = 0; i < changes; i++) Change(text);
        return text.ToString();
    }

    private void Change(StringBuilder text)
    {
        int at = _random.Next(text.Length + 1);
        int length = Math.Min(_random.Next(12), text.Length - at);
        switch (_random.Next(8))
        {
            case 0: _ = text.Insert(at, Fragments[_random.Next(Fragments.Length)]); break;
            case 1: _ = text.Remove(at, length); break;
            case 2: _ = text.Insert(at, text.ToString(at, length)); break;
            case 3: _ = text.Remove(at, text.Length - at); break;
            case 4:
                _ = text.Insert(at,
                new string(
                    Fragments[_random.Next(Fragments.Length)] is [char c, ..] ? c : 'x', _random.Next(2000))); break;
            case 5: _ = text.Insert(at, (char)_random.Next(0x10000)); break;
            case 6 when at < text.Length: text[at] = (char)_random.Next(128); break;
            default: _ = text.Append(samples[_random.Next(samples.Count)]); break;
        }
    }
}
