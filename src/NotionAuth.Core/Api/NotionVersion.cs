using System;
using System.Collections.Generic;
using System.Globalization;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Api;

/// <summary>The <c>Notion-Version</c> header. Source: developers.notion.com/reference/versioning.</summary>
internal static class NotionVersion
{
    /// <summary>The newest version, and the one that is sent by default.</summary>
    public const string Default = "2026-03-11";

    private const string FirstWithDataSources = "2025-09-03";

    /// <summary>The versions known when this was written, newest first.</summary>
    public static IReadOnlyList<string> Known { get; } =
        [Default, FirstWithDataSources, "2022-06-28", "2022-02-22", "2021-08-16", "2021-05-13", "2021-05-11"];

    /// <summary>
    /// Checks that a version is a date; whether it exists, Notion decides, which may know newer ones.
    /// </summary>
    /// <param name="version">The version.</param>
    /// <returns>The version.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidNotionVersion"/>.</exception>
    public static string Check(string version)
    {
        if (IsDate(version)) return version;
        throw new NotionAuthException(
            ErrorIds.InvalidNotionVersion, NotionErrorKind.InvalidArgument,
            "A Notion-Version is a date such as 2026-03-11.",
            $"Pass one of these with -NotionVersion, or leave it out: {string.Join(", ", Known)}.");
    }

    /// <summary>Whether rows are in data sources, and no longer in databases themselves.</summary>
    /// <param name="version">The version.</param>
    public static bool HasDataSources(string version) =>
        string.CompareOrdinal(version, FirstWithDataSources) >= 0;

    internal static bool IsDate(string version) =>
        DateTime.TryParseExact(version, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
}
