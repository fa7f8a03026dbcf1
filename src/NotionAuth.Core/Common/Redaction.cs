using System;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace NotionAuth.Core.Common;

/// <summary>
/// The one rule for text that comes from outside (Notion's replies, the callback's query, exceptions of the platform)
/// before it may be shown: secrets are replaced, control characters too, and the length is bounded.
/// </summary>
internal static partial class Redaction
{
    // Letters of Hangul that are nothing but room: they look like a blank.
    private const string Fillers = "\u115f\u1160\u3164\uffa0";
    private const string Mark = "[redacted]";
    private const int MaximumLength = 2_000;

    // The prefixes of Notion's tokens, and credentials as HTTP and OAuth spell them. Blanks are few: without a bound
    // each of thousands would look back over all the others.
    private const string Pattern =
        @"\b(?:ntn|nrt|secret)_[A-Za-z0-9_\-]{4,}"
        + @"|\b(?:Bearer|Basic)\s{1,4}[A-Za-z0-9+/=._~\-]{8,}"
        + @"|(?<=\b(?:access_token|refresh_token|client_secret|code|token)[""']?"
        + @"\s{0,4}[=:]\s{0,4}[""']?)[^\s&""',;]{6,}";

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
    /// <param name="known">Secrets in play at this place: wherever one of them stands in the text, it is
    /// replaced.</param>
    /// <returns>The text on one line without secrets and control characters, 2,000 characters at most; empty for
    /// null.</returns>
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
            if (encoded != secret)
                scrubbed = Regex.Replace(
                    scrubbed, Regex.Escape(encoded), Mark, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
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

    /// <summary>
    /// Makes a foreign name fit to be shown: no control characters, which a terminal would obey, and a bounded length.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <returns>The text on one line, 2,000 characters at most; empty for null.</returns>
    public static string OneLine(string? text)
    {
        string given = text ?? string.Empty;
        var line = new StringBuilder(Math.Min(given.Length, MaximumLength + 1));
        int length;
        for (int i = 0; i < given.Length; i += length)
        {
            // The halves of a character stay together.
            length = char.IsSurrogatePair(given, i) ? 2 : 1;
            if (line.Length + length > MaximumLength)
            {
                line.Append('…');
                break;
            }

            // Format characters too: a right-to-left override can make a message lie. A lone half of a character is
            // none, and shows as anything.
            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(given, i);
            bool hidden = category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;
            if ((hidden && !Joins(given, i)) || Fillers.IndexOf(given[i]) >= 0) line.Append(' ');
            else if (category == UnicodeCategory.Surrogate) line.Append('\ufffd');
            else if (!IsUnseen(given, i)) line.Append(given, i, length);
        }

        return line.ToString();
    }

    // Variation selectors choose the glyph of an emoji, and elsewhere nothing that a person would see (UTS #51, UAX #31
    // section 2.3); the grapheme joiner is never seen.
    private static bool IsUnseen(string text, int at)
    {
        if (text[at] == '\u034f') return true;
        if (char.IsSurrogatePair(text, at)) return char.ConvertToUtf32(text, at) is >= 0xE0100 and <= 0xE01EF;
        if (text[at] is not (>= '\ufe00' and <= '\ufe0f')) return false;
        if (at == 0 || text[at] is not ('\ufe0e' or '\ufe0f')) return true;
        int before = at - 1;
        if (before > 0 && char.IsSurrogatePair(text, before - 1)) before--;
        return !IsPictograph(CharUnicodeInfo.GetUnicodeCategory(text, before))
            && text[before] is not ((>= '0' and <= '9') or '#' or '*' or '\u203c' or '\u2049');
    }

    // Where Unicode allows an invisible character in a name: joiners in emoji (UTS #51) and between letters of scripts
    // that join or stack them, which have no capitals (UAX #31 section 2.3), and the tags of a flag. There they change
    // what is seen; elsewhere they make two names that look the same.
    private static bool Joins(string text, int at)
    {
        if (IsTag(text, at))
        {
            int flag = at - 2;
            while (IsTag(text, flag)) flag -= 2;
            return flag >= 0 && string.CompareOrdinal(text, flag, "\U0001F3F4", 0, 2) == 0;
        }

        if (text[at] is not ('\u200c' or '\u200d') || at == 0 || at + 1 == text.Length) return false;
        int before = at - 1;
        if (text[before] == '\ufe0f' && before > 0) before--;
        if (before > 0 && char.IsSurrogatePair(text, before - 1)) before--;
        UnicodeCategory left = CharUnicodeInfo.GetUnicodeCategory(text, before),
            right = CharUnicodeInfo.GetUnicodeCategory(text, at + 1);
        return IsScript(left) ? IsScript(right) : text[at] == '\u200d' && IsPictograph(left) && IsPictograph(right);
    }

    private static bool IsTag(string text, int at) =>
        at >= 0 && char.IsSurrogatePair(text, at) && char.ConvertToUtf32(text, at) is >= 0xE0020 and <= 0xE007F;

    private static bool IsScript(UnicodeCategory category) =>
        category is UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark;

    // Skin tones are modifiers.
    private static bool IsPictograph(UnicodeCategory category) =>
        category is UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol or UnicodeCategory.ModifierSymbol;
}
