using System;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Content;

/// <summary>A filter of a query: and, or, and conditions on properties and timestamps.</summary>
internal sealed class RowFilter
{
    private const int MaxNesting = 2;
    private const int MaxParts = 100;
    private readonly Func<JsonElement, bool> _matches;

    private RowFilter(Func<JsonElement, bool> matches) => _matches = matches;

    public bool Matches(JsonElement row) => _matches(row);

    public static RowFilter Parse(JsonNode node, Entity source) => new(Compile(node, source, "body.filter", 0));

    /// <summary>Properties are named by name or by id.</summary>
    public static string NameOf(string nameOrId, Entity source)
    {
        var schema = source.Json["properties"]!.AsObject();
        return schema.ContainsKey(nameOrId)
            ? nameOrId
            : schema.FirstOrDefault(p => Json.StringOf(p.Value!["id"]) == nameOrId).Key
                ?? throw NotionFailure.Validation($"Could not find property with name or id: {nameOrId}");
    }

    public static string TextOf(JsonElement payload) => payload.ValueKind switch
    {
        JsonValueKind.String => payload.GetString()!,
        JsonValueKind.Number => payload.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Array => string.Join(",", payload.EnumerateArray().Select(ItemText)),
        JsonValueKind.Object => ItemText(payload),
        _ => "",
    };

    private static string ItemText(JsonElement item)
    {
        foreach (var name in (ReadOnlySpan<string>)["plain_text", "name", "start", "id"])
        {
            if (item.TryGetProperty(name, out var value))
                return value.GetString() ?? "";
        }

        return "";
    }

    private static Func<JsonElement, bool> Compile(JsonNode? node, Entity source, string path, int depth)
    {
        if (node is not JsonObject filter)
            throw NotionFailure.Field(path, "an object", node);
        foreach (var group in (ReadOnlySpan<string>)["and", "or"])
        {
            if (filter[group] is not JsonArray parts)
                continue;
            if (depth >= MaxNesting)
                throw NotionFailure.Field($"{path}.{group}", "not present", parts);
            if (parts.Count > MaxParts)
                throw NotionFailure.Field($"{path}.{group}.length", $"≤ `{MaxParts}`", parts.Count);
            var compiled = parts.Select((p, i) => Compile(p, source, $"{path}.{group}[{i}]", depth + 1)).ToArray();
            return group == "and" ? row => Array.TrueForAll(compiled, c => c(row)) : row =>
                Array.Exists(compiled, c => c(row));
        }

        if (Json.StringOf(filter["timestamp"]) is { } timestamp)
        {
            var when = Condition(filter[timestamp], $"{path}.{timestamp}");
            return row => Compare(row.GetProperty(timestamp), "date", when.Operator, when.Operand, path);
        }

        if (Json.StringOf(filter["property"]) is not { } property)
            throw NotionFailure.Field($"{path}.or", "defined", null, present: false);
        var name = NameOf(property, source);
        var type = Json.StringOf(source.Json["properties"]![name]!["type"])!;
        var asked = filter.FirstOrDefault(p => p.Key is not ("property" or "type")).Key;
        if (asked != type)
            throw NotionFailure.Validation($"database property {type} does not match filter {asked}");
        var (op, operand) = Condition(filter[type], $"{path}.{type}");
        return row =>
            Compare(row.GetProperty("properties").GetProperty(name).GetProperty(type), type, op, operand, path);
    }

    private static (string Operator, JsonNode? Operand) Condition(JsonNode? node, string path)
    {
        if (node is not JsonObject { Count: > 0 } condition)
            throw NotionFailure.Field(path, "an object", node, node is not null);
        var first = condition.First();
        return (first.Key, first.Value);
    }

    private static bool Compare(JsonElement payload, string type, string op, JsonNode? operand, string path)
    {
        var text = type == "unique_id" ? TextOf(Member(payload, "number")) : TextOf(payload);
        var wanted = Json.StringOf(operand) ?? operand?.ToJsonString() ?? "";
        switch (op)
        {
            case "is_empty":
                return text.Length == 0;
            case "is_not_empty":
                return text.Length > 0;
            case "equals":
                return Same(text, wanted, type);
            case "does_not_equal":
                return !Same(text, wanted, type);
            case "contains":
                return Contains(payload, text, wanted);
            case "does_not_contain":
                return !Contains(payload, text, wanted);
            case "starts_with":
                return text.StartsWith(wanted, StringComparison.OrdinalIgnoreCase);
            case "ends_with":
                return text.EndsWith(wanted, StringComparison.OrdinalIgnoreCase);
        }

        if (text.Length == 0)
            return false;
        var order = IsNumber(type) ? Number(text).CompareTo(Number(wanted)) : Date(text).CompareTo(Date(wanted));
        return op switch
        {
            "greater_than" or "after" => order > 0,
            "less_than" or "before" => order < 0,
            "greater_than_or_equal_to" or "on_or_after" => order >= 0,
            "less_than_or_equal_to" or "on_or_before" => order <= 0,
            _ => throw NotionFailure.Field($"{path}.{type}.{op}", "not present", operand),
        };
    }

    private static bool IsNumber(string type) => type is "number" or "unique_id";

    private static JsonElement Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : default;

    /// <summary>Options are looked for by name; people and pages by id.</summary>
    private static bool IsItem(JsonElement item, string wanted) =>
        ItemText(item) == wanted || (Member(item, "id") is { ValueKind: JsonValueKind.String } id
            && id.GetString() == wanted);

    private static bool Contains(JsonElement payload, string text, string wanted) =>
        payload.ValueKind == JsonValueKind.Array && payload.GetArrayLength() > 0 && !payload[0].TryGetProperty(
            "plain_text", out _)
            ? payload.EnumerateArray().Any(i => IsItem(i, wanted))
            : text.Contains(wanted, StringComparison.OrdinalIgnoreCase);

    private static bool Same(string text, string wanted, string type) => type switch
    {
        _ when IsNumber(type) => text.Length > 0 && Number(text).Equals(Number(wanted)),
        "date" => text.Length > 0 && Date(text) == Date(wanted),
        _ => string.Equals(text, wanted, StringComparison.OrdinalIgnoreCase),
    };

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;

    private static DateTimeOffset Date(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date
            : throw NotionFailure.Validation($"\"{text}\" is not a valid ISO 8601 date.");
}
