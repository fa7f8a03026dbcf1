using System.Linq;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

internal static class CustomEmojisEndpoints
{
    private static readonly string[] Names = ["bufo", "party-parrot", "shipit"];

    public static void Map(Router router) => router.Map("GET v1/custom_emojis", List, Capabilities.ReadContent);

    /// <summary>The workspace's emojis. A name is looked for as it is, and not in parts.</summary>
    private static Reply List(Call call)
    {
        call.AllowQuery("name", "start_cursor", "page_size");
        var name = call.QueryText("name");
        var emojis = Names.Where(n => name is null || n == name)
            .Select(n => (Id: Ids.For($"emoji:{call.Workspace.Name}:{n}"), Name: n)).ToList();
        return Pagination.FromQuery(
            call,
            emojis,
            e => e.Id,
            e => Json.Bytes(new JsonObject
            {
                ["id"] = e.Id.ToString(),
                ["name"] = e.Name,
                ["url"] = $"https://files.example.com/emojis/{e.Id:N}.png",
            }),
            "custom_emoji");
    }
}
