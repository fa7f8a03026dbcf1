using System.Text.Json;
using NotionAuth.Core.Api;

namespace NotionAuth.Core.Connections;

/// <summary>Reads who and where from a token reply or from users/me.</summary>
internal static class WorkspaceFacts
{
    public static NotionConnection Of(JsonElement reply, AuthType type, string botId)
    {
        // users/me keeps under "bot" what the token reply has at its top.
        JsonElement source = type == AuthType.OAuth ? reply : Member(reply, "bot");
        JsonElement owner = Member(source, "owner");
        JsonElement user = Member(owner, "user");
        return new NotionConnection
        {
            Name = string.Empty,
            BotId = botId,
            BaseUri = Http.BaseUri.Default,
            NotionVersion = Api.NotionVersion.Default,
            AuthType = type,
            WorkspaceName = Text(source, "workspace_name"),
            WorkspaceId = Text(source, "workspace_id"),
            WorkspaceIcon = Text(source, "workspace_icon"),
            OwnerType = Text(owner, "type"),
            OwnerId = Text(user, "id"),
            OwnerName = Text(user, "name"),
            OwnerEmail = Text(Member(user, "person"), "email"),
        };
    }

    /// <summary>Reads the bot's id of users/me, without which the reply isn't Notion's.</summary>
    public static string BotIdOf(JsonElement usersMe) => JsonText.Of(usersMe, "id") is { } id && OAuth.TokenReply.IsId(id) ? id : throw new NotionAuthException(
        ErrorIds.InvalidReply, NotionErrorKind.InvalidData, "Notion's reply to users/me has no usable id.",
        "Run the command again; if it happens again, check -BaseUri and whether a proxy changes replies.");

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement member) ? member : default;

    private static string? Text(JsonElement parent, string name) =>
        JsonText.Of(parent, name) is { Length: > 0 } text ? Redaction.OneLine(text) : null;
}
