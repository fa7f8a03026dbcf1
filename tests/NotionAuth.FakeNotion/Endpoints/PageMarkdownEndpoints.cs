using System;
using System.Linq;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

internal static class PageMarkdownEndpoints
{
    public static void Map(Router router)
    {
        router.Map("GET v1/pages/{page_id}/markdown", Retrieve, Capabilities.ReadContent);
        router.Map("PATCH v1/pages/{page_id}/markdown", Update, Capabilities.UpdateContent);
    }

    private static Reply Retrieve(Call call)
    {
        call.AllowQuery("include_transcript");
        return Answer(call, call.Content.Get(call.Bot, call.Id("page_id"), EntityKind.Page));
    }

    private static Reply Update(Call call)
    {
        call.AllowQuery();
        call.AllowBody("type", "insert_content", "replace_content", "update_content", "allow_async");
        var page = call.Content.Get(call.Bot, call.Id("page_id"), EntityKind.Page);
        Trash.RefuseEdit(page);
        var type = call.RequiredText("type");
        switch (type)
        {
            case "insert_content":
                _ = Blocks.Append(
                    call, page, Markdown.ToBlocks(Text(call.RequiredObject(type), type, "content")), null);
                break;
            case "replace_content":
                Replace(call, page, Text(call.RequiredObject(type), type, "new_str"));
                break;
            case "update_content":
                Replace(call, page, Edited(call, page));
                break;
            default:
                throw NotionFailure.Field(
                    "body.type", "`\"insert_content\"`, `\"replace_content\"`, or `\"update_content\"`", type);
        }

        return AsyncTasksEndpoints.Answer(call, Answer(call, page));
    }

    private static string Edited(Call call, Entity page)
    {
        var markdown = Markdown.FromBlocks(call.Content.ChildrenOf(page));
        foreach (var edit in call.RequiredObject("update_content")["content_updates"] as JsonArray ?? [])
        {
            var old = Text(edit as JsonObject ?? [], "update_content.content_updates", "old_str");
            if (!markdown.Contains(old, StringComparison.Ordinal))
                throw NotionFailure.Validation($"Could not find the text to replace: {old}");
            markdown = markdown.Replace(
                old, Text(edit!.AsObject(), "update_content.content_updates", "new_str"), StringComparison.Ordinal);
        }

        return markdown;
    }

    private static void Replace(Call call, Entity page, string markdown)
    {
        lock (call.Content.Lock)
        {
            foreach (var block in page.Children.Where(c => c.Kind == EntityKind.Block).ToArray())
                call.Content.Remove(block);
            _ = Blocks.Append(call, page, Markdown.ToBlocks(markdown), null);
        }
    }

    private static string Text(JsonObject json, string of, string name) => Json.StringOf(json[name])
        ?? throw NotionFailure.Field($"body.{of}.{name}", "a string", json[name], json.ContainsKey(name));

    private static Reply Answer(Call call, Entity page) => Reply.Json(call, new JsonObject
    {
        ["object"] = "page_markdown",
        ["id"] = page.IdText,
        ["markdown"] = Markdown.FromBlocks(call.Content.ChildrenOf(page)),
        ["truncated"] = false,
        ["unknown_block_ids"] = new JsonArray(),
    });
}
