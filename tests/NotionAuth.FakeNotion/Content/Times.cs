using System;
using System.Globalization;

namespace NotionAuth.FakeNotion.Content;

internal static class Times
{
    public static string ToMinute(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:00.000'Z'", CultureInfo.InvariantCulture);

    public static string ToMilliseconds(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
