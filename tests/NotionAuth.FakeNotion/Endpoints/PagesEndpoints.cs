using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

internal static class PagesEndpoints
{
    public static void Map(Router router)
    {
        router.Map("POST v1/pages", Create, Capabilities.InsertContent);
        router.Map("GET v1/pages/{page_id}", Retrieve, Capabilities.ReadContent);
        router.Map("PATCH v1/pages/{page_id}", Update, Capabilities.UpdateContent);
        router.Map("POST v1/pages/{page_id}/move", Move, Capabilities.UpdateContent);
        router.Map("GET v1/pages/{page_id}/properties/{property_id}", Property, Capabilities.ReadContent);
    }

    private static Reply Retrieve(Call call)
    {
        call.AllowQuery("filter_properties");
        var page = call.Content.GetPage(call.Bot, call.Id("page_id"));
        var wanted = call.Query.TryGetValue("filter_properties", out var ids) ? ids.ToArray() : [];
        return wanted.Length == 0
            ? Reply.Object(call, page.Render(call.Shape))
            : Reply.Json(call, WithOnly(Json.Parse(page.Render(call.Shape)), wanted!));
    }

    /// <summary>A page with those of its properties that were asked for, by id or by name.</summary>
    internal static JsonObject WithOnly(JsonObject page, IReadOnlyCollection<string> wanted)
    {
        var properties = page["properties"]!.AsObject();
        foreach (var (name, value) in properties.ToArray())
        {
            if (!wanted.Contains(name) && !wanted.Contains(Json.StringOf(value!["id"])!))
                _ = properties.Remove(name);
        }

        return page;
    }

    private static Reply Create(Call call)
    {
        call.AllowQuery();
        call.AllowBody("parent", "properties", "icon", "cover", "children", "content", "markdown", "template",
            "position", "after", "allow_async");
        if (call.OptionalBool("allow_async") == true && !call.Json.ContainsKey("markdown"))
            throw NotionFailure.Field("body.markdown", "defined", null, present: false);
        Attachments.Attach(call);
        var parent = FindParent(call);
        if (parent is not null)
            Trash.RefuseEdit(parent);
        var json = NewPage(call, Ids.For($"page:{Guid.NewGuid()}"), parent);
        var given = call.Json["properties"];
        if (given is not (null or JsonObject))
            throw NotionFailure.Field("body.properties", "an object", given);
        if (parent?.Kind == EntityKind.DataSource)
        {
            lock (call.Content.Lock)
            {
                var source = parent.Json;
                json["properties"] = PropertyValues.ForNewRow(
                    given as JsonObject ?? [], source["properties"]!.AsObject(), call.Content);
                ComputedValues.Fill(json, source["properties"]!.AsObject(), parent, call.Content);
                parent.Replace(source);
            }
        }
        else
        {
            json["properties"] = PropertyValues.TitleOnly(given);
        }

        json["url"] =
            $"https://app.notion.com/p/{Json.StringOf(json["id"])!.Replace("-", "", StringComparison.Ordinal)}";
        json["public_url"] = null;
        var blocks = Blocks.Read(call, call.Json["children"] ?? call.Json["content"], "body.children");
        var page = new Entity(
            EntityKind.Page,
            Guid.Parse(Json.StringOf(json["id"])!),
            parent,
            Json.Bytes(json),
            PropertyValues.TitleOf(json["properties"]!.AsObject()),
            call.Now);
        page.Replace(json);
        call.Content.Add(page);
        if (parent is null)
            call.Bot.ShareAlso(page.Id);
        var added = Blocks.Append(call, page, blocks, null);
        if (call.OptionalText("markdown") is { } markdown)
            added = Blocks.Append(call, page, Markdown.ToBlocks(markdown), null);
        var reply = Reply.Object(call, page.Render(call.Shape), committedId: page.IdText);
        return AsyncTasksEndpoints.Answer(
            call, added.Count == 0 ? reply : reply.WithChildren(page.IdText, added.Select(b => b.IdText)));
    }

    private static JsonObject NewPage(Call call, Guid id, Entity? parent)
    {
        var me = User.Reference(call.Bot.Id);
        return new JsonObject
        {
            ["object"] = "page",
            ["id"] = id.ToString(),
            ["created_time"] = call.NowText,
            ["last_edited_time"] = call.NowText,
            ["created_by"] = me,
            ["last_edited_by"] = me.DeepClone(),
            ["cover"] = call.Json["cover"]?.DeepClone(),
            ["icon"] = call.Json["icon"]?.DeepClone(),
            ["parent"] = Parents.ToJson(parent),
            ["in_trash"] = false,
            ["is_archived"] = false,
            ["is_locked"] = false,
        };
    }

    private static Entity? FindParent(Call call)
    {
        var parent = call.RequiredObject("parent");
        var named = parent.FirstOrDefault(p => p.Key != "type").Key ?? "";
        switch (named)
        {
            case "workspace" when call.Bot.Integration.Kind != IntegrationKind.Internal:
                return null;
            case "workspace":
                throw NotionFailure.Validation(
                    "Internal integrations aren't owned by a single user, so creating workspace-level private pages " +
                    "is not supported.");
            case "page_id":
                return call.Content.Get(call.Bot, Parents.Id(parent, named), EntityKind.Page);
            case "data_source_id" when call.Version.HasDataSources:
                return call.Content.Get(call.Bot, Parents.Id(parent, named), EntityKind.DataSource);
            case "database_id":
                var sources =
                    call.Content.ChildrenOf(call.Content.Get(call.Bot, Parents.Id(parent, named), EntityKind.Database));
                return sources.Length == 1
                    ? sources[0]
                    : throw NotionFailure.Validation(
                        "Databases with multiple data sources are not supported: name the data source.");
            default:
                throw NotionFailure.Field("body.parent.page_id", "defined", null, present: false);
        }
    }

    private static Reply Update(Call call)
    {
        call.AllowQuery();
        Attachments.Attach(call);
        Trash.AllowBody(call, "properties", "icon", "cover", "is_locked", "is_archived", "template", "erase_content");
        var page = call.Content.GetPage(call.Bot, call.Id("page_id"));
        lock (call.Content.Lock)
        {
            var json = page.Json;
            var trash = Trash.Wanted(call);
            Trash.RefuseEdit(page, trash);
            if (call.Json["properties"] is { } given)
            {
                var changed = given as JsonObject ?? throw NotionFailure.Field("body.properties",
                    "an object or `undefined`", given);
                UpdateProperties(call, page, json, changed);
            }

            foreach (var name in (string[])["icon", "cover"])
            {
                if (call.Json.ContainsKey(name))
                    json[name] = call.Json[name]?.DeepClone();
            }

            if (call.OptionalBool("is_locked") is { } locked)
                json["is_locked"] = locked;
            if (call.OptionalBool("erase_content") == true)
                page.Children.Clear();
            Trash.Set(page, json, trash);
            Stamp(call, page, json);
            page.Replace(json);
        }

        return Reply.Object(call, page.Render(call.Shape), committedId: page.IdText);
    }

    private static void UpdateProperties(Call call, Entity page, JsonObject json, JsonObject given)
    {
        if (page.IsRow)
        {
            var source = page.Parent!.Json;
            _ = PropertyValues.Merge(
                json["properties"]!.AsObject(), given, source["properties"]!.AsObject(), call.Content);
            page.Parent.Replace(source);
        }
        else if (given.Count > 0)
        {
            json["properties"] = PropertyValues.TitleOnly(given);
        }

        page.Title = PropertyValues.TitleOf(json["properties"]!.AsObject());
    }

    internal static void Stamp(Call call, Entity entity, JsonObject json)
    {
        json["last_edited_time"] = call.NowText;
        if (json.ContainsKey("last_edited_by"))
            json["last_edited_by"] = User.Reference(call.Bot.Id);
        entity.Edited = call.Now;
    }

    private static Reply Move(Call call)
    {
        call.AllowQuery();
        call.AllowBody("parent");
        var page = call.Content.GetPage(call.Bot, call.Id("page_id"));
        var parent = FindParent(call)
            ?? throw NotionFailure.Field("body.parent.page_id", "defined", null, present: false);
        Trash.RefuseEdit(page);
        Trash.RefuseEdit(parent);
        for (var at = parent; at is not null; at = at.Parent)
        {
            if (at == page)
                throw NotionFailure.Validation("A page can not be moved into itself.");
        }

        lock (call.Content.Lock)
        {
            call.Content.Move(page, parent);
            var json = page.Json;
            json["parent"] = Parents.ToJson(parent);
            Stamp(call, page, json);
            page.Replace(json);
        }

        return Reply.Object(call, page.Render(call.Shape), committedId: page.IdText);
    }

    /// <summary>Rich text, people and relations come as lists of items; the rest as one item.</summary>
    private static Reply Property(Call call)
    {
        call.AllowQuery("start_cursor", "page_size");
        var page = call.Content.GetPage(call.Bot, call.Id("page_id"));
        var wanted = call.Args["property_id"];
        var value = page.Json["properties"]!.AsObject()
            .Select(p => p.Value!.AsObject())
            .FirstOrDefault(p => Matches(Json.StringOf(p["id"])!, wanted))
            ?? throw NotionFailure.NotFound("property", wanted, call.Bot);
        var type = Json.StringOf(value["type"])!;
        var id = Json.StringOf(value["id"])!;
        if (type is not ("title" or "rich_text" or "people" or "relation"))
        {
            value.Insert(0, "object", "property_item");
            return Reply.Json(call, value);
        }

        var items = value[type]!.AsArray()
            .Select((item, i) => (Ids.For($"{page.IdText}:{id}:{i}"), Json.Bytes(new JsonObject
            {
                ["object"] = "property_item",
                ["id"] = id,
                ["type"] = type,
                [type] = item!.DeepClone(),
            }))).ToList();
        var list = Pagination.FromQuery(call, items, i => i.Item1, i => i.Item2, "property_item");
        var json = Json.Parse(list.ToArray());
        json["property_item"] = new JsonObject
        {
            ["id"] = id,
            ["next_url"] = null,
            ["type"] = type,
            [type] = new JsonObject(),
        };
        if (Json.StringOf(json["next_cursor"]) is { } cursor)
            json["property_item"]!["next_url"] =
                $"{call.State.BaseUri}{call.Record.Path.TrimStart('/')}?start_cursor={cursor}";
        _ = json.Remove("request_id");
        return Reply.Json(call, json);
    }

    /// <summary>
    /// Property ids are given out percent-encoded; clients send them as they are or encoded once more.
    /// </summary>
    private static bool Matches(string id, string wanted) =>
        id == wanted || Uri.UnescapeDataString(id) == Uri.UnescapeDataString(wanted);
}
