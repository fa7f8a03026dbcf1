using System;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Content;

/// <summary>The parent member of an object.</summary>
internal static class Parents
{
    public static JsonObject ToJson(Entity? parent) => parent?.Kind switch
    {
        null => new() { ["type"] = "workspace", ["workspace"] = true },
        EntityKind.DataSource => new()
        {
            ["type"] = "data_source_id",
            ["data_source_id"] = parent.IdText,
            ["database_id"] = parent.Parent!.IdText,
        },
        EntityKind.Database => new() { ["type"] = "database_id", ["database_id"] = parent.IdText },
        EntityKind.Page => new() { ["type"] = "page_id", ["page_id"] = parent.IdText },
        _ => new() { ["type"] = "block_id", ["block_id"] = parent.IdText },
    };

    public static Guid Id(JsonObject parent, string name) => Ids.TryParse(Json.StringOf(parent[name]), out var id)
        ? id
        : throw NotionFailure.Field($"body.parent.{name}", "a valid uuid", parent[name]);
}
