using System;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.OAuth;

/// <summary>The token of a runbook or container: NOTION_TOKEN, else NOTION_API_TOKEN.</summary>
internal static class EnvironmentToken
{
    private static readonly string[] Variables = ["NOTION_TOKEN", "NOTION_API_TOKEN"];

    /// <summary>The variable that has a token in it.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    /// <returns>Its name, or null where there is none.</returns>
    public static string? Variable(Func<string, string?> environment) =>
        Array.Find(Variables, v => !string.IsNullOrWhiteSpace(environment(v)));

    /// <summary>Reads the token.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    /// <returns>The token.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.MissingEnvironmentToken"/>,
    /// <see cref="ErrorIds.InvalidToken"/>, <see cref="ErrorIds.WrongTokenKind"/>.</exception>
    public static Secret Read(Func<string, string?> environment)
    {
        if (Variable(environment) is { } variable) return AccessTokenText.Parse(environment(variable));
        throw new NotionAuthException(
            ErrorIds.MissingEnvironmentToken, NotionErrorKind.InvalidArgument,
            "Neither NOTION_TOKEN nor NOTION_API_TOKEN is set.",
            "Set one of them to the internal integration secret, or pass -Token <SecureString>.");
    }
}
