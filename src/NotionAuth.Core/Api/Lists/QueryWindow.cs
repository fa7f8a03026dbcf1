using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Text.Json;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Api.Lists;

/// <summary>
/// A query that goes on where Notion stopped at 10,000 rows: the same one, for the rows that were created from a time
/// on. Notion's times are rounded to minutes, so the rows of the last minute come again.
/// Source: developers.notion.com/reference/post-database-query-filter (timestamp filters, nesting).
/// </summary>
internal static class QueryWindow
{
    private const string CreatedTime = "created_time";
    private const string Cursor = "start_cursor";

    /// <summary>Whether a query may go on this way, and in which direction its rows come.</summary>
    /// <param name="request">The request.</param>
    /// <returns>Whether the newest row comes first; null where the request's own sorts or filter forbid it.</returns>
    public static bool? IsDescending(NotionRequest request)
    {
        if (request.Method != HttpMethod.Post || NotionEndpoint.Find(request.Path)?.IsRowQuery != true)
            return null;
        if (request.Body is not { Length: > 0 }) return false;
        using JsonDocument? document = JsonText.Parse(request.Body);
        if (document is not { RootElement: { ValueKind: JsonValueKind.Object } body }) return null;
        if (body.TryGetProperty("filter", out JsonElement filter) && !CanHold(filter)) return null;
        if (!body.TryGetProperty("sorts", out JsonElement sorts)) return false;
        if (sorts.ValueKind != JsonValueKind.Array || sorts.GetArrayLength() > 1) return null;
        if (sorts.GetArrayLength() == 0) return false;
        return JsonText.StringOf(sorts[0], "timestamp") != CreatedTime ? null
            : JsonText.StringOf(sorts[0], "direction") switch
            {
                "ascending" => false,
                "descending" => true,
                _ => null,
            };
    }

    /// <summary>Whether a query begins in the middle of its rows.</summary>
    /// <param name="request">The request.</param>
    public static bool HasCursor(NotionRequest request)
    {
        if (request.Body is not { Length: > 0 }) return false;
        using JsonDocument? document = JsonText.Parse(request.Body);
        return document?.RootElement.TryGetProperty(Cursor, out _) == true;
    }

    /// <summary>Makes the request of the rows that come after a time.</summary>
    /// <param name="request">The first request.</param>
    /// <param name="time">The time of the last row that came; null to begin with the first one.</param>
    /// <param name="isDescending">Whether the newest row comes first.</param>
    public static NotionRequest After(NotionRequest request, string? time, bool isDescending)
    {
        using JsonDocument? document = request.Body is { Length: > 0 } body ? JsonText.Parse(body) : null;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            JsonElement? filter = null;
            foreach (JsonProperty member in document?.RootElement.EnumerateObject() ?? default)
            {
                if (member.Name == "filter") filter = member.Value;
                if (member.Name is "filter" or "sorts" or Cursor) continue;
                json.WritePropertyName(member.Name);
                json.WriteRawValue(member.Value.GetRawText(), skipInputValidation: true);
            }

            if (filter is not null || time is not null) WriteFilter(json, filter, time, isDescending);
            json.WriteStartArray("sorts");
            json.WriteStartObject();
            json.WriteString("timestamp", CreatedTime);
            json.WriteString("direction", isDescending ? "descending" : "ascending");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return request with { Body = buffer.ToArray() };
    }

    // Filters are nested in two levels at most.
    private static bool CanHold(JsonElement filter)
    {
        if (filter.ValueKind != JsonValueKind.Object) return false;
        if (filter.TryGetProperty("and", out JsonElement and)) return and.ValueKind == JsonValueKind.Array;
        return !filter.TryGetProperty("or", out JsonElement or)
            || (or.ValueKind == JsonValueKind.Array && !or.EnumerateArray().Any(IsCompound));
    }

    private static bool IsCompound(JsonElement filter) => filter.ValueKind == JsonValueKind.Object
        && (filter.TryGetProperty("and", out _) || filter.TryGetProperty("or", out _));

    private static void WriteFilter(Utf8JsonWriter json, JsonElement? filter, string? time, bool isDescending)
    {
        json.WriteStartObject("filter");
        json.WriteStartArray("and");
        if (filter is { } own)
        {
            IEnumerable<JsonElement> conditions =
                own.TryGetProperty("and", out JsonElement and) ? and.EnumerateArray() : [own];
            foreach (JsonElement condition in conditions)
                json.WriteRawValue(condition.GetRawText(), skipInputValidation: true);
        }

        if (time is not null)
        {
            json.WriteStartObject();
            json.WriteString("timestamp", CreatedTime);
            json.WriteStartObject(CreatedTime);
            json.WriteString(isDescending ? "on_or_before" : "on_or_after", time);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
