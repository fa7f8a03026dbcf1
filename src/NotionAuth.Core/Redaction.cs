using System;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace NotionAuth.Core;

/// <summary>
/// The one rule for text that comes from outside (Notion's replies, the callback's query, exceptions of the platform)
/// before it may be shown: secrets are replaced, control characters too, and the length is bounded.
/// </summary>
public static partial class Redaction
{
    private const string Mark = "[redacted]";
    private const int MaximumLength = 2_000;

    // The prefixes of Notion's tokens, and credentials as HTTP and OAuth spell them. Blanks are few: without a bound each of thousands
    // would look back over all the others.
    private const string Pattern =
        @"\b(?:ntn|nrt|secret)_[A-Za-z0-9_\-]{4,}"
        + @"|\b(?:Bearer|Basic)\s{1,4}[A-Za-z0-9+/=._~\-]{8,}"
        + @"|(?<=\b(?:access_token|refresh_token|client_secret|code|token)[""']?\s{0,4}[=:]\s{0,4}[""']?)[^\s&""',;]{6,}";

#if NET8_0_OR_GREATER
    [GeneratedRegex(Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Secrets();
#else
    private static readonly Regex SecretsRegex =
        new(Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private static Regex Secrets() => SecretsRegex;
#endif

    /// <summary>Makes a foreign text fit to be shown.</summary>
    /// <param name="text">The text, in the form it arrived in.</param>
    /// <param name="known">Secrets in play at this place: wherever one of them stands in the text, it is replaced.</param>
    /// <returns>The text on one line without secrets and control characters, 2,000 characters at most; empty for null.</returns>
    public static string Scrub(string? text, params Secret?[] known)
    {
        if (string.IsNullOrEmpty(text)) return string.Empty;

        string scrubbed = text!;

        // The longest first: where one begins with another, replacing the shorter would leave the rest of the longer.
        foreach (string secret in known.OfType<Secret>().Select(s => s.Reveal()).OrderByDescending(s => s.Length))
        {
            scrubbed = scrubbed.Replace(secret, Mark);

            // Both %2B and %2b are right, so that the encoded form is looked for in either case.
            string encoded = Uri.EscapeDataString(secret);
            if (encoded != secret) scrubbed = Regex.Replace(scrubbed, Regex.Escape(encoded), Mark, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        }

        // Cut after the replacement, so that no half of a known secret is left at the end.
        if (scrubbed.Length > MaximumLength * 2) scrubbed = scrubbed.Substring(0, MaximumLength * 2);
        try
        {
            return OneLine(Secrets().Replace(scrubbed, Mark));
        }
        catch (RegexMatchTimeoutException)
        {
            // What couldn't be looked through isn't shown; the exception quotes it, and ends here.
            return Mark;
        }
    }

    /// <summary>Makes a foreign name fit to be shown: no control characters, which a terminal would obey, and a bounded length.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text on one line, 2,000 characters at most; empty for null.</returns>
    public static string OneLine(string? text)
    {
        string scrubbed = text ?? string.Empty;
        var line = new StringBuilder(Math.Min(scrubbed.Length, MaximumLength + 1));
        foreach (char c in scrubbed)
        {
            if (line.Length == MaximumLength)
            {
                // Not between the halves of a character.
                if (char.IsHighSurrogate(line[line.Length - 1])) line.Length--;
                line.Append('…');
                break;
            }

            // Format characters too: a right-to-left override can make a message lie.
            bool hidden = char.GetUnicodeCategory(c)
                is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            line.Append(hidden ? ' ' : c);
        }

        return line.ToString();
    }
}
