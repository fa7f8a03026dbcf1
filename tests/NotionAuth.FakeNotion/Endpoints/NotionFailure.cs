using System;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

/// <summary>An answer in the API's error shape.</summary>
internal sealed class NotionFailure(
    int status, string code, string message, JsonObject? additionalData = null, string? retryAfter = null)
    : Exception(message)
{
    public int Status => status;

    public string Code => code;

    public JsonObject? AdditionalData => additionalData;

    public string? RetryAfter => retryAfter;

    public static NotionFailure InvalidUrl() => new(400, "invalid_request_url", "Invalid request URL.");

    public static NotionFailure Unauthorized() => new(401, "unauthorized", "API token is invalid.");

    public static NotionFailure MalformedAuthorization() => new(
        401, "unauthorized", "Authorization header must use the format \"Bearer <token>\".");

    public static NotionFailure InvalidJson() => new(400, "invalid_json", "Error parsing JSON body.");

    public static NotionFailure Restricted() =>
        new(403, "restricted_resource", "Insufficient permissions for this endpoint.");

    /// <summary>Absent and unshared look the same, on purpose: Notion doesn't tell them apart.</summary>
    public static NotionFailure NotFound(string kind, string id, Bot bot) => new(
        404,
        "object_not_found",
        $"Could not find {kind} with ID: {id}. Make sure the relevant pages and databases are shared with your " +
        $"integration \"{bot.Integration.Name}\".",
        new JsonObject { ["integration_id"] = bot.Integration.Id });

    public static NotionFailure Validation(string message) => new(400, "validation_error", message);

    /// <summary>Notion's wording: which field, what it should be, what it was.</summary>
    public static NotionFailure Field(string path, string expectation, JsonNode? actual, bool present = true)
    {
        var root = path.Split('.', '[')[0];
        var was = present ? Json.Text(actual) : "undefined";
        return Validation($"{root} failed validation: {path} should be {expectation}, instead was `{was}`.");
    }
}

/// <summary>An answer in the OAuth endpoints' error shape.</summary>
internal sealed class OAuthFailure(int status, string error, string? description) : Exception(description ?? error)
{
    public int Status => status;

    public string Error => error;

    public string? Description => description;

    public static OAuthFailure InvalidClient(string description) => new(401, "invalid_client", description);

    public static OAuthFailure InvalidRequest(string description) => new(400, "invalid_request", description);

    public static OAuthFailure InvalidGrant(string description) => new(400, "invalid_grant", description);
}
