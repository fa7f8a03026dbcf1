using System.Linq;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

internal static class BlocksEndpoints
{
    public static void Map(Router router)
    {
        router.Map("GET v1/blocks/{block_id}", Retrieve, Capabilities.ReadContent);
        router.Map("PATCH v1/blocks/{block_id}", Update, Capabilities.UpdateContent);
        router.Map("DELETE v1/blocks/{block_id}", Delete, Capabilities.UpdateContent);
        router.Map("GET v1/blocks/{block_id}/children", Children, Capabilities.ReadContent);
        router.Map("PATCH v1/blocks/{block_id}/children", Append, Capabilities.InsertContent);
    }

    private static Reply Retrieve(Call call)
    {
        call.AllowQuery();
        return Reply.Object(call, call.Content.GetBlock(call.Bot, call.Id("block_id")).RenderAsBlock(call.Shape));
    }

    private static Reply Children(Call call)
    {
        call.AllowQuery("start_cursor", "page_size");
        var parent = call.Content.GetBlock(call.Bot, call.Id("block_id"));
        var children = parent.Kind == EntityKind.Database ? [] : call.Content.ChildrenOf(parent);
        return Pagination.FromQuery(call, children, b => b.Id, b => b.RenderAsBlock(call.Shape), "block");
    }

    private static Reply Append(Call call)
    {
        call.AllowQuery();
        var current = call.Shape == Shape.Current;
        call.AllowBody("children", current ? "position" : "after");
        var parent = call.Content.GetBlock(call.Bot, call.Id("block_id"));
        if (parent.Kind == EntityKind.Database)
            throw NotionFailure.Validation("Block does not support children.");
        Trash.RefuseEdit(parent);
        if (!call.Json.ContainsKey("children"))
            throw NotionFailure.Field("body.children", "defined", null, present: false);
        Attachments.Attach(call);
        var drafts = Blocks.Read(call, call.Json["children"], "body.children");
        var added = Blocks.Append(call, parent, drafts, current ? Position(call, parent) : After(call, parent,
            "body.after", call.Json["after"]));
        return Pagination.FromQuery(call, added, b => b.Id, b => b.RenderAsBlock(call.Shape), "block")
            .WithChildren(parent.IdText, added.Select(b => b.IdText));
    }

    private static int? Position(Call call, Entity parent)
    {
        if (call.Json["position"] is not { } node)
            return null;
        return Json.StringOf((node as JsonObject)?["type"]) switch
        {
            "start" => 0,
            "end" => null,
            "after_block" =>
                After(call, parent, "body.position.after_block.id", Json.Member(node["after_block"], "id") ?? ""),
            _ => throw NotionFailure.Field(
                "body.position.type", "`\"after_block\"`, `\"start\"`, or `\"end\"`", Json.Member(node, "type")),
        };
    }

    private static int? After(Call call, Entity parent, string path, JsonNode? node)
    {
        if (node is null)
            return null;
        if (!Ids.TryParse(Json.StringOf(node), out var id))
            throw NotionFailure.Field(path, "a valid uuid", node);
        lock (call.Content.Lock)
        {
            var at = parent.Children.FindIndex(c => c.Id == id);
            return at >= 0 ? at + 1 : throw NotionFailure.Validation(
                $"Block to append after with ID {id} is not a child of {parent.IdText}.");
        }
    }

    private static Reply Update(Call call)
    {
        call.AllowQuery();
        var block = call.Content.GetBlock(call.Bot, call.Id("block_id"));
        Attachments.Attach(call);
        lock (call.Content.Lock)
        {
            Trash.RefuseEdit(block, Trash.Wanted(call));
            var json = block.Json;
            var type = Json.StringOf(json["type"]);
            foreach (var (key, value) in call.Json)
            {
                if (key is "in_trash" or "type" or "object" || (key == "archived" && call.Shape != Shape.Current))
                    continue;
                if (key != type || value is not JsonObject given)
                    throw NotionFailure.Field($"body.{key}", "not present", value);
                Merge(json[type]!.AsObject(), type, given);
            }

            Trash.Set(block, json, Trash.Wanted(call));
            PagesEndpoints.Stamp(call, block, json);
            block.Replace(json);
        }

        return Reply.Object(call, block.RenderAsBlock(call.Shape), committedId: block.IdText);
    }

    private static void Merge(JsonObject payload, string type, JsonObject given)
    {
        var whole = payload.DeepClone().AsObject();
        foreach (var (name, value) in given)
            whole[name] = value?.DeepClone();
        foreach (var (name, value) in Blocks.Payload(type, whole, $"body.{type}"))
            payload[name] = value?.DeepClone();
    }

    private static Reply Delete(Call call)
    {
        call.AllowQuery();
        var block = call.Content.GetBlock(call.Bot, call.Id("block_id"));
        lock (call.Content.Lock)
        {
            Trash.RefuseEdit(block);
            var json = block.Json;
            Trash.Set(block, json, true);
            PagesEndpoints.Stamp(call, block, json);
            block.Replace(json);
        }

        return Reply.Object(call, block.RenderAsBlock(call.Shape), committedId: block.IdText);
    }
}
