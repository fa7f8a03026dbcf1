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

    public static void Set(Entity entity, JsonObject json, bool? trash)
    {
        if (trash is not { } value)
            return;
        entity.InTrash = value;
        json["in_trash"] = value;
    }
}
