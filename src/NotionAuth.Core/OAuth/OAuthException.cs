using System.Globalization;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Core.OAuth;

/// <summary>
/// A refusal of the authorize, token, introspect or revoke endpoint. The id is the OAuth code in Pascal case:
/// <c>invalid_grant</c> is <c>InvalidGrant</c> (RFC 6749 sections 4.1.2.1 and 5.2;
/// developers.notion.com/reference/status-codes).
/// </summary>
public sealed class OAuthException : NotionAuthException, IHasErrorReply
{
    private OAuthException(string errorId, NotionErrorKind kind, string message, string recommendedAction)
        : base(errorId, kind, message, recommendedAction)
    {
    }

    /// <summary>The OAuth error code.</summary>
    public required string Error { get; init; }

    /// <summary>The HTTP status; null for an error that the browser brought.</summary>
    public int? Status { get; init; }

    /// <summary>Notion's id of the request, or null.</summary>
    public string? RequestId { get; init; }

    internal ErrorReply? Reply { get; private init; }

    ErrorReply? IHasErrorReply.Reply => Reply;

    /// <summary>Makes the error for a callback's <c>error</c>.</summary>
    /// <param name="response">The callback; its <see cref="AuthorizationResponse.Error"/> is set.</param>
    /// <returns>The error.</returns>
    internal static OAuthException FromCallback(AuthorizationResponse response)
    {
        string code = Common.SafeCode.OrNull(response.Error) ?? "server_error";
        string message = code == "access_denied"
            ? "The sign-in was refused: somebody chose Cancel on Notion's page."
            : $"Notion ended the sign-in with {code}.";
        if (!string.IsNullOrEmpty(response.ErrorDescription) && code != "access_denied")
            message += $" It says: {response.ErrorDescription}";
        return Create(code, message, null);
    }

    internal static OAuthException FromReply(Api.NotionApiException reply) =>
        Create(reply.Code!, reply.Message, reply);

    private static OAuthException Create(string code, string message, Api.NotionApiException? reply) =>
        new(Common.SafeCode.ToErrorId(code), KindOf(code), message, ActionFor(code))
        {
            Error = code,
            Status = reply?.Status,
            RequestId = reply?.RequestId,
            Reply = reply?.Reply,
        };

    private static NotionErrorKind KindOf(string code) => code switch
    {
        "access_denied" => NotionErrorKind.PermissionDenied,
        "invalid_client" or "invalid_grant" or "unauthorized_client" => NotionErrorKind.AuthenticationFailed,
        "server_error" or "temporarily_unavailable" or "internal_server_error" => NotionErrorKind.ServiceFailed,
        "rate_limited" or "conflict_error" or "service_overload" => NotionErrorKind.Busy,
        _ => NotionErrorKind.InvalidArgument,
    };

    private static string ActionFor(string code) => code switch
    {
        "access_denied" => "Run Connect-NotionWorkspace again and choose Select pages, then Allow access. " +
            "A guest or a member without the right to connect needs a workspace owner.",
        "invalid_client" => "Check the client id and the client secret on the integration's page " +
        "(notion.so/my-integrations) and pass them again: Connect-NotionWorkspace -ClientId <id> -ClientSecret " +
        "(Read-Host -AsSecureString).",
        "invalid_grant" => "Sign in again with Connect-NotionWorkspace: the code or refresh token was used already, " +
        "has expired, or belongs to another redirect URI or client.",
        "unauthorized_client" =>
            "Check that the integration is public and that the client id is right (notion.so/my-integrations).",
        "invalid_scope" or "unsupported_response_type" or "invalid_request" or "unsupported_grant_type" =>
            "Check that the integration is public and its OAuth settings are complete (notion.so/my-integrations); " +
            "if they are, report this.",
        "rate_limited" or "conflict_error" or "service_overload" =>
            "Wait as long as Notion asks, then run the command again.",
        "temporarily_unavailable" or "server_error" or "internal_server_error" =>
            "Notion has a problem. Run the command again in a minute.",
        _ => string.Format(CultureInfo.InvariantCulture,
            "See the page on {0} at developers.notion.com/reference/status-codes, then run the command again.", code),
    };
}
