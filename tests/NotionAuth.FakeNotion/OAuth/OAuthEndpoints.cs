using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Endpoints;
using NotionAuth.FakeNotion.Hosting;

namespace NotionAuth.FakeNotion.OAuth;

/// <summary>The three endpoints that a client talks to itself: token, introspect, revoke.</summary>
internal static class OAuthEndpoints
{
    public static void Map(Router router)
    {
        router.Map("POST v1/oauth/token", Token, credential: Credential.Client);
        router.Map("POST v1/oauth/introspect", Introspect, credential: Credential.Client);
        router.Map("POST v1/oauth/revoke", Revoke, credential: Credential.Client);
    }

    private static Reply Token(Call call)
    {
        var (client, body) = Check(call);
        var pair = Text(body, "grant_type") switch
        {
            "authorization_code" => call.State.OAuth.RedeemCode(client, Required(body, "code"), Text(body,
                "redirect_uri")),
            "refresh_token" => call.State.OAuth.Refresh(client, Required(body, "refresh_token")),
            null => throw OAuthFailure.InvalidRequest("Missing required parameter: grant_type."),
            var other => throw new OAuthFailure(400, "unsupported_grant_type", $"Unsupported grant_type: {other}."),
        };
        return Reply.Json(call, TokenReply(call.State, pair));
    }

    private static JsonObject TokenReply(FakeNotionState state, TokenInfo pair)
    {
        var bot = state.OAuth.FindBot(pair.BotId)!;
        var reply = new JsonObject
        {
            ["access_token"] = pair.AccessToken,
            ["token_type"] = "bearer",
            ["refresh_token"] = pair.RefreshToken,
            ["bot_id"] = bot.IdText,
            ["workspace_icon"] = bot.Workspace.Icon,
            ["workspace_name"] = bot.Workspace.Name,
            ["workspace_id"] = bot.Workspace.Id.ToString(),
            ["owner"] = bot.Owner.ToOwnerJson(state.Behavior.OwnerShape),
            ["duplicated_template_id"] = null,
        };
        if (state.Behavior.ExtraTokenFields is { } extra)
        {
            foreach (var (name, value) in JsonNode.Parse(extra)!.AsObject())
                reply[name] = value?.DeepClone();
        }

        return reply;
    }

    private static Reply Introspect(Call call)
    {
        var (client, body) = Check(call);
        var pair = call.State.OAuth.FindLive(client, Required(body, "token"));
        return Reply.Json(call, pair is null
            ? new JsonObject { ["active"] = false }
            : new JsonObject
            {
                ["active"] = true,
                ["scope"] = Scope(client.Capabilities),
                ["iat"] = pair.IssuedAt.ToUnixTimeSeconds(),
            });
    }

    private static Reply Revoke(Call call)
    {
        var (client, body) = Check(call);
        call.State.OAuth.Revoke(client, Required(body, "token"));
        return Reply.Json(call, []);
    }

    /// <summary>The same order as elsewhere: credential, version, body.</summary>
    private static (Integration Client, JsonObject Body) Check(Call call)
    {
        var body = JsonBody(call);
        if (body is not null && (body.ContainsKey("client_id") || body.ContainsKey("client_secret")))
            throw OAuthFailure.InvalidClient("Client credentials belong in the Authorization header, not in the body.");
        var client = Authenticate(call);
        var header = call.Http.Request.Headers.TryGetValue("Notion-Version", out var value) ? value.ToString() : null;
        if (header is not null || call.State.Behavior.OAuthNeedsVersion)
            _ = ApiVersion.Parse(header);
        return (client, body ?? throw OAuthFailure.InvalidRequest(
            "The body must be a JSON object with content type application/json."));
    }

    private static Integration Authenticate(Call call)
    {
        string? header = call.Http.Request.Headers.Authorization;
        if (header is null || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            throw OAuthFailure.InvalidClient("Missing client credentials.");
        string credentials;
        try
        {
            credentials = Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..].Trim()));
        }
        catch (FormatException)
        {
            throw OAuthFailure.InvalidClient("Malformed client credentials.");
        }

        var colon = credentials.IndexOf(':', StringComparison.Ordinal);
        var client = colon < 0 ? null : call.State.FindClient(credentials[..colon]);
        if (client is null || !SameSecret(client.ClientSecret, credentials[(colon + 1)..]))
            throw OAuthFailure.InvalidClient("Client authentication failed.");
        return client;
    }

    private static JsonObject? JsonBody(Call call)
    {
        if (call.Http.Request.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) != true)
            return null;
        try
        {
            var body = JsonNode.Parse(call.Body) as JsonObject;
            // Duplicate members are found when the object is first read.
            _ = body?.Count;
            return body;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static string? Text(JsonObject body, string name) => body[name] is { } node
        ? Json.StringOf(node) ?? throw OAuthFailure.InvalidRequest($"{name} must be a string.")
        : null;

    private static string Required(JsonObject body, string name) => Text(body, name) is { Length: > 0 } text
        ? text
        : throw OAuthFailure.InvalidRequest($"Missing required parameter: {name}.");

    private static bool SameSecret(string expected, string actual) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(actual));

    private static string Scope(Capabilities capabilities)
    {
        var names = new List<string>();
        foreach (var (flag, name) in (ReadOnlySpan<(Capabilities, string)>)
        [
            (Capabilities.ReadContent, "read_content"),
            (Capabilities.UpdateContent, "update_content"),
            (Capabilities.InsertContent, "insert_content"),
            (Capabilities.ReadComments, "read_comments"),
            (Capabilities.InsertComments, "insert_comments"),
            (Capabilities.ReadUsers, "read_users"),
        ])
        {
            if (capabilities.HasFlag(flag))
                names.Add(name);
        }

        return string.Join(' ', names);
    }
}
