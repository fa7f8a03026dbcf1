using System.Globalization;

namespace NotionAuth.Core.SignIn.Callback;

/// <summary>
/// What of Notion's <c>workspace_icon</c> (null, an emoji, or the address of a picture) the result page shows: the
/// emoji. A picture would have to be fetched, from an address that is foreign text.
/// </summary>
internal static class WorkspaceIcon
{
    private const int MaximumEmojiLength = 32;

    /// <summary>Whether a text is symbols and what joins them; a text in letters is no emoji.</summary>
    public static bool IsEmoji(string? icon)
    {
        if (string.IsNullOrEmpty(icon) || icon!.Length > MaximumEmojiLength) return false;

        bool symbol = false;
        for (int i = 0; i < icon.Length; i++)
        {
            char c = icon[i];
            if (char.IsSurrogate(c))
            {
                if (!char.IsSurrogatePair(icon, i)) return false;
                int code = char.ConvertToUtf32(icon, i++);
                bool pictograph = code is >= 0x1F000 and <= 0x1FAFF;
                bool tag = code is >= 0xE0020 and <= 0xE007F;
                if (!pictograph && !tag) return false;
                symbol |= pictograph;
            }
            else if (c is '\u20e3')
            {
                symbol = true;
            }
            else if (c is not ('\u200d' or '\ufe0f' or '\ufe0e' or '#' or '*' or (>= '0' and <= '9')))
            {
                bool known = c is >= '\u00a9' and < '\ufff0' && CharUnicodeInfo.GetUnicodeCategory(c)
                    is UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol or UnicodeCategory.OtherPunctuation
                        or UnicodeCategory.DashPunctuation;
                if (!known) return false;
                symbol = true;
            }
        }

        return symbol;
    }
}
