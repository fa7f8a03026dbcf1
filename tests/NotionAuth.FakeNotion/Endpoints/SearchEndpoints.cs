using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

internal static class SearchEndpoints
{
    public static void Map(Router router) => router.Map("POST v1/search", Search, Capabilities.ReadContent);

    private static Reply Search(Call call)
    {
        call.AllowQuery();
        call.AllowBody("query", "sort", "filter", "start_cursor", "page_size");
        call.RefuseNull("query", "a string");
        call.RefuseNull("sort", "an object");
        call.RefuseNull("filter", "an object");
        var query = call.OptionalText("query") ?? "";
        var kind = Kind(call);
        var ascending = Ascending(call);

        var found = call.Content.All(e => e.Kind is EntityKind.Page or EntityKind.DataSource
            && !e.InTrash
            && (kind is null || e.Kind == kind)
            && e.Title.Contains(query, StringComparison.OrdinalIgnoreCase)
            && ContentStore.CanSee(call.Bot, e));
        // Stable, so that equal times keep the order of creation.
        var sorted = ascending ? found.OrderBy(e => e.Edited) : found.OrderByDescending(e => e.Edited);
        var shape = call.Shape;
        return Pagination.FromBody(
            call,
            AsIndexed(call, sorted.ToList()),
            e => e.Id,
            e => e.Kind == EntityKind.DataSource
            && shape == Shape.Databases ? e.Parent!.Render(shape) : e.Render(shape),
            shape == Shape.Databases ? "page_or_database" : "page_or_data_source");
    }

    /// <summary>What the index knows of it: it may be late, have gaps, and change between two pages.</summary>
    private static List<Entity> AsIndexed(Call call, List<Entity> found)
    {
        var behavior = call.State.Behavior;
        if (behavior.SearchDelay > TimeSpan.Zero)
        {
            _ = found.RemoveAll(e => e.Created + behavior.SearchDelay > call.Now);
            var signedIn = call.State.Tokens.Where(t => t.BotId == call.Bot.Id).Select(t => t.IssuedAt).LastOrDefault();
            if (signedIn + behavior.SearchDelay > call.Now && found.Count > 0)
                _ = found.Remove(found.MaxBy(e => e.Edited)!);
        }

        if (behavior.SearchLeavesOut > 0)
            found = [.. found.Where((_, i) => (i + 1) % behavior.SearchLeavesOut != 0)];
        if (behavior.SearchChangesWhilePaged && found.Count > 2
            && Ids.TryParse(call.OptionalText("start_cursor"), out var next) && found[^1].Id != next)
            found = [found[^1], .. found[1..^1], found[0]];
        return found;
    }

    private static EntityKind? Kind(Call call)
    {
        if (call.Json["filter"] is not { } node)
            return null;
        var container = call.Shape == Shape.Databases ? "database" : "data_source";
        if (node is not JsonObject filter)
            throw NotionFailure.Field("body.filter", "an object or `undefined`", node);
        if (Json.StringOf(filter["property"]) != "object")
            throw NotionFailure.Field("body.filter.property", "`\"object\"`", filter["property"], filter.ContainsKey(
                "property"));
        var value = Json.StringOf(filter["value"]);
        return value == "page" ? EntityKind.Page
            : value == container ? EntityKind.DataSource
            : throw NotionFailure.Field(
                "body.filter.value", $"`\"page\"` or `\"{container}\"`", filter["value"], filter.ContainsKey("value"));
    }

    private static bool Ascending(Call call)
    {
        if (call.Json["sort"] is not { } node)
            return false;
        if (node is not JsonObject sort)
            throw NotionFailure.Field("body.sort", "an object or `undefined`", node);
        if (Json.StringOf(sort["timestamp"]) != "last_edited_time")
            throw NotionFailure.Field(
                "body.sort.timestamp", "`\"last_edited_time\"`", sort["timestamp"], sort.ContainsKey("timestamp"));
        return Json.StringOf(sort["direction"]) switch
        {
            "ascending" => true,
            "descending" => false,
            _ => throw NotionFailure.Field(
                "body.sort.direction", "`\"ascending\"` or `\"descending\"`", sort["direction"], sort.ContainsKey(
                    "direction")),
        };
    }
}
