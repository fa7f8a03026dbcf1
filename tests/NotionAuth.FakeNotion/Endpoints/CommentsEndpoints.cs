using System;
using System.Linq;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

internal static class CommentsEndpoints
{
    public static void Map(Router router)
    {
        router.Map("GET v1/comments", List, Capabilities.ReadComments);
        router.Map("POST v1/comments", Create, Capabilities.InsertComments);
        router.Map("GET v1/comments/{comment_id}", Retrieve, Capabilities.ReadComments);
        router.Map("PATCH v1/comments/{comment_id}", Update, Capabilities.InsertComments);
        router.Map("DELETE v1/comments/{comment_id}", Delete, Capabilities.InsertComments);
    }

    private static Reply List(Call call)
    {
        call.AllowQuery("block_id", "start_cursor", "page_size");
        var text = call.QueryText("block_id")
            ?? throw NotionFailure.Field("query.block_id", "defined", null, present: false);
        if (!Ids.TryParse(text, out var id))
            throw NotionFailure.Field("query.block_id", "a valid uuid", text);
        var comments = call.Content.CommentsOn(call.Content.GetBlock(call.Bot, id));
        return Pagination.FromQuery(call, comments, c => c.Id, c => c.Render(call.Shape), "comment");
    }

    private static Reply Retrieve(Call call)
    {
        call.AllowQuery();
        return Reply.Object(call, Find(call).Render(call.Shape));
    }

    private static Reply Create(Call call)
    {
        call.AllowQuery();
        call.AllowBody("parent", "discussion_id", "rich_text", "markdown", "attachments", "display_name");
        var (parent, discussion) = Place(call);
        Trash.RefuseEdit(parent);
        var comment = New(call.Bot.Id, call.Bot.Integration.Name, call.Now, parent, discussion, Text(call));
        call.Content.Add(comment);
        return Reply.Object(call, comment.Render(call.Shape), committedId: comment.IdText);
    }

    public static Entity New(
        Guid author, string authorName, DateTimeOffset time, Entity parent, Guid discussion, JsonArray text,
        Guid? id = null)
    {
        var commentId = id ?? Guid.NewGuid();
        var timeText = Times.ToMinute(time);
        var json = new JsonObject
        {
            ["object"] = "comment",
            ["id"] = commentId.ToString(),
            ["parent"] = Parents.ToJson(parent),
            ["discussion_id"] = discussion.ToString(),
            ["created_time"] = timeText,
            ["last_edited_time"] = timeText,
            ["created_by"] = User.Reference(author),
            ["rich_text"] = text,
            ["display_name"] = new JsonObject { ["type"] = "integration", ["resolved_name"] = authorName },
        };
        return new Entity(EntityKind.Comment, commentId, parent, Json.Bytes(json), "", time);
    }

    private static (Entity Parent, Guid Discussion) Place(Call call)
    {
        var hasParent = call.Json.ContainsKey("parent");
        if (hasParent == call.Json.ContainsKey("discussion_id"))
            throw NotionFailure.Validation(
                "body failed validation: either body.parent or body.discussion_id should be defined, and not both.");
        if (hasParent)
        {
            var parent = call.RequiredObject("parent");
            var name = parent.ContainsKey("block_id") ? "block_id" : "page_id";
            return (call.Content.GetBlock(call.Bot, Parents.Id(parent, name)), Guid.NewGuid());
        }

        if (!Ids.TryParse(call.RequiredText("discussion_id"), out var discussion))
            throw NotionFailure.Field("body.discussion_id", "a valid uuid", call.Json["discussion_id"]);
        var text = discussion.ToString();
        var first = call.Content.All(e => e.Kind == EntityKind.Comment && ContentStore.CanSee(call.Bot, e)
            && Json.StringOf(e.Json["discussion_id"]) == text).FirstOrDefault();
        return first is null ? throw NotionFailure.NotFound("discussion", text, call.Bot) : (first.Parent!, discussion);
    }

    private static JsonArray Text(Call call) => call.Json.ContainsKey("markdown")
        ? RichText.Plain(call.RequiredText("markdown"))
        : RichText.Normalize(call.Json["rich_text"], "body.rich_text");

    private static Reply Update(Call call)
    {
        call.AllowQuery();
        call.AllowBody("rich_text", "markdown");
        var comment = Find(call);
        lock (call.Content.Lock)
        {
            var json = comment.Json;
            json["rich_text"] = Text(call);
            PagesEndpoints.Stamp(call, comment, json);
            comment.Replace(json);
        }

        return Reply.Object(call, comment.Render(call.Shape), committedId: comment.IdText);
    }

    private static Reply Delete(Call call)
    {
        call.AllowQuery();
        var comment = Find(call);
        call.Content.Remove(comment);
        return Reply.Object(call, comment.Render(call.Shape), committedId: comment.IdText);
    }

    private static Entity Find(Call call) => call.Content.Get(call.Bot, call.Id("comment_id"), EntityKind.Comment);
}
