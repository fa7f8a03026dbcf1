using System;
using System.Globalization;
using System.Text.RegularExpressions;

namespace NotionAuth.Core.Rows;

/// <summary>
/// Dates of a row: as Notion writes them, and <c>start/end</c> for a range. A time without an offset is local time,
/// since Notion would take it for UTC; beside a time zone it is one of that zone.
/// </summary>
internal static class DateCell
{
    /// <summary>What a date column takes, for a message.</summary>
    public const string Takes = "a [datetime], or text such as 2026-11-26, 2026-11-26T14:00, 2026-11-26T14:00+01:00, " +
        "or two of them for a range: 2026-11-26/2026-11-28";

    private static readonly Regex Form = new(
        @"^(?<date>\d{4}-\d{2}-\d{2})"
        + @"(?:[T ](?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?)(?<offset>Z|[+-]\d{2}:?\d{2})?)?$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    /// <summary>Reads a text as CSV has it.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The date; null where it is none.</returns>
    public static RowDate? Read(string text)
    {
        string[] ends = text.Split('/');
        return ends.Length > 2 ? null : Read(new RowDate(ends[0], ends.Length == 2 ? ends[1] : null, null));
    }

    /// <summary>Puts a date in the form that Notion takes.</summary>
    /// <param name="date">The date.</param>
    /// <returns>The date; null where one of its texts is none.</returns>
    public static RowDate? Read(RowDate date)
    {
        string? start = One(date.Start, date.TimeZone), end = date.End is null ? null : One(date.End, date.TimeZone);
        return start is null || (end is null && date.End is not null) ? null : new RowDate(start, end, date.TimeZone);
    }

    /// <summary>A text that two dates share where they mean the same.</summary>
    public static string Canonical(RowDate date) =>
        $"{Moment(date.Start, date.TimeZone)}/{(date.End is null ? null : Moment(date.End, date.TimeZone))}";

    private static string? One(string text, string? zone)
    {
        Match match = Form.Match(text.Trim());
        if (!match.Success) return null;
        string date = match.Groups["date"].Value, time = match.Groups["time"].Value;
        if (!DateTime.TryParse(
            $"{date}T{(time.Length == 0 ? "00:00" : time)}", CultureInfo.InvariantCulture, DateTimeStyles.None,
            out DateTime clock)) return null;
        if (time.Length == 0) return zone is null ? date : $"{date}T00:00:00";
        string offset = match.Groups["offset"].Value.ToUpperInvariant();
        if (offset.Length > 0 || zone is not null) return $"{date}T{time}{offset}";
        return new DateTimeOffset(DateTime.SpecifyKind(clock, DateTimeKind.Local))
            .ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture);
    }

    // A day is itself; a time is its moment, wherever it is told.
    private static string Moment(string text, string? zone)
    {
        if (text.IndexOf('T') < 0) return text;
        bool hasOffset = Form.Match(text).Groups["offset"].Success;
        if (!DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)) return text;
        if (hasOffset || zone is null) return Ticks(time);
        try
        {
            return Ticks(new DateTimeOffset(
                time.DateTime, TimeZoneInfo.FindSystemTimeZoneById(zone).GetUtcOffset(time.DateTime)));
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            // A zone that this machine doesn't know: never the same, so that it is written.
            return $"{text} {zone}";
        }
    }

    private static string Ticks(DateTimeOffset time) => time.UtcTicks.ToString(CultureInfo.InvariantCulture);
}
