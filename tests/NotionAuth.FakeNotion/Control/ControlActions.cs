using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Endpoints;
using NotionAuth.FakeNotion.Hosting;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Control;

/// <summary>What the control endpoint does, each from its JSON.</summary>
internal static class ControlActions
{
    /// <summary>A new integration, or, for a client id that is known, new settings of that one.</summary>
    public static JsonObject SetIntegration(FakeNotionState state, JsonObject json)
    {
        Allow(json, "clientId", "clientSecret", "redirectUris", "removeRedirectUris", "name", "refreshTokens",
            "autoApprove", "workspaceName", "workspaceIcon", "capabilities", "kind", "token", "sharedPages");
        var kind = Enum<IntegrationKind>(json, "kind") ?? IntegrationKind.Public;
        var workspace = Text(json, "workspaceName") ?? "Acme";
        var name = Text(json, "name");
        if (kind == IntegrationKind.Internal)
        {
            var capabilities = Enum<Capabilities>(json, "capabilities") ?? Capabilities.All;
            return ControlJson.Integration(
                state.AddInternalIntegration(Text(json, "token"), workspace, name, capabilities, GuidList(json,
                    "sharedPages")));
        }

        if (kind == IntegrationKind.PersonalAccessToken)
            return ControlJson.Integration(state.AddPersonalAccessToken(Text(json, "token"), workspace, name));

        var integration = state.FindClient(Text(json, "clientId"));
        if (integration is null)
        {
            integration = state.AddPublicIntegration(
                Text(json, "clientId"), Text(json, "clientSecret"), TextList(json, "redirectUris"), name: name,
                workspaceName: workspace);
        }
        else
        {
            integration.Name = name ?? integration.Name;
            integration.ClientSecret = Text(json, "clientSecret") ?? integration.ClientSecret;
            if (json.ContainsKey("workspaceName"))
                integration.Workspace = state.AddWorkspace(workspace);
            foreach (var uri in TextList(json, "redirectUris") ?? [])
                state.RegisterRedirectUri(integration, uri);
        }

        foreach (var uri in TextList(json, "removeRedirectUris") ?? [])
            integration.RemoveRedirectUri(uri);
        if (Text(json, "workspaceIcon") is { } icon)
            integration.Workspace.Icon = icon;
        integration.RefreshTokens = Bool(json, "refreshTokens") ?? integration.RefreshTokens;
        integration.Capabilities = Enum<Capabilities>(json, "capabilities") ?? integration.Capabilities;
        integration.AutoApprove = Approval(json, "autoApprove") ?? integration.AutoApprove;
        return ControlJson.Integration(integration);
    }

    public static JsonObject Authorize(FakeNotionState state, JsonObject json)
    {
        Allow(json, "clientId", "workspaceName");
        var pair = state.Authorize(Client(state, json), Text(json, "workspaceName"));
        return ControlJson.Token(pair);
    }

    public static JsonObject Expire(FakeNotionState state, JsonObject json)
    {
        Allow(json, "token", "botId");
        var expired = Text(json, "token") is { } token
            ? Convert.ToInt32(state.ExpireAccessToken(token))
            : state.ExpireAccessTokens(GuidOf(json, "botId"));
        return new JsonObject { ["expired"] = expired };
    }

    public static JsonObject Revoke(FakeNotionState state, JsonObject json)
    {
        Allow(json, "token", "botId");
        var revoked = Text(json, "token") is { } token
            ? Convert.ToInt32(state.RevokeToken(token))
            : state.RevokeBot(GuidOf(json, "botId"));
        return new JsonObject { ["revoked"] = revoked };
    }

    public static JsonObject AddFaults(FakeNotionState state, JsonObject json)
    {
        if (json.ContainsKey("faults"))
            Allow(json, "faults");
        // All are read before any is added: a mistake in the second must not leave the first behind.
        var faults = json["faults"] is JsonArray many ? many.Select(f => Fault(f!.AsObject())).ToList() : [Fault(json)];
        return new JsonObject { ["ids"] = new JsonArray([.. faults.Select(f => (JsonNode)state.Faults.Add(f).Id)]) };
    }

    public static JsonObject Seed(FakeNotionState state, JsonObject json)
    {
        Allow(json, "title", "databaseTitle", "rows", "rowBytes", "blocks", "comments", "pages", "workspaceName");
        var defaults = new SeedOptions();
        var sample = state.Seed(
            new SeedOptions
            {
                Title = Text(json, "title") ?? defaults.Title,
                DatabaseTitle = Text(json, "databaseTitle") ?? defaults.DatabaseTitle,
                Rows = Number(json, "rows") ?? defaults.Rows,
                RowBytes = Number(json, "rowBytes") ?? defaults.RowBytes,
                Blocks = Number(json, "blocks") ?? defaults.Blocks,
                Comments = Number(json, "comments") ?? defaults.Comments,
                Pages = TextList(json, "pages") ?? [],
            },
            Text(json, "workspaceName") ?? "Acme");
        return ControlJson.Sample(sample);
    }

    public static JsonObject SetBulk(FakeNotionState state, JsonObject json)
    {
        Allow(json, "items");
        var items = Number(json, "items") ?? 10_000;
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        var list = BulkList.Create(state.DefaultWorkspace, items);
        state.Bulk = list;
        return new JsonObject
        {
            ["dataSourceId"] = list.SourceId.ToString(),
            ["pageId"] = list.PageId.ToString(),
            [
            "items"] = items
        };
    }

    public static JsonObject SetRateLimit(FakeNotionState state, JsonObject json)
    {
        Allow(json, "enabled", "limit", "windowSeconds", "isFixed", "workspaceLimit", "workspaceWindowSeconds");
        var window = json["windowSeconds"]?.GetValue<double>();
        state.RateLimit = new RateLimit
        {
            Enabled = Bool(json, "enabled") ?? state.RateLimit.Enabled,
            Limit = Number(json, "limit") ?? state.RateLimit.Limit,
            Window = window is { } seconds ? TimeSpan.FromSeconds(seconds) : state.RateLimit.Window,
            IsFixed = Bool(json, "isFixed") ?? state.RateLimit.IsFixed,
            WorkspaceLimit = json.ContainsKey("workspaceLimit")
                ? Number(json, "workspaceLimit") : state.RateLimit.WorkspaceLimit,
            WorkspaceWindow = json["workspaceWindowSeconds"]?.GetValue<double>() is { } longer
                ? TimeSpan.FromSeconds(longer) : state.RateLimit.WorkspaceWindow,
        };
        state.ClearRateLimits();
        return ControlJson.RateLimit(state.RateLimit);
    }

    /// <summary>Of one client, or, without a client id, of all that leave it open.</summary>
    public static JsonObject SetApproval(FakeNotionState state, JsonObject json)
    {
        Allow(json, "decision", "clientId", "pages");
        var approval = Approval(json, "decision") ?? throw new ArgumentException(
            "decision is missing: off, allow or deny.");
        if (Client(state, json) is { } client)
        {
            client.AutoApprove = approval;
            client.AutoApprovePages = GuidList(json, "pages");
        }
        else
        {
            state.Behavior.AutoApprove = approval;
        }

        return new JsonObject { ["ok"] = true };
    }

    public static JsonObject SetBehavior(FakeNotionState state, JsonObject json)
    {
        var behavior = state.Behavior;
        foreach (var (name, value) in json)
        {
            switch (name)
            {
                case "reuseRevokesFamily":
                    behavior.ReuseRevokesFamily = value!.GetValue<bool>();
                    break;
                case "rotationEndsOldAccessToken":
                    behavior.RotationEndsOldAccessToken = value!.GetValue<bool>();
                    break;
                case "revokingAccessEndsRefresh":
                    behavior.RevokingAccessEndsRefresh = value!.GetValue<bool>();
                    break;
                case "revokingRefreshEndsAccess":
                    behavior.RevokingRefreshEndsAccess = value!.GetValue<bool>();
                    break;
                case "reauthorizationEndsOldPair":
                    behavior.ReauthorizationEndsOldPair = value!.GetValue<bool>();
                    break;
                case "documentedOAuthErrors":
                    behavior.DocumentedOAuthErrors = value!.GetValue<bool>();
                    break;
                case "oauthNeedsVersion":
                    behavior.OAuthNeedsVersion = value!.GetValue<bool>();
                    break;
                case "allowIpRedirectUris":
                    behavior.AllowIpRedirectUris = value!.GetValue<bool>();
                    break;
                case "ownerShape":
                    behavior.OwnerShape = Enum<OwnerShape>(json, name)!.Value;
                    break;
                case "extraTokenFields":
                    behavior.ExtraTokenFields = value?.ToJsonString();
                    break;
                case "accessTokenLifetimeSeconds":
                    behavior.AccessTokenLifetime = value is null
                        ? null : TimeSpan.FromSeconds(value.GetValue<double>());
                    break;
                case "latencyMs":
                    behavior.Latency = TimeSpan.FromMilliseconds(value!.GetValue<double>());
                    break;
                case "eventIntervalMs":
                    behavior.EventInterval = TimeSpan.FromMilliseconds(value!.GetValue<double>());
                    break;
                case "maxUploadBytes":
                    behavior.MaxUploadBytes = value!.GetValue<long>();
                    break;
                case "uploadReads":
                    behavior.UploadReads = value!.GetValue<int>();
                    break;
                case "importError":
                    behavior.ImportError = value?.GetValue<string>();
                    break;
                case "uploadsFail":
                    behavior.UploadsFail = value!.GetValue<bool>();
                    break;
                case "taskPollAfterSeconds":
                    behavior.TaskPollAfterSeconds = value!.GetValue<double>();
                    break;
                case "taskReads":
                    behavior.TaskReads = value!.GetValue<int>();
                    break;
                case "taskError":
                    behavior.TaskError = value?.GetValue<string>();
                    break;
                case "queryRowCap":
                    behavior.QueryRowCap = value!.GetValue<int>();
                    break;
                case "shortPages":
                    behavior.ShortPages = value!.GetValue<bool>();
                    break;
                case "authorizeErrorsInPlace":
                    behavior.AuthorizeErrorsInPlace = value!.GetValue<bool>();
                    break;
                case "blockLimit":
                    behavior.BlockLimit = value?.GetValue<int>();
                    break;
                case "searchDelaySeconds":
                    behavior.SearchDelay = TimeSpan.FromSeconds(value!.GetValue<double>());
                    break;
                case "searchLeavesOut":
                    behavior.SearchLeavesOut = value!.GetValue<int>();
                    break;
                case "searchChangesWhilePaged":
                    behavior.SearchChangesWhilePaged = value!.GetValue<bool>();
                    break;
                case "jsonBeforeCredential":
                    behavior.JsonBeforeCredential = value!.GetValue<bool>();
                    break;
                case "streamEnd":
                    behavior.StreamEnd = Enum<StreamEnd>(json, name)!.Value;
                    break;
                default:
                    throw new ArgumentException($"There is no behavior named {name}.");
            }
        }

        return ControlJson.Behavior(behavior);
    }

    private static Fault Fault(JsonObject json)
    {
        Allow(json, "kind", "path", "method", "times", "skipFirst", "status", "code", "message", "headers",
            "additionalData", "body", "bodyBase64", "contentType", "delayMs", "location", "chunks", "breaksOff",
            "afterCommit");
        return NewFault(json);
    }

    private static Fault NewFault(JsonObject json) => new()
    {
        Kind = Enum<FaultKind>(json, "kind") ?? FaultKind.Status,
        PathPattern = Text(json, "path"),
        Method = Text(json, "method"),
        Times = json.ContainsKey("times") ? Number(json, "times") : 1,
        SkipFirst = Number(json, "skipFirst") ?? 0,
        Status = Number(json, "status") ?? 500,
        Code = Text(json, "code"),
        Message = Text(json, "message"),
        Headers = (json["headers"] as JsonObject ?? []).ToDictionary(h => h.Key, h => h.Value!.ToString()),
        AdditionalData = json["additionalData"]?.ToJsonString(),
        Body = json["body"] is { } body ? Json.StringOf(body) ?? Json.Text(body) : null,
        RawBytes = Text(json, "bodyBase64") is { } base64
        ? Convert.FromBase64String(base64) : default(ReadOnlyMemory<byte>?),
        ContentType = Text(json, "contentType"),
        DelayFor = TimeSpan.FromMilliseconds(Number(json, "delayMs") ?? 0),
        Location = Text(json, "location"),
        AfterCommit = Bool(json, "afterCommit") ?? false,
        Chunks = TextList(json, "chunks") is { } chunks ? ChunksAsync(chunks, Number(json, "delayMs") ?? 0) : null,
        BreaksOff = Bool(json, "breaksOff") ?? false,
    };

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ChunksAsync(List<string> chunks, int delayMs)
    {
        foreach (var chunk in chunks)
        {
            yield return Encoding.UTF8.GetBytes(chunk);
            await Task.Delay(delayMs);
        }
    }

    private static Integration? Client(FakeNotionState state, JsonObject json) => Text(json, "clientId") is { } id
        ? state.FindClient(id) ?? throw new ArgumentException($"There is no integration with client id {id}.")
        : null;

    private static AutoApprove? Approval(JsonObject json, string name) => json[name]?.GetValueKind() switch
    {
        JsonValueKind.True => AutoApprove.Allow,
        JsonValueKind.False => AutoApprove.Off,
        _ => Enum<AutoApprove>(json, name),
    };

    /// <summary>A name that is mistyped would be a setting that isn't made.</summary>
    private static void Allow(JsonObject json, params string[] names)
    {
        foreach (var (name, _) in json)
        {
            if (!names.Contains(name))
                throw new ArgumentException($"There is no {name} here; there is {string.Join(", ", names)}.");
        }
    }

    private static string? Text(JsonObject json, string name) => json[name]?.GetValue<string>();

    private static bool? Bool(JsonObject json, string name) => json[name]?.GetValue<bool>();

    private static int? Number(JsonObject json, string name) => json[name]?.GetValue<int>();

    private static Guid? GuidOf(JsonObject json, string name) => Text(json, name) is { } text ? Guid.Parse(text) : null;

    private static List<string>? TextList(JsonObject json, string name) =>
        (json[name] as JsonArray)?.Select(v => v!.GetValue<string>()).ToList();

    private static List<Guid>? GuidList(JsonObject json, string name) => TextList(json, name)?.ConvertAll(Guid.Parse);

    /// <summary>Names as in C#, in any case; underscores are ignored, so <c>edge_html</c> is fine too.</summary>
    private static T? Enum<T>(JsonObject json, string name)
        where T : struct, Enum
    {
        if (Text(json, name) is not { } text)
            return null;
        return System.Enum.TryParse<T>(text.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var value)
            ? value
            : throw new ArgumentException(
                $"{name} is {text}; it can be {string.Join(", ", System.Enum.GetNames<T>())}.");
    }
}
