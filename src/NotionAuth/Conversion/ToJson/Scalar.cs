using System;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Net;
using System.Net.Mail;
using System.Numerics;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace NotionAuth.Conversion.ToJson;

/// <summary>
/// Values that are one text, number or truth value, and how they are written: the same in a body, a query and a header,
/// and on every machine, whatever its culture.
/// </summary>
internal static class Scalar
{
    /// <summary>The text of a value.</summary>
    /// <param name="value">The value, out of PowerShell's wrapping.</param>
    /// <param name="isLiteral">
    /// Whether JSON writes it without quotes: a number, true or false. A number may be one that JSON can't hold:
    /// <see cref="IsFinite"/>.
    /// </param>
    /// <returns>The text; null where the value is something else.</returns>
    public static string? TextOf(object value, out bool isLiteral)
    {
        isLiteral = false;
        string? text = value switch
        {
            string plain => plain,
            char or Guid or Enum or Version or StringBuilder or IPAddress or IPEndPoint or MailAddress =>
                Invariant(value),
            // A TimeSpan isn't here: Notion has no place for one, and its text would be taken for something else.
            DateTime or DateTimeOffset => DateText.Of(value),
            Uri uri => uri.OriginalString,
            XmlCharacterData or XmlAttribute => ((XmlNode)value).Value ?? string.Empty,
            XmlDocument or XmlElement => ((XmlNode)value).OuterXml,
            XDocument or XElement => ((XNode)value).ToString(SaveOptions.DisableFormatting),
#if NET8_0_OR_GREATER
            DateOnly => DateText.Of(value),
            TimeOnly time => time.ToString("o", CultureInfo.InvariantCulture),
            Rune or IPNetwork => Invariant(value),
#endif
            // Windows PowerShell doesn't know it, and so neither does the assembly that is compiled for both.
            _ when value.GetType().FullName == "System.Management.Automation.SemanticVersion" => Invariant(value),
            _ => null,
        };
        if (text is not null) return text;
        isLiteral = true;
        return value switch
        {
            bool flag => flag ? "true" : "false",
            SwitchParameter flag => flag.IsPresent ? "true" : "false",
            int or long or short or sbyte or byte or ushort or uint or ulong or decimal or BigInteger or IntPtr
            or UIntPtr => Invariant(value),
            double or float => Fraction(value),
            _ => IsNumber(value) ? Invariant(value) : null,
        };
    }

    /// <summary>Whether a literal is one of JSON's, and not a NaN or an infinity.</summary>
    public static bool IsFinite(string literal) =>
        literal is "true" or "false" || literal.All(c => c is (>= '0' and <= '9') or '+' or '-' or '.' or 'E' or 'e');

    private static string Invariant(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static string Fraction(object number)
    {
        if (JsonNumber.TextOf(number) is { } text) return text;
        double value = Convert.ToDouble(number, CultureInfo.InvariantCulture);

        // .NET Framework forgets the sign.
        if (value == 0) return 1 / value < 0 ? "-0" : "0";
        return ((IFormattable)number).ToString("R", CultureInfo.InvariantCulture);
    }

#if NET8_0_OR_GREATER
    // Half, Int128, UInt128, NFloat, and whatever others make; not Complex, which is two numbers.
    private static bool IsNumber(object value) =>
        value is IFormattable
        && value.GetType().GetInterfaces()
        .Any(static i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(INumber<>));
#else
    private static bool IsNumber(object _) => false;
#endif
}
