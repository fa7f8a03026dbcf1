using System.Linq;
using System.Text.Json;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.OAuth;

/// <summary>
/// A reply of <c>POST /v1/oauth/token</c>: the pair, and all its other members. It has no expiry: Notion doesn't name
/// one. Source: developers.notion.com/reference/create-a-token.
/// </summary>
internal sealed class TokenReply
{
    private TokenReply(Secret accessToken, Secret? refreshToken, string botId, JsonElement reply)
    {
        AccessToken = accessToken;
        RefreshToken = refreshToken;
        BotId = botId;
        Reply = reply;
    }

    /// <summary>The access token.</summary>
    public Secret AccessToken { get; }

    /// <summary>The refresh token; null for older integrations, whose access token doesn't expire.</summary>
    public Secret? RefreshToken { get; }

    /// <summary>The id that tells connections apart: one for each integration, workspace and user.</summary>
    public string BotId { get; }

    /// <summary>The whole reply without the pair, unknown fields included.</summary>
    public JsonElement Reply { get; }

    /// <summary>Reads and checks a reply.</summary>
    /// <param name="reply">The reply's JSON.</param>
    /// <returns>The reply; it doesn't depend on the document any more.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidReply"/>: no usable token or bot id. The
    /// message holds nothing of the reply.</exception>
    public static TokenReply Parse(JsonElement reply)
    {
        Secret? access = Token(reply, "access_token");
        string? botId = JsonText.StringOf(reply, "bot_id");
        if (access is null) throw Invalid("has no usable access_token");
        if (!IsId(botId)) throw Invalid("has no usable bot_id");
        return new TokenReply(access, Token(reply, "refresh_token"), botId!, JsonText.Without(reply, "access_token",
            "refresh_token"));
    }

    /// <summary>Tells whether a text can be an id of Notion's, and so a part of a secret's name.</summary>
    /// <param name="id">The text.</param>
    /// <returns><see langword="true"/> for 1 to 100 letters, digits and hyphens.</returns>
    public static bool IsId(string? id) =>
        id is { Length: >= 1 and <= 100 }
            && id.All(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-');

    private static Secret? Token(JsonElement reply, string name) =>
        JsonText.StringOf(reply, name) is { Length: > 0 } text
            && AccessTokenText.IsUsable(text) ? new Secret(text) : null;

    private static NotionAuthException Invalid(string why) => new(
        ErrorIds.InvalidReply, NotionErrorKind.InvalidData, $"Notion's token reply {why}.",
        "Run Connect-NotionWorkspace again; if it happens again, check -BaseUri and report it.");
}
