using System;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Content;

/// <summary>
/// What Notion computes in a row, as it is when the row is made: times, authors and numbers are those of the row; a
/// formula says its title, and a rollup counts nothing.
/// </summary>
internal static class ComputedValues
{
    public static void Fill(JsonObject page, JsonObject schema, Entity source, ContentStore content)
    {
        var properties = page["properties"]!.AsObject();
        foreach (var (name, property) in schema)
        {
            var type = Json.StringOf(property!["type"])!;
            var computed = type switch
            {
                "created_time" or "last_edited_time" => page[type]!.DeepClone(),
                "created_by" or "last_edited_by" => content.Person(Guid.Parse(Json.StringOf(page[type]!["id"])!)),
                "unique_id" => new JsonObject
                {
                    ["prefix"] = property[type]!["prefix"]?.DeepClone(),
                    ["number"] = source.Children.Count + 1,
                },
                "formula" => new JsonObject
                {
                    ["type"] = "string",
                    ["string"] = PropertyValues.TitleOf(properties),
                },
                "rollup" => new JsonObject { ["type"] = "number", ["number"] = 0, ["function"] = "count" },
                _ => null,
            };
            if (computed is not null)
                properties[name]![type] = computed;
        }
    }
}
