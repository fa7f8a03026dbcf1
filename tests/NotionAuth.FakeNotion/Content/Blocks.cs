using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Content;

/// <summary>A block that was asked for and isn't there yet.</summary>
internal sealed record BlockDraft(string Type, JsonObject Payload, IReadOnlyList<BlockDraft> Children);

/// <summary>Makes blocks out of what clients send.</summary>
internal static class Blocks
{
    private const int MaxChildren = 100;
    private const int MaxDepth = 2;
    private const int MaxInAll = 1000;

    private static readonly HashSet<string> WithRichText =
    [
        "paragraph", "heading_1", "heading_2", "heading_3", "heading_4", "bulleted_list_item", "numbered_list_item",
        "quote", "to_do",
        "toggle", "callout", "code", "template",
    ];

    private static readonly HashSet<string> Others =
    [
        "divider", "breadcrumb", "table_of_contents", "equation", "bookmark", "embed", "image", "video", "pdf", "file",
        "audio", "table",
        "table_row", "column_list", "column", "synced_block", "link_to_page", "tab",
    ];

    public static bool IsKnown(string type) => WithRichText.Contains(type) || Others.Contains(type);

    public static List<BlockDraft> Read(Call call, JsonNode? node, string path, int depth = 0)
    {
        if (node is null)
            return [];
        if (node is not JsonArray items)
            throw NotionFailure.Field(path, "an array", node);
        if (items.Count > MaxChildren)
            throw NotionFailure.Field(path + ".length", $"≤ `{MaxChildren}`", items.Count);
        if (depth > MaxDepth)
            throw NotionFailure.Field(path, "not present", items);
        List<BlockDraft> drafts = [.. items.Select((item, i) => ReadOne(call, item, $"{path}[{i}]", depth))];
        if (depth == 0 && drafts.Sum(Count) is > MaxInAll and var count)
            throw NotionFailure.Validation(
                $"body failed validation: {path} should have ≤ `{MaxInAll}` blocks in all, instead had `{count}`.");
        return drafts;
    }

    public static JsonObject Payload(string type, JsonObject given, string path)
    {
        var payload = given.DeepClone().AsObject();
        _ = payload.Remove("children");
        if (WithRichText.Contains(type))
        {
            payload["rich_text"] = RichText.Normalize(given["rich_text"], $"{path}.rich_text");
            if (type != "code")
                payload["color"] ??= "default";
            if (type == "to_do")
                payload["checked"] ??= false;
            if (type.StartsWith("heading_", StringComparison.Ordinal))
                payload["is_toggleable"] ??= false;
        }

        if (payload["caption"] is { } caption)
            payload["caption"] = RichText.Normalize(caption, $"{path}.caption");
        if (payload["url"] is { } url && Json.StringOf(url) is null)
            throw NotionFailure.Field($"{path}.url", "a string", url);
        foreach (var (of, at) in ((JsonNode?, string)[])[(payload, ""), (payload["external"], ".external")])
        {
            if (Json.StringOf(Json.Member(of, "url")) is { Length: > 2000 } text)
                throw NotionFailure.Field($"{path}{at}.url.length", "≤ `2000`", text.Length);
        }

        return payload;
    }

    /// <summary>Adds the blocks, nested ones too, and gives back those of the first level.</summary>
    public static List<Entity> Append(Call call, Entity parent, IReadOnlyList<BlockDraft> drafts, int? at)
    {
        var added = new List<Entity>();
        if (drafts.Count == 0)
            return added;
        lock (call.Content.Lock)
        {
            CheckPlan(call, drafts.Count);
            foreach (var draft in drafts)
            {
                var block = Create(call.Bot.Id, call.NowText, call.Now, parent, draft);
                call.Content.Add(block, at++);
                _ = Append(call, block, draft.Children, null);
                added.Add(block);
            }

            if (parent.Kind == EntityKind.Block)
            {
                var json = parent.Json;
                json["has_children"] = true;
                parent.Replace(json);
            }
        }

        return added;
    }

    private static void CheckPlan(Call call, int more)
    {
        if (call.State.Behavior.BlockLimit is not { } limit
            || call.Content.All(e => e.Kind == EntityKind.Block && !e.InTrash).Length + more <= limit)
            return;
        throw new NotionFailure(
            403, "restricted_resource", "Your workspace has reached the block limit of its plan.",
            new JsonObject { ["block_limit"] = limit });
    }

    public static Entity Create(
        Guid author, string timeText, DateTimeOffset time, Entity parent, BlockDraft draft, Guid? id = null)
    {
        var blockId = id ?? Guid.NewGuid();
        var json = new JsonObject
        {
            ["object"] = "block",
            ["id"] = blockId.ToString(),
            ["parent"] = Parents.ToJson(parent),
            ["created_time"] = timeText,
            ["last_edited_time"] = timeText,
            ["created_by"] = User.Reference(author),
            ["last_edited_by"] = User.Reference(author),
            ["has_children"] = draft.Children.Count > 0,
            ["in_trash"] = false,
            ["type"] = draft.Type,
            [draft.Type] = draft.Payload,
        };
        return new Entity(EntityKind.Block, blockId, parent, Json.Bytes(json), "", time);
    }

    private static int Count(BlockDraft draft) => 1 + draft.Children.Sum(Count);

    private static BlockDraft ReadOne(Call call, JsonNode? node, string path, int depth)
    {
        if (node is not JsonObject block)
            throw NotionFailure.Field(path, "an object", node);
        var type = Json.StringOf(block["type"]) ?? block.FirstOrDefault(p => IsKnown(p.Key)).Key;
        if (type is null || !IsKnown(type) || block[type] is not JsonObject given)
            throw NotionFailure.Field($"{path}.{type ?? "paragraph"}", "defined", null, present: false);
        foreach (var (key, value) in block)
        {
            if (key != type && key is not ("object" or "type" or "children"))
                throw NotionFailure.Field($"{path}.{key}", "not present", value);
        }

        var children = given["children"] ?? block["children"];
        return new BlockDraft(
            type, Payload(type, given, $"{path}.{type}"), Read(call, children, $"{path}.{type}.children", depth + 1));
    }
}
