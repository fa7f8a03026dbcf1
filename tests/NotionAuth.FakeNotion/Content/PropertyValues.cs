using System;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Content;

/// <summary>
/// A page's property values: checked against the data source's schema and put in the form Notion answers with.
/// </summary>
internal static class PropertyValues
{
    // Of people, relations and options.
    private const int MaxItems = 100;

    /// <summary>All properties of a new row: those given, and the others empty.</summary>
    public static JsonObject ForNewRow(JsonObject given, JsonObject schema, ContentStore content)
    {
        var values = new JsonObject();
        var written = Merge(new JsonObject(), given, schema, content);
        foreach (var (name, node) in schema)
        {
            var property = node!.AsObject();
            values[name] = written[name]?.DeepClone() ?? Value(property, Empty(Type(property)));
        }

        return values;
    }

    /// <summary>The properties with those given replaced; a property may be named by its id too.</summary>
    public static JsonObject Merge(JsonObject existing, JsonObject given, JsonObject schema, ContentStore content)
    {
        foreach (var (key, node) in given)
        {
            var name = schema.ContainsKey(key)
                ? key : schema.FirstOrDefault(p => Json.StringOf(p.Value!["id"]) == key).Key
                ?? throw NotionFailure.Validation($"{key} is not a property that exists.");
            var property = schema[name]!.AsObject();
            existing[name] = Value(property, Read(property, node, $"body.properties.{key}", content));
        }

        return existing;
    }

    /// <summary>A page that isn't a row has a title and nothing else.</summary>
    public static JsonObject TitleOnly(JsonNode? given)
    {
        var title = new JsonArray();
        foreach (var (key, node) in given as JsonObject ?? [])
        {
            if (key != "title")
                throw NotionFailure.Validation($"{key} is not a property that exists.");
            title = RichText.Normalize(node is JsonObject value ? value["title"] : node, "body.properties.title.title");
        }

        return new JsonObject
        {
            ["title"] = new JsonObject { ["id"] = "title", ["type"] = "title", ["title"] = title }
        };
    }

    public static string TitleOf(JsonObject properties)
    {
        foreach (var (_, value) in properties)
        {
            if (Json.StringOf(value?["type"]) == "title")
                return RichText.PlainText(value!["title"]);
        }

        return "";
    }

    private static string Type(JsonObject property) => Json.StringOf(property["type"])!;

    private static JsonObject Value(JsonObject property, JsonNode? value) => new()
    {
        ["id"] = property["id"]!.DeepClone(),
        ["type"] = Type(property),
        [Type(property)] = value,
    };

    private static JsonNode? Empty(string type) => type switch
    {
        "title" or "rich_text" or "multi_select" or "people" or "relation" or "files" => new JsonArray(),
        "checkbox" => false,
        _ => null,
    };

    private static JsonNode? Read(JsonObject property, JsonNode? node, string path, ContentStore content)
    {
        var type = Type(property);
        if (node is not JsonObject outer)
            throw NotionFailure.Field(path, "an object", node);
        if (!outer.ContainsKey(type))
            throw NotionFailure.Validation($"{Json.StringOf(property["name"])} is expected to be {type}.");
        var value = outer[type];
        var at = $"{path}.{type}";
        return type switch
        {
            "title" or "rich_text" => RichText.Normalize(value, at),
            "number" => Scalar(value, at, "a number", JsonValueKind.Number),
            "checkbox" => Json.BoolOf(value) is { } flag ? flag : throw NotionFailure.Field(at, "a boolean", value),
            "url" => Limited(value, at, 2000),
            "email" or "phone_number" => Limited(value, at, 200),
            "select" => value is null ? null : Option(property, type, value, at, mayAdd: true),
            "status" => value is null ? null : Option(property, type, value, at, mayAdd: false),
            "multi_select" =>
                new JsonArray([.. Items(value, at).Select(v => Option(property, type, v, at, mayAdd: true))]),
            "date" => value is null ? null : DateValue.Read(value, at),
            "people" => new JsonArray([.. Items(value, at).Select(v => content.Person(Reference(v, at)))]),
            "relation" => new JsonArray([.. Items(value, at).Select(v => Related(Reference(v, at), content))]),
            "files" => value is JsonArray ? value.DeepClone() : throw NotionFailure.Field(at, "an array", value),
            _ => throw NotionFailure.Validation(
                $"{Json.StringOf(property["name"])} can not be written: its type is {type}."),
        };
    }

    private static JsonNode? Scalar(JsonNode? value, string path, string expectation, JsonValueKind kind)
    {
        if (value is null)
            return null;
        return value.GetValueKind() == kind ? value.DeepClone() : throw NotionFailure.Field(path, expectation +
            " or `null`", value);
    }

    private static JsonNode? Limited(JsonNode? value, string path, int length) =>
        Scalar(value, path, "a string", JsonValueKind.String) is not { } text ? null
            : Json.StringOf(text)!.Length <= length ? text
            : throw NotionFailure.Field($"{path}.length", $"≤ `{length}`", Json.StringOf(text)!.Length);

    private static JsonArray Items(JsonNode? value, string path)
    {
        var items = value as JsonArray ?? throw NotionFailure.Field(path, "an array", value);
        return items.Count <= MaxItems
            ? items : throw NotionFailure.Field($"{path}.length", $"≤ `{MaxItems}`", items.Count);
    }

    /// <summary>A select gains the options it is given; a status has those it has.</summary>
    private static JsonObject Option(JsonObject property, string type, JsonNode? value, string path, bool mayAdd)
    {
        var name = Json.StringOf(Json.Member(value, "name"));
        var id = Json.StringOf(Json.Member(value, "id"));
        if (name is null && id is null)
            throw NotionFailure.Field(path + ".name", "defined", null, present: false);
        var options = property[type]!["options"]!.AsArray();
        var option = options.FirstOrDefault(o => id is not null ? Json.StringOf(o!["id"]) == id : Json.StringOf(o![
            "name"]) == name);
        if (option is null)
        {
            if (!mayAdd || name is null)
                throw NotionFailure.Validation(
                    $"{type} option \"{name ?? id}\" not found for property \"{Json.StringOf(property["name"])}\".");
            Schema.CheckOption(name);
            options.Add(option = new JsonObject
            {
                ["id"] = Guid.NewGuid().ToString(),
                ["name"] = name,
                ["color"] =
                "default"
            });
        }

        return new JsonObject
        {
            ["id"] = option["id"]!.DeepClone(),
            ["name"] = option["name"]!.DeepClone(),
            ["color"] = option["color"]!.DeepClone(),
        };
    }

    private static Guid Reference(JsonNode? value, string path) =>
        Ids.TryParse(Json.StringOf(Json.Member(value, "id")), out var id)
        ? id
        : throw NotionFailure.Field(
            path + ".id", "a valid uuid", Json.Member(value, "id"), Json.Member(value, "id") is not null);

    private static JsonObject Related(Guid id, ContentStore content) => content.Find(id)?.Kind == EntityKind.Page
        ? new JsonObject { ["id"] = id.ToString() }
        : throw NotionFailure.Validation($"Could not find page with ID: {id}.");
}
