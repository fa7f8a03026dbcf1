using System.Linq;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Hosting;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Control;

/// <summary>The fake's state as JSON. Its secrets are made up, so they are shown.</summary>
internal static class ControlJson
{
    public static JsonObject Ready(FakeNotionState state) => new()
    {
        ["baseUri"] = state.BaseUri.ToString(),
        ["clientId"] = state.DefaultIntegration.ClientId,
        ["clientSecret"] = state.DefaultIntegration.ClientSecret,
        ["redirectUris"] = new JsonArray([.. state.DefaultIntegration.RedirectUris.Select(u => (JsonNode)u)]),
        ["internalToken"] = state.DefaultInternalIntegration.Token,
        ["workspaceId"] = state.DefaultWorkspace.Id.ToString(),
        ["workspaceName"] = state.DefaultWorkspace.Name,
        ["sample"] = Sample(state.DefaultWorkspace.Sample),
    };

    public static JsonObject State(FakeNotionState state)
    {
        var json = Ready(state);
        json["integrations"] = new JsonArray([.. state.Integrations.Select(Integration)]);
        json["bots"] = new JsonArray([.. state.Bots.Select(Bot)]);
        json["tokens"] = new JsonArray([.. state.Tokens.Select(Token)]);
        json["refreshCount"] = state.RefreshCount;
        json["refreshRequests"] = new JsonArray([.. state.RefreshRequests.Select(r => new JsonObject
        {
            ["time"] = Times.ToMilliseconds(r.Time),
            ["clientId"] = r.ClientId,
            ["refreshToken"] = r.RefreshToken,
            ["granted"] = r.Granted,
            ["botId"] = r.BotId?.ToString(),
        })]);
        json["requestCount"] = state.Requests.Count;
        json["rateLimit"] = RateLimit(state.RateLimit);
        json["behavior"] = Behavior(state.Behavior);
        json["uploadedFiles"] = new JsonArray([.. state.UploadedFiles.Select(f => new JsonObject
        {
            ["id"] = f.Id.ToString(),
            ["filename"] = f.Filename,
            ["contentType"] = f.ContentType,
            ["length"] = f.Length,
            ["sha256"] = f.Sha256,
            ["parts"] = f.Parts,
        })]);
        return json;
    }

    public static JsonObject Integration(Integration integration) => new()
    {
        ["id"] = integration.Id,
        ["kind"] = integration.Kind.ToString(),
        ["name"] = integration.Name,
        ["clientId"] = integration.ClientId,
        ["clientSecret"] = integration.ClientSecret,
        ["redirectUris"] = new JsonArray([.. integration.RedirectUris.Select(u => (JsonNode)u)]),
        ["token"] = integration.Token,
        ["refreshTokens"] = integration.RefreshTokens,
        ["autoApprove"] = integration.AutoApprove.ToString(),
        ["workspaceName"] = integration.Workspace.Name,
        ["workspaceId"] = integration.Workspace.Id.ToString(),
        ["capabilities"] = integration.Capabilities.ToString(),
    };

    public static JsonObject Bot(Bot bot) => new()
    {
        ["id"] = bot.Id.ToString(),
        ["integrationId"] = bot.Integration.Id,
        ["workspaceId"] = bot.Workspace.Id.ToString(),
        ["ownerId"] = bot.Owner.Id.ToString(),
        ["sharedPages"] = bot.SharedPages is { } pages
        ? new JsonArray([.. pages.Select(p => (JsonNode)p.ToString())]) : null,
    };

    public static JsonObject Token(TokenInfo token) => new()
    {
        ["accessToken"] = token.AccessToken,
        ["accessState"] = token.AccessState.ToString(),
        ["refreshToken"] = token.RefreshToken,
        ["refreshState"] = token.RefreshState.ToString(),
        ["botId"] = token.BotId.ToString(),
        ["clientId"] = token.ClientId,
        ["issuedAt"] = Times.ToMilliseconds(token.IssuedAt),
        ["iat"] = token.IssuedAt.ToUnixTimeSeconds(),
        ["familyId"] = token.FamilyId.ToString(),
    };

    public static JsonObject Request(RecordedRequest request)
    {
        var headers = new JsonObject();
        foreach (var (name, value) in request.Headers)
            headers[name] = value;
        return new JsonObject
        {
            ["number"] = request.Number,
            ["requestId"] = request.RequestId,
            ["time"] = Times.ToMilliseconds(request.Time),
            ["method"] = request.Method,
            ["path"] = request.Path,
            ["query"] = request.Query,
            ["headers"] = headers,
            ["body"] = request.Body,
            ["bodyLength"] = request.BodyLength,
            ["status"] = request.Status,
            ["botId"] = request.BotId?.ToString(),
            ["fault"] = request.Fault?.ToString(),
        };
    }

    public static JsonObject Faults(FakeNotionState state) => new()
    {
        ["faults"] = new JsonArray([.. state.Faults.Active.Select(f => new JsonObject
        {
            ["id"] = f.Id,
            ["kind"] = f.Fault.Kind.ToString(),
            ["path"] = f.Fault.PathPattern,
            ["method"] = f.Fault.Method,
            ["times"] = f.Fault.Times,
            ["seen"] = f.Seen,
            ["struck"] = f.Struck,
        })]),
    };

    public static JsonObject Sample(Sample sample) => new()
    {
        ["pageId"] = sample.PageId.ToString(),
        ["databaseId"] = sample.DatabaseId.ToString(),
        ["dataSourceId"] = sample.DataSourceId.ToString(),
        ["topPages"] = new JsonArray([.. sample.TopPages.Select(p => (JsonNode)p.ToString())]),
    };

    public static JsonObject RateLimit(RateLimit limit) => new()
    {
        ["enabled"] = limit.Enabled,
        ["limit"] = limit.Limit,
        ["windowSeconds"] = limit.Window.TotalSeconds,
        ["isFixed"] = limit.IsFixed,
        ["workspaceLimit"] = limit.WorkspaceLimit,
        ["workspaceWindowSeconds"] = limit.WorkspaceWindow.TotalSeconds,
    };

    public static JsonObject Behavior(Behavior behavior) => new()
    {
        ["autoApprove"] = behavior.AutoApprove.ToString(),
        ["reuseRevokesFamily"] = behavior.ReuseRevokesFamily,
        ["rotationEndsOldAccessToken"] = behavior.RotationEndsOldAccessToken,
        ["revokingAccessEndsRefresh"] = behavior.RevokingAccessEndsRefresh,
        ["revokingRefreshEndsAccess"] = behavior.RevokingRefreshEndsAccess,
        ["reauthorizationEndsOldPair"] = behavior.ReauthorizationEndsOldPair,
        ["documentedOAuthErrors"] = behavior.DocumentedOAuthErrors,
        ["oauthNeedsVersion"] = behavior.OAuthNeedsVersion,
        ["allowIpRedirectUris"] = behavior.AllowIpRedirectUris,
        ["ownerShape"] = behavior.OwnerShape.ToString(),
        ["extraTokenFields"] = behavior.ExtraTokenFields is { } extra ? JsonNode.Parse(extra) : null,
        ["accessTokenLifetimeSeconds"] = behavior.AccessTokenLifetime?.TotalSeconds,
        ["latencyMs"] = behavior.Latency.TotalMilliseconds,
        ["eventIntervalMs"] = behavior.EventInterval.TotalMilliseconds,
        ["streamEnd"] = behavior.StreamEnd.ToString(),
        ["queryRowCap"] = behavior.QueryRowCap,
        ["shortPages"] = behavior.ShortPages,
        ["jsonBeforeCredential"] = behavior.JsonBeforeCredential,
        ["authorizeErrorsInPlace"] = behavior.AuthorizeErrorsInPlace,
        ["blockLimit"] = behavior.BlockLimit,
        ["searchDelaySeconds"] = behavior.SearchDelay.TotalSeconds,
        ["searchLeavesOut"] = behavior.SearchLeavesOut,
        ["searchChangesWhilePaged"] = behavior.SearchChangesWhilePaged,
        ["maxUploadBytes"] = behavior.MaxUploadBytes,
        ["uploadReads"] = behavior.UploadReads,
        ["importError"] = behavior.ImportError,
        ["uploadsFail"] = behavior.UploadsFail,
        ["taskPollAfterSeconds"] = behavior.TaskPollAfterSeconds,
        ["taskReads"] = behavior.TaskReads,
        ["taskError"] = behavior.TaskError,
    };
}
