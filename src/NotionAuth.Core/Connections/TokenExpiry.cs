using System;
using System.Globalization;

namespace NotionAuth.Core.Connections;

/// <summary>
/// The end of a token that was given by hand. Notion says nowhere when an internal token or a personal access token
/// ends, and a job that ends with it ends at night.
/// </summary>
internal static class TokenExpiry
{
    private static readonly TimeSpan Notice = TimeSpan.FromDays(14);

    /// <summary>What to warn of where the end is near, or past.</summary>
    /// <param name="details">The connection.</param>
    /// <param name="now">The time (UTC).</param>
    /// <returns>The warning, or null.</returns>
    public static string? WarningOf(NotionConnection details, DateTime now)
    {
        if (details.ExpiresOn is not DateTime end || end - now > Notice) return null;
        string next = "Make a new one in Notion, and connect with it, with its end as -ExpiresOn: " +
            details.ReconnectCommand();
        if (end <= now) return $"The token of '{details.Name}' was to end on {Shown(end)}. {next}";
        int days = (int)Math.Ceiling((end - now).TotalDays);
        string left = days == 1 ? "within a day" : $"in {days.ToString(CultureInfo.InvariantCulture)} days";
        return $"The token of '{details.Name}' ends on {Shown(end)}, {left}. {next}";
    }

    /// <summary>What explains that Notion refuses a token.</summary>
    /// <param name="details">The connection.</param>
    /// <param name="now">The time (UTC).</param>
    /// <returns>A sentence, or null where its end isn't known or not reached.</returns>
    public static string? EndedOf(NotionConnection details, DateTime now) =>
        details.ExpiresOn is DateTime end && end <= now
            ? $"The token of '{details.Name}' was to end on {Shown(end)}, as -ExpiresOn said when it was connected. " +
                $"Make a new one in Notion, and connect with it: {details.ReconnectCommand()}"
            : null;

    // As the person gave it: by the clock of this machine.
    private static string Shown(DateTime end) =>
        end.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture).Replace(" 00:00", string.Empty);
}
