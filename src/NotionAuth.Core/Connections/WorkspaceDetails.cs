using System.Collections.Generic;
using System.Text.Json;
using NotionAuth.Core.Common;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.Connections;

/// <summary>Reads who and where from a token reply or from users/me.</summary>
internal static class WorkspaceDetails
{
    private const int LongestName = 64;

    public static NotionConnection Read(JsonElement reply, AuthType type, string botId)
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

    /// <summary>
    /// The least of a reply that a connection's details can be read from: no icon, no long names, nothing that isn't
    /// used.
    /// </summary>
    public static JsonElement Short(NotionConnection details)
    {
        var user = new Dictionary<string, object?> { ["id"] = details.OwnerId, ["name"] = Cut(details.OwnerName) };
        if (details.OwnerEmail is not null)
            user["person"] = new Dictionary<string, object?> { ["email"] = Cut(details.OwnerEmail) };
        var source = new Dictionary<string, object?>
        {
            ["workspace_name"] = Cut(details.WorkspaceName),
            ["workspace_id"] = details.WorkspaceId,
            ["owner"] = new Dictionary<string, object?> { ["type"] = details.OwnerType, ["user"] = user },
        };
        return JsonSerializer.SerializeToElement(
            details.AuthType == AuthType.OAuth ? source : new Dictionary<string, object?> { ["bot"] = source });
    }

    /// <summary>Reads the bot's id of users/me, without which the reply isn't Notion's.</summary>
    public static string BotIdOf(JsonElement usersMe) =>
        JsonText.StringOf(usersMe, "id") is { } id && TokenReply.IsId(id) ? id : throw new NotionAuthException(
        ErrorIds.InvalidReply, NotionErrorKind.InvalidData, "Notion's reply to users/me has no usable id.",
        "Run the command again; if it happens again, check -BaseUri and whether a proxy changes replies.");

    private static string? Cut(string? text) =>
        text is not { Length: > LongestName }
            ? text : text.Substring(0, char.IsHighSurrogate(text[LongestName - 1]) ? LongestName - 1 : LongestName);

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object
            && parent.TryGetProperty(name, out JsonElement member) ? member : default;

    private static string? Text(JsonElement parent, string name) =>
        JsonText.StringOf(parent, name) is { Length: > 0 } text ? Redaction.OneLine(text) : null;
}
