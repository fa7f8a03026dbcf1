using System.Linq;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.OAuth;

/// <summary>The one check of a token that a person or a variable handed over.</summary>
internal static class AccessTokenText
{
    /// <summary>
    /// Tells whether a text can stand in an Authorization header (RFC 6750 section 2.1, without insisting on its
    /// alphabet).
    /// </summary>
    /// <param name="text">The text.</param>
    /// <returns><see langword="true"/> for visible ASCII, 4,096 characters at most.</returns>
    public static bool IsUsable(string text) =>
        text.Length is >= 1 and <= 4096 && text.All(c => c is > ' ' and < (char)127);

    /// <summary>Trims what pipes and editors leave around a token, and checks it.</summary>
    /// <param name="text">The text as it was given.</param>
    /// <returns>The token.</returns>
    /// <exception cref="NotionAuthException">
    /// <see cref="ErrorIds.InvalidToken"/>: empty, or with a blank, a line break or a character that no token has in
    /// the middle; <see cref="ErrorIds.WrongTokenKind"/>: a refresh token.
    /// </exception>
    public static Secret Parse(string? text)
    {
        string token = text ?? string.Empty;
        int start = 0, end = token.Length;
        while (start < end && IsAround(token[start])) start++;
        while (end > start && IsAround(token[end - 1])) end--;
        token = token.Substring(start, end - start);
        if (token.Length == 0)
            throw new NotionAuthException(
                ErrorIds.InvalidToken, NotionErrorKind.InvalidArgument, "The token is empty.",
                "Copy the Internal Integration Secret from notion.so/my-integrations and pass it as a SecureString: " +
                "-Token (Read-Host -AsSecureString).");
        if (!IsUsable(token))
            throw new NotionAuthException(
                ErrorIds.InvalidToken, NotionErrorKind.InvalidArgument,
                "The token has a blank, a line break or another character in it that no token has.",
                "Copy the token again, whole and alone. Blanks and line breaks around it don't matter, " +
                "but one stands in the middle.");

        // Notion advises against recognizing tokens by pattern; this one prefix is only ever a mistake here.
        if (token.StartsWith("nrt_", System.StringComparison.Ordinal))
            throw new NotionAuthException(
                ErrorIds.WrongTokenKind, NotionErrorKind.InvalidArgument,
                "This is a refresh token; it can't call the API.",
                "Pass the internal integration secret or personal access token, or sign in with OAuth: " +
                "Connect-NotionWorkspace -ClientId <id>.");
        return new Secret(token);
    }

    // Blanks, byte order marks, zero-width spaces and NULs, in whatever order they come.
    private static bool IsAround(char c) => char.IsWhiteSpace(c) || c is '\uFEFF' or '\u200B' or '\0';
}
