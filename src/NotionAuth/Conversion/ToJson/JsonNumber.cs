using System;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace NotionAuth.Conversion.ToJson;

/// <summary>
/// JSON's numbers: a long where it is whole, a BigInteger where it is longer, a double where that is the same number, a
/// decimal where only that has all digits. What no type of .NET holds (1e400, forty digits after the point) is the
/// nearest double, and its text is kept beside it, so that the number can be sent back as it came.
/// </summary>
internal static class JsonNumber
{
    // A BigInteger of a million digits takes seconds to read.
    private const int MostDigits = 400;

    // So many digits always survive being a double.
    private const int SafeDigits = 15;

    private static readonly ConditionalWeakTable<object, string> Texts = new();

    /// <summary>The number that a checked JSON number is.</summary>
    public static object Parse(ReadOnlySpan<byte> utf8)
    {
        bool isMinusZero = utf8[0] == '-' && utf8[1] == '0' && utf8.Length == 2;
        if (!isMinusZero && Utf8Parser.TryParse(utf8, out long whole, out int used) && used == utf8.Length)
            return whole;

        string text = Encoding.ASCII.GetString(utf8.ToArray());
        bool isWhole = text.IndexOfAny(['.', 'e', 'E']) < 0;
        if (isWhole && !isMinusZero && text.Length <= MostDigits)
            return BigInteger.Parse(text, CultureInfo.InvariantCulture);

        double near = Near(text);
        if (text.Length <= SafeDigits && text.IndexOfAny(['e', 'E']) < 0) return near;
        if (!double.IsInfinity(near) && IsSame(text, near.ToString("R", CultureInfo.InvariantCulture))) return near;
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal exact)
            && IsSame(text, exact.ToString(CultureInfo.InvariantCulture)))
            return exact;

        object boxed = near;
        Texts.Add(boxed, text);
        return boxed;
    }

    /// <summary>The text that a number had, where the number alone doesn't say it.</summary>
    /// <param name="number">The very object that <see cref="Parse"/> made.</param>
    public static string? TextOf(object number) => Texts.TryGetValue(number, out string? text) ? text : null;

    private static double Near(string text)
    {
        // .NET Framework refuses what is too large for a double.
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double near)) return near;
        return text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
    }

    private static bool IsSame(string text, string other) => Parts(text) is { } parts && Parts(other) == parts;

    /// <summary>
    /// Sign, digits without zeros at their ends, and exponent: the same for each way to write a number.
    /// </summary>
    private static (bool IsNegative, string Digits, long Exponent)? Parts(string text)
    {
        string[] halves = text.Split('e', 'E');
        long exponent = 0;
        if (halves.Length > 1
            && !long.TryParse(
                halves[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)) return null;

        string digits = halves[0].TrimStart('-');
        int point = digits.IndexOf('.');
        if (point >= 0)
        {
            exponent -= digits.Length - point - 1;
            digits = digits.Remove(point, 1);
        }

        digits = digits.TrimStart('0');
        string significant = digits.TrimEnd('0');
        return (text[0] == '-', significant,
            significant.Length == 0 ? 0 : exponent + digits.Length - significant.Length);
    }
}
