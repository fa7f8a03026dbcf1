using System;
using System.Globalization;

namespace NotionAuth.Conversion.ToJson;

/// <summary>
/// Dates as Notion reads them. A date at midnight is a date without a time, whatever its kind. A time without a kind is
/// local time and gets its offset: without one Notion takes it for UTC. Beside a <c>time_zone</c> Notion takes no
/// offset and no date alone. Source: developers.notion.com/reference/page-property-values (date).
/// </summary>
internal static class DateText
{
    private const string Date = "yyyy-MM-dd";
    private const string WallClock = "yyyy-MM-ddTHH:mm:ss.fffffff";

    /// <summary>The text of a date.</summary>
    /// <param name="value">The value, out of PowerShell's wrapping.</param>
    /// <returns>The text; null where the value is no date.</returns>
    public static string? Of(object value) => value switch
    {
        DateTime time when time.TimeOfDay == TimeSpan.Zero => Text(time, Date),
        DateTime { Kind: DateTimeKind.Unspecified } time =>
            Text(DateTime.SpecifyKind(time, DateTimeKind.Local), "o"),
        DateTime time => Text(time, "o"),
        DateTimeOffset time => Text(time, time.TimeOfDay == TimeSpan.Zero ? Date : "o"),
#if NET8_0_OR_GREATER
        DateOnly date => Text(date, "o"),
#endif
        _ => null,
    };

    /// <summary>The text of a date that stands beside a time zone, as a clock in that zone shows it.</summary>
    /// <param name="value">The value. One that is a moment (UTC, or with an offset) is put into the zone; any other is
    /// taken for a time of that zone.</param>
    /// <param name="zone">The time zone, such as Europe/Berlin.</param>
    /// <returns>The text; null where the value is no date.</returns>
    public static string? In(object value, string? zone)
    {
        if (zone is null) return Of(value);
        return value switch
        {
            DateTime { Kind: DateTimeKind.Utc } time => Moment(time, zone) ?? Text(time, "o"),
            DateTime time => Text(time, WallClock),
            DateTimeOffset time => Moment(time, zone) ?? Text(time, "o"),
#if NET8_0_OR_GREATER
            DateOnly date => Text(date.ToDateTime(TimeOnly.MinValue), WallClock),
#endif
            _ => null,
        };
    }

    // A zone that this machine doesn't know: the moment keeps its offset, and Notion says what it thinks of that.
    private static string? Moment(DateTimeOffset time, string zone)
    {
        try
        {
            return Text(TimeZoneInfo.ConvertTime(time, TimeZoneInfo.FindSystemTimeZoneById(zone)), WallClock);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            return null;
        }
    }

    private static string Text(IFormattable time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
