using System.Linq;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Content;

/// <summary>
/// What a page shows of its relations, people and mentions: 25 of each property. The rest is read as a list of items.
/// </summary>
internal static class References
{
    private const int MostShown = 25;

    /// <summary>The page as it is shown; null where nothing of it is cut.</summary>
    public static JsonObject? Cut(JsonObject page)
    {
        if (page["properties"] is not JsonObject properties)
            return null;
        var cut = properties.Where(p => IsTooLong(p.Value)).Select(p => p.Key).ToList();
        if (cut.Count == 0)
            return null;
        var shown = page.DeepClone().AsObject();
        foreach (var name in cut)
        {
            var property = shown["properties"]![name]!.AsObject();
            var type = Json.StringOf(property["type"])!;
            var left = MostShown;
            property[type] = new JsonArray([.. property[type]!.AsArray()
                .Where(i => !IsReference(type, i) || left-- > 0).Select(i => i!.DeepClone())]);
            property["has_more"] = true;
        }

        return shown;
    }

    private static bool IsTooLong(JsonNode? property) =>
        Json.StringOf(Json.Member(property, "type")) is { } type && property![type] is JsonArray items
        && items.Count(i => IsReference(type, i)) > MostShown;

    private static bool IsReference(string type, JsonNode? item) => type is "people" or "relation"
        || (type is "title" or "rich_text" && Json.StringOf(Json.Member(item, "type")) == "mention");
}
