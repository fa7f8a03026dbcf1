using System;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.OAuth;

/// <summary>The token of a runbook or container: NOTION_TOKEN, else NOTION_API_TOKEN.</summary>
internal static class EnvironmentToken
{
    /// <summary>Reads the token.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    /// <returns>The token.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.MissingEnvironmentToken"/>,
    /// <see cref="ErrorIds.InvalidToken"/>, <see cref="ErrorIds.WrongTokenKind"/>.</exception>
    public static Secret Read(Func<string, string?> environment)
    {
        string? text = environment("NOTION_TOKEN");
        if (string.IsNullOrWhiteSpace(text)) text = environment("NOTION_API_TOKEN");
        if (!string.IsNullOrWhiteSpace(text)) return AccessTokenText.Parse(text);
        throw new NotionAuthException(
            ErrorIds.MissingEnvironmentToken, NotionErrorKind.InvalidArgument,
            "Neither NOTION_TOKEN nor NOTION_API_TOKEN is set.",
            "Set one of them to the internal integration secret, or pass -Token <SecureString>.");
    }
}
