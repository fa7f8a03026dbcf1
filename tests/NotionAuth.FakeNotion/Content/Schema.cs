using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Content;

/// <summary>The properties of a data source: what clients ask for, completed to what Notion answers with.</summary>
internal static class Schema
{
    private static readonly HashSet<string> Types =
    [
        "title", "rich_text", "number", "select", "multi_select", "status", "date", "people", "files", "checkbox",
        "url", "email",
        "phone_number", "relation", "rollup", "formula", "created_time", "created_by", "last_edited_time",
        "last_edited_by", "unique_id",
    ];

    public static JsonObject Create(JsonNode? given, string path)
    {
        if (given is not JsonObject properties)
            throw NotionFailure.Field(path, "an object", given, given is not null);
        var schema = Merge([], properties, path);
        return schema.Count(p => Json.StringOf(p.Value!["type"]) == "title") == 1
            ? schema
            : throw NotionFailure.Validation("Title is not provided.");
    }

    /// <summary>Null removes a property, a name renames it, anything else adds or changes it.</summary>
    public static JsonObject Merge(JsonObject schema, JsonObject given, string path)
    {
        foreach (var (key, node) in given)
        {
            var name = schema.ContainsKey(key)
                ? key : schema.FirstOrDefault(p => Json.StringOf(p.Value!["id"]) == key).Key;
            if (node is not JsonObject wanted)
            {
                if (node is not null)
                    throw NotionFailure.Field($"{path}.{key}", "an object or `null`", node);
                _ = schema.Remove(name ?? throw NotionFailure.Validation(
                    $"Could not find property with name or id: {key}"));
                continue;
            }

            var type = Json.StringOf(wanted["type"]) ?? wanted.FirstOrDefault(p => Types.Contains(p.Key)).Key;
            if (name is not null && Json.StringOf(wanted["name"]) is { } newName && newName != name)
            {
                var renamed = schema[name]!.DeepClone().AsObject();
                renamed["name"] = newName;
                _ = schema.Remove(name);
                schema[newName] = renamed;
                name = newName;
            }

            if (type is null && name is not null)
                continue;
            if (type is null || !Types.Contains(type))
                throw NotionFailure.Field($"{path}.{key}.title", "defined", null, present: false);
            var id = name is null ? null : Json.StringOf(schema[name]!["id"]);
            schema[name ?? key] = Property(name ?? key, type, wanted[type] as JsonObject, id);
        }

        return schema;
    }

    public static JsonObject Property(string name, string type, JsonObject? settings = null, string? id = null)
    {
        var config = settings?.DeepClone().AsObject() ?? [];
        if (type is "select" or "multi_select" or "status")
            config["options"] =
                CheckedOptions(config["options"] as JsonArray ?? (type == "status" ? DefaultStatuses() : []), name);
        if (type == "number")
            config["format"] ??= "number";
        return new JsonObject
        {
            ["id"] = id ?? (type == "title" ? "title" : ShortId(name)),
            ["name"] = name,
            ["description"] = null,
            ["type"] = type,
            [type] = config,
        };
    }

    private static JsonArray CheckedOptions(JsonArray given, string property)
    {
        if (given.Count > 100)
            throw NotionFailure.Field($"body.properties.{property}.options.length", "≤ `100`", given.Count);
        foreach (var option in given)
            CheckOption(Json.StringOf(Json.Member(option, "name")));
        return Options(given, property);
    }

    /// <summary>A comma stands between options.</summary>
    public static void CheckOption(string? name)
    {
        if (name?.Contains(',', StringComparison.Ordinal) == true)
            throw NotionFailure.Validation($"Invalid select option, commas not allowed: {name}");
    }

    private static JsonArray Options(JsonArray given, string property) =>
        [.. given.OfType<JsonObject>().Select(o => new JsonObject
    {
        ["id"] = o["id"]?.DeepClone() ?? Ids.For($"option:{property}:{Json.StringOf(o["name"])}").ToString(),
        ["name"] = o["name"]?.DeepClone(),
        ["color"] = o["color"]?.DeepClone() ?? "default",
        ["description"] = null,
    })];

    private static JsonArray DefaultStatuses() =>
    [
        new JsonObject { ["name"] = "Not started", ["color"] = "default" },
        new JsonObject { ["name"] = "In progress", ["color"] = "blue" },
        new JsonObject { ["name"] = "Done", ["color"] = "green" },
    ];

    /// <summary>
    /// Real property ids are four characters, percent-encoded where they need to be: a trap for clients that encode
    /// twice.
    /// </summary>
    private static string ShortId(string name)
    {
        const string alphabet = "abcdefgh:;|~=@[]{}";
        var bytes = Ids.For("property:" + name).ToByteArray();
        return Uri.EscapeDataString(string.Concat(bytes.Take(4).Select(b => alphabet[b % alphabet.Length])));
    }
}
