using System;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Content;

/// <summary>
/// The value of a date property. A time zone that is given is made part of both times; none comes back.
/// </summary>
internal static partial class DateValue
{
    public static JsonObject Read(JsonNode value, string path)
    {
        if (value is not JsonObject given)
            throw NotionFailure.Field(path, "an object or `null`", value);
        var zone = Zone(given["time_zone"], path);
        var start = Time(given, "start", path)
            ?? throw NotionFailure.Field($"{path}.start", "defined", null, present: false);
        var end = Time(given, "end", path);
        if (zone is not null)
        {
            start = start.In(zone, $"{path}.start");
            end = end?.In(zone, $"{path}.end");
        }

        if (end is not null && end.Moment < start.Moment)
            throw NotionFailure.Validation(
                $"body failed validation: {path}.end should be after {path}.start, " +
                $"instead was `{Json.Text(given["end"])}`.");
        return new JsonObject { ["start"] = start.ToString(), ["end"] = end?.ToString(), ["time_zone"] = null };
    }

    private static TimeZoneInfo? Zone(JsonNode? node, string path)
    {
        if (node is null)
            return null;
        return Json.StringOf(node) is { } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? zone
            : throw NotionFailure.Field($"{path}.time_zone", "a valid IANA time zone or `undefined`", node);
    }

    private static Point? Time(JsonObject given, string name, string path)
    {
        if (given[name] is not { } node)
            return null;
        if (Json.StringOf(node) is not { } text || Form().Match(text) is not { Success: true } match
            || !DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
            throw NotionFailure.Field($"{path}.{name}", "a valid ISO 8601 date string", node);
        return new Point(moment, match.Groups["time"].Success, match.Groups["offset"].Success, text);
    }

    [GeneratedRegex(
        @"^\d{4}-\d\d-\d\d(?<time>[T ]\d\d:\d\d(:\d\d([.]\d+)?)?(?<offset>Z|[+-]\d\d:?\d\d)?)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    private sealed record Point(DateTimeOffset Moment, bool HasTime, bool HasOffset, string Text)
    {
        public Point In(TimeZoneInfo zone, string path)
        {
            if (!HasTime || HasOffset)
                throw NotionFailure.Field(path, "a date and time without an offset, as `time_zone` is given", Text);
            var local = Moment.DateTime;
            return this with { Moment = new DateTimeOffset(local, zone.GetUtcOffset(local)) };
        }

        public override string ToString() => Moment.ToString(
            HasTime ? "yyyy-MM-dd'T'HH:mm:ss.fffzzz" : "yyyy-MM-dd", CultureInfo.InvariantCulture);
    }
}
