using System;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Content;

/// <summary>
/// Turns the newest shape into the older ones. Pages and blocks are rewritten as bytes: the fields looked for are
/// written by this program, before any user content, and user content can't contain them because its quotes are
/// escaped.
/// </summary>
internal static class Shaping
{
    public static byte[] Rewrite(Entity entity, byte[] canonical, Shape shape)
    {
        if (shape == Shape.Current || entity.Kind == EntityKind.Comment)
            return canonical;
        var trash = entity.InTrash ? "true" : "false";
        if (entity.Kind == EntityKind.Block)
        {
            var block = Replace(canonical, $"\"in_trash\":{trash},", $"\"archived\":{trash},\"in_trash\":{trash},");
            return Replace(
                block, "\"type\":\"meeting_notes\",\"meeting_notes\":",
                "\"type\":\"transcription\",\"transcription\":");
        }

        var page = Replace(canonical, $"\"in_trash\":{trash},\"is_archived\":false,",
            $"\"archived\":{trash},\"in_trash\":{trash},");
        if (shape == Shape.Databases && entity.IsRow)
        {
            var database = entity.Parent!.Parent!.IdText;
            page = Replace(
                page,
                $"\"parent\":{{\"type\":\"data_source_id\",\"data_source_id\":\"{entity.Parent.IdText}\"," +
                $"\"database_id\":\"{database}\"}}",
                $"\"parent\":{{\"type\":\"database_id\",\"database_id\":\"{database}\"}}");
        }

        return page;
    }

    /// <summary>
    /// Databases and data sources are few and refer to each other, so they are put together at each call.
    /// </summary>
    public static byte[] Container(Entity entity, Shape shape)
    {
        var json = entity.Json;
        if (entity.Kind == EntityKind.Database)
        {
            var sources = entity.Children.ToArray();
            if (shape == Shape.Databases)
                json["properties"] = sources.FirstOrDefault()?.Json["properties"]?.DeepClone() ?? new JsonObject();
            else
                json["data_sources"] =
                    new JsonArray([.. sources.Select(s => new JsonObject { ["id"] = s.IdText, ["name"] = s.Title })]);
        }

        if (shape != Shape.Current)
            json["archived"] = entity.InTrash;
        return Json.Bytes(json);
    }

    public static byte[] AsBlock(Entity entity, Shape shape)
    {
        var json = entity.Json;
        var type = entity.Kind == EntityKind.Page ? "child_page" : "child_database";
        var block = new JsonObject
        {
            ["object"] = "block",
            ["id"] = entity.IdText,
            ["parent"] = json["parent"]?.DeepClone(),
            ["created_time"] = json["created_time"]?.DeepClone(),
            ["last_edited_time"] = json["last_edited_time"]?.DeepClone(),
            ["created_by"] = json["created_by"]?.DeepClone(),
            ["last_edited_by"] = json["last_edited_by"]?.DeepClone(),
            ["has_children"] = entity.Kind == EntityKind.Page && entity.Children.Count > 0,
        };
        if (shape != Shape.Current)
            block["archived"] = entity.InTrash;
        block["in_trash"] = entity.InTrash;
        block["type"] = type;
        block[type] = new JsonObject { ["title"] = entity.Title };
        return Json.Bytes(block);
    }

    private static byte[] Replace(byte[] json, string old, string now)
    {
        var oldBytes = Encoding.UTF8.GetBytes(old);
        var at = json.AsSpan().IndexOf(oldBytes);
        if (at < 0)
            return json;
        var nowBytes = Encoding.UTF8.GetBytes(now);
        var result = new byte[json.Length - oldBytes.Length + nowBytes.Length];
        json.AsSpan(0, at).CopyTo(result);
        nowBytes.CopyTo(result, at);
        json.AsSpan(at + oldBytes.Length).CopyTo(result.AsSpan(at + nowBytes.Length));
        return result;
    }
}
