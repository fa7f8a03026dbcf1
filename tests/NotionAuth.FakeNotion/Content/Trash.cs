using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Content;

/// <summary>Deleting is moving to the trash; the versions have different words for it.</summary>
internal static class Trash
{
    /// <summary>From 2026-03-11 there is no <c>archived</c> any more.</summary>
    public static void AllowBody(Call call, params string[] names)
    {
        string[] words = call.Shape == Shape.Current ? ["in_trash"] : ["in_trash", "archived"];
        call.AllowBody([.. names, .. words]);
    }

    public static bool? Wanted(Call call) => call.OptionalBool("in_trash") ?? call.OptionalBool("archived");

    /// <summary>
    /// What is in the trash can't be edited, be added to or be deleted again; nor can what is below it.
    /// </summary>
    /// <param name="entity">What is edited.</param>
    /// <param name="wanted">What the request asks for: false takes it out of the trash, and so may pass.</param>
    public static void RefuseEdit(Entity entity, bool? wanted = null)
    {
        if (entity.InTrash && wanted != false)
            throw NotionFailure.Validation(
                "Can't edit block that is archived. You must unarchive the block before editing.");
        for (var above = entity.Parent; above is not null; above = above.Parent)
        {
            if (above.InTrash)
                throw NotionFailure.Validation(
                    "Can't edit block with an archived ancestor. You must unarchive the ancestor before editing.");
        }
    }

    public static void Set(Entity entity, JsonObject json, bool? trash)
    {
        if (trash is not { } value)
            return;
        entity.InTrash = value;
        json["in_trash"] = value;
    }
}
