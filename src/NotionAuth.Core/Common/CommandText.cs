using System.Linq;
using System.Text;

namespace NotionAuth.Core.Common;

/// <summary>
/// Text that a user may paste into PowerShell, or that completion puts there: the one place that quotes. A workspace's
/// name comes from its owner, and must never become more than a text in a command.
/// </summary>
internal static class CommandText
{
    // PowerShell takes each of them for a single quote (about_Quoting_Rules), and each of these dashes for the
    // beginning of a parameter.
    private const string Quotes = "'\u2018\u2019\u201a\u201b";
    private const string Dashes = "-\u2013\u2014\u2015";

    /// <summary>A text as one argument.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text in single quotes, those in it doubled.</returns>
    public static string Quoted(string text)
    {
        var quoted = new StringBuilder("'", text.Length + 2);
        foreach (char c in text)
        {
            quoted.Append(c);
            if (Quotes.IndexOf(c) >= 0) quoted.Append(c);
        }

        return quoted.Append('\'').ToString();
    }

    /// <summary>A text as one argument, in quotes only where it needs them.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The argument.</returns>
    public static string Argument(string text)
    {
        bool isBare = text.Length > 0 && Dashes.IndexOf(text[0]) < 0
            && text.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/');
        return isBare ? text : Quoted(text);
    }

    /// <summary>
    /// What stands in quotes at a command line, without them: what the user has typed so far of an argument.
    /// </summary>
    /// <param name="word">The word.</param>
    /// <returns>The text that it means.</returns>
    public static string Unquoted(string word)
    {
        if (word.Length == 0 || Quotes.IndexOf(word[0]) < 0) return word.Trim('"');
        string inner = word.Length > 1
            && Quotes.IndexOf(word[word.Length - 1]) >= 0 ? word.Substring(1, word.Length - 2) : word.Substring(1);
        var text = new StringBuilder(inner.Length);
        for (int i = 0; i < inner.Length; i++)
        {
            text.Append(inner[i]);
            if (Quotes.IndexOf(inner[i]) >= 0 && i + 1 < inner.Length && Quotes.IndexOf(inner[i + 1]) >= 0) i++;
        }

        return text.ToString();
    }
}
