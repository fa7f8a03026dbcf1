using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;

namespace NotionAuth.Conversion;

/// <summary>Query and header values as text: the same on every machine, whatever its culture.</summary>
internal static class QueryText
{
    /// <summary>The texts of a value; a list gives one each, null gives none.</summary>
    public static IEnumerable<string> Of(object? value)
    {
        object? plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (plain is null) yield break;
        if (plain is IEnumerable list and not string)
        {
            foreach (object? item in list) yield return One(item);
            yield break;
        }

        yield return One(plain);
    }

    /// <summary>The text of one value.</summary>
    public static string One(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => string.Empty,
        bool flag => flag ? "true" : "false",
        SwitchParameter flag => flag ? "true" : "false",
        DateTime time => time.ToString("o", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("o", CultureInfo.InvariantCulture),
        object other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? string.Empty,
    };
}
