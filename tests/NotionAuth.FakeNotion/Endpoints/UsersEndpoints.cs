using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

internal static class UsersEndpoints
{
    public static void Map(Router router)
    {
        router.Map("GET v1/users", List, Capabilities.ReadUsers);
        router.Map("GET v1/users/me", Me);
        router.Map("GET v1/users/{user_id}", Retrieve, Capabilities.ReadUsers);
    }

    private static Reply Me(Call call)
    {
        call.AllowQuery();
        return Reply.Json(call, BotJson(call, call.Bot, full: true));
    }

    private static Reply List(Call call)
    {
        call.AllowQuery("start_cursor", "page_size");
        var users = Everybody(call);
        return Pagination.FromQuery(call, users, u => u.Id, u => Json.Bytes(u.Json), "user");
    }

    private static Reply Retrieve(Call call)
    {
        call.AllowQuery();
        var id = call.Id("user_id");
        var user = Everybody(call).FirstOrDefault(u => u.Id == id).Json
            ?? throw NotionFailure.NotFound("user", id.ToString(), call.Bot);
        return Reply.Json(call, user);
    }

    private static List<(Guid Id, JsonObject Json)> Everybody(Call call)
    {
        var users = call.Workspace.Users.Select(u => (u.Id, u.ToJson())).ToList();
        users.AddRange(call.State.Bots.Where(b => b.Workspace == call.Workspace)
            .Select(b => (b.Id, BotJson(call, b, full: b == call.Bot))));
        return users;
    }

    /// <summary>A bot tells about itself; of other bots one sees the name.</summary>
    private static JsonObject BotJson(Call call, Bot bot, bool full)
    {
        var user = new JsonObject
        {
            ["object"] = "user",
            ["id"] = bot.IdText,
            ["name"] = bot.Integration.Name,
            ["avatar_url"] = null,
            ["type"] = "bot",
        };
        user["bot"] = !full
            ? new JsonObject()
            : new JsonObject
            {
                ["owner"] = bot.Integration.Kind == IntegrationKind.Internal
                    ? new JsonObject { ["type"] = "workspace", ["workspace"] = true }
                    : new JsonObject { ["type"] = "user", ["user"] = bot.Owner.ToJson() },
                ["workspace_name"] = bot.Workspace.Name,
                ["workspace_id"] = bot.Workspace.Id.ToString(),
                ["workspace_limits"] = new JsonObject
                {
                    ["max_file_upload_size_in_bytes"] = call.State.Behavior.MaxUploadBytes,
                },
            };
        return user;
    }
}
