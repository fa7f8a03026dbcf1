using System;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Content;

/// <summary>Databases and data sources: how they are made and changed.</summary>
internal static class Containers
{
    public static (Entity Database, Entity Source) NewDatabase(
        Guid author, string timeText, DateTimeOffset time, Entity? parent, Guid id, Guid sourceId, JsonArray title,
        JsonObject schema)
    {
        var json = new JsonObject
        {
            ["object"] = "database",
            ["id"] = id.ToString(),
            ["title"] = title,
            ["description"] = new JsonArray(),
            ["parent"] = Parents.ToJson(parent),
            ["is_inline"] = false,
            ["in_trash"] = false,
            ["is_locked"] = false,
            ["created_time"] = timeText,
            ["last_edited_time"] = timeText,
            ["icon"] = null,
            ["cover"] = null,
            ["url"] = $"https://app.notion.com/p/{id:N}",
            ["public_url"] = null,
        };
        var database = new Entity(EntityKind.Database, id, parent, Json.Bytes(json), RichText.PlainText(title), time);
        return (database, NewSource(author, timeText, time, database, sourceId, title.DeepClone().AsArray(), schema));
    }

    public static Entity NewSource(
        Guid author, string timeText, DateTimeOffset time, Entity database, Guid id, JsonArray title, JsonObject schema)
    {
        var json = new JsonObject
        {
            ["object"] = "data_source",
            ["id"] = id.ToString(),
            ["title"] = title,
            ["description"] = new JsonArray(),
            ["parent"] = Parents.ToJson(database),
            ["database_parent"] = Parents.ToJson(database.Parent),
            ["is_inline"] = false,
            ["in_trash"] = false,
            ["created_time"] = timeText,
            ["last_edited_time"] = timeText,
            ["created_by"] = User.Reference(author),
            ["last_edited_by"] = User.Reference(author),
            ["properties"] = schema,
            ["icon"] = null,
            ["cover"] = null,
            ["url"] = $"https://app.notion.com/p/{id:N}",
            ["public_url"] = null,
        };
        return new Entity(EntityKind.DataSource, id, database, Json.Bytes(json), RichText.PlainText(title), time);
    }

    /// <summary>The members that both can be changed by.</summary>
    public static void Apply(Call call, Entity entity)
    {
        lock (call.Content.Lock)
        {
            Trash.RefuseEdit(entity, Trash.Wanted(call));
            var json = entity.Json;
            foreach (var name in (string[])["title", "description"])
            {
                if (call.Json[name] is { } text)
                    json[name] = RichText.Normalize(text, $"body.{name}");
            }

            foreach (var name in (string[])["icon", "cover"])
            {
                if (call.Json.ContainsKey(name))
                    json[name] = call.Json[name]?.DeepClone();
            }

            foreach (var name in (string[])["is_inline", "is_locked"])
            {
                if (call.OptionalBool(name) is { } flag)
                    json[name] = flag;
            }

            Trash.Set(entity, json, Trash.Wanted(call));
            entity.Title = RichText.PlainText(json["title"]);
            PagesEndpoints.Stamp(call, entity, json);
            entity.Replace(json);
        }
    }

    public static void ApplySchema(Call call, Entity source, JsonObject properties)
    {
        lock (call.Content.Lock)
        {
            var json = source.Json;
            _ = Schema.Merge(json["properties"]!.AsObject(), properties, "body.properties");
            PagesEndpoints.Stamp(call, source, json);
            source.Replace(json);
        }
    }
}
