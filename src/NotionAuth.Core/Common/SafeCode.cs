using System.Globalization;
using System.Linq;
using System.Text;

namespace NotionAuth.Core.Common;

/// <summary>The one rule that makes stable error ids of Notion's and OAuth's codes.</summary>
internal static class SafeCode
{
    /// <summary>Turns <c>object_not_found</c> into <c>ObjectNotFound</c>.</summary>
    public static string ToErrorId(string code)
    {
        var id = new StringBuilder(code.Length);
        foreach (string word in code.Split('_', '-', '.'))
        {
            if (word.Length == 0) continue;
            id.Append(char.ToUpper(word[0], CultureInfo.InvariantCulture)).Append(word, 1, word.Length - 1);
        }

        return id.ToString();
    }

    /// <summary>
    /// Lets a code or id through only if it looks like one and isn't a secret: it is foreign text that ends in messages
    /// and ids.
    /// </summary>
    public static string? OrNull(string? value, params Secret?[] known) =>
        !string.IsNullOrEmpty(value) && value!.Length <= 100
        && value.All(c => IsLetterOrDigit(c) || c is '_' or '-' or '.') && value.Any(IsLetterOrDigit)
        && Redaction.Scrub(value, known) == value
            ? value : null;

    private static bool IsLetterOrDigit(char c) =>
        c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9');
}
