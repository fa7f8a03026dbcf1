using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.Connections.Store;

/// <summary>
/// The form in which connections and app registrations are kept: one JSON object with <c>version</c> 1. Reading is as
/// strict as for a reply from outside: a vault may hold anything under our names.
/// </summary>
internal static class ConnectionJson
{
    private const int Version = 1;

    // An OAuth connection as Notion's replies make one, with names of some length.
    private static readonly StoredConnection Typical = TypicalOf(new NotionConnection
    {
        Name = "The name of a workspace, as people give them",
        BotId = "00000000-0000-0000-0000-000000000000",
        BaseUri = Http.BaseUri.Default,
        NotionVersion = Api.NotionVersion.Default,
        ClientId = "00000000-0000-0000-0000-000000000000",
        ConnectedAt = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc),
        WorkspaceName = "The name of a workspace, as people give them",
        WorkspaceId = "00000000-0000-0000-0000-000000000000",
        OwnerType = "user",
        OwnerId = "00000000-0000-0000-0000-000000000000",
        OwnerName = "The name of a person",
        OwnerEmail = "the.name.of.a.person@example.com",
    });

    /// <summary>Writes a connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <returns>JSON that holds the tokens.</returns>
    public static string Write(StoredConnection connection) => Write(writer =>
    {
        NotionConnection details = connection.Details;
        writer.WriteString("name", details.Name);
        writer.WriteString("bot_id", details.BotId);
        writer.WriteString("auth_type", details.AuthType.ToString());
        writer.WriteString("client_id", details.ClientId);
        writer.WriteString("base_uri", details.BaseUri.OriginalString);
        writer.WriteString("notion_version", details.NotionVersion);
        writer.WriteString("connected_at", Time(details.ConnectedAt));
        writer.WriteString("refreshed_at", details.RefreshedAt is DateTime at ? Time(at) : null);
        if (details.ExpiresOn is DateTime end) writer.WriteString("expires_on", Time(end));
        writer.WriteBoolean("needs_reconnect", details.NeedsReconnect);
        writer.WriteNumber("generation", connection.Generation);
        writer.WriteString("access_token", connection.AccessToken.Reveal());
        writer.WriteString("refresh_token", connection.RefreshToken?.Reveal());
        writer.WritePropertyName("reply");

        // As it came: a name that ends in half a character is valid JSON, but can't be written again as text.
        writer.WriteRawValue(JsonText.OneLine(connection.Reply.GetRawText()), skipInputValidation: true);
    });

    /// <summary>
    /// Writes a connection without what Notion can tell again, for a vault that takes short secrets only (Windows
    /// Credential Manager: 2,560 bytes).
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <returns>JSON that holds the tokens, the workspace and its owner.</returns>
    public static string WriteShort(StoredConnection connection) =>
        Write(connection with { Reply = WorkspaceDetails.Short(connection.Details) });

    /// <summary>
    /// Makes up a connection for a write test: the size and the form of a real one, and nothing secret.
    /// </summary>
    /// <param name="like">The connection that is to be written, or null: then one as Notion's replies are
    /// today.</param>
    /// <returns>The connection.</returns>
    public static StoredConnection Sample(StoredConnection? like)
    {
        StoredConnection real = like ?? Typical;
        return real with
        {
            AccessToken = Like(real.AccessToken),
            RefreshToken = real.RefreshToken is { } refresh ? Like(refresh) : null
        };

        static Secret Like(Secret secret) => new(new string('x', secret.Reveal().Length));
    }

    /// <summary>
    /// Tells whether a text is JSON: one that a vault has cut off or changed on the way mostly isn't.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether it can be parsed.</returns>
    public static bool IsWhole(string text) => GenerationOf(text) is not null;

    /// <summary>Reads how often a connection has been written.</summary>
    /// <param name="text">A secret's text.</param>
    /// <returns>The number, 0 where there is none (an app registration), or null where the text isn't JSON.</returns>
    public static long? GenerationOf(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, JsonText.Limits);
            return Generation(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Reads a connection.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="botId">The bot id that the secret's name gives.</param>
    /// <param name="vault">The vault, for the details and for messages.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.SecretInvalid"/>,
    /// <see cref="ErrorIds.SecretTooNew"/>.</exception>
    public static StoredConnection ReadConnection(string json, string botId, string vault) =>
        Read(json, SecretName.OfConnection(botId), vault, root =>
    {
        // A vault may have given the name back in other letters.
        if (JsonText.StringOf(root, "bot_id") is not { } id
            || !string.Equals(id, botId, StringComparison.OrdinalIgnoreCase)) return null;
        JsonElement reply = root.TryGetProperty("reply", out JsonElement r)
            && r.ValueKind == JsonValueKind.Object ? r.Clone() : default;
        string? clientId = JsonText.StringOf(root, "client_id");
        if (Redaction.OneLine(JsonText.StringOf(root, "name")) is not { Length: > 0 } name
            || TypeOf(JsonText.StringOf(root, "auth_type")) is not AuthType type
            || (clientId is not null && !TokenReply.IsId(clientId))
            || JsonText.StringOf(root, "access_token") is not { } access || !AccessTokenText.IsUsable(access)
            || OriginOf(root) is not Uri baseUri
            || JsonText.StringOf(root, "notion_version") is not { } notionVersion
            || !NotionVersion.IsDate(notionVersion)
            || !TryTime(root, "connected_at", out DateTime? connectedAt) || connectedAt is null
            || !TryTime(root, "refreshed_at", out DateTime? refreshedAt)
            || !TryTime(root, "expires_on", out DateTime? expiresOn)
            || reply.ValueKind != JsonValueKind.Object)
            return null;

        Secret? refresh = Secret.From(JsonText.StringOf(root, "refresh_token"));
        NotionConnection details = WorkspaceDetails.Read(reply, type, id) with
        {
            Name = name,
            ClientId = clientId,
            HasRefreshToken = refresh is not null,
            ConnectedAt = connectedAt.Value,
            RefreshedAt = refreshedAt,
            ExpiresOn = expiresOn,
            Vault = vault,
            BaseUri = baseUri,
            NotionVersion = notionVersion,
            NeedsReconnect = root.TryGetProperty("needs_reconnect", out JsonElement needs)
            && needs.ValueKind == JsonValueKind.True,
        };
        return new StoredConnection
        {
            Details = details,
            AccessToken = new Secret(access),
            RefreshToken = refresh,
            Reply = reply,
            Generation = Generation(root),
        };
    });

    /// <summary>Writes an app registration.</summary>
    /// <param name="app">The registration.</param>
    /// <returns>JSON that holds the client secret.</returns>
    public static string Write(AppRegistration app) => Write(writer =>
    {
        writer.WriteString("client_id", app.Credentials.ClientId);
        writer.WriteString("client_secret", app.Credentials.ClientSecret.Reveal());
        writer.WriteString("base_uri", app.BaseUri.OriginalString);
        writer.WriteStartArray("redirect_uris");
        foreach (Uri uri in app.RedirectUris) writer.WriteStringValue(uri.OriginalString);
        writer.WriteEndArray();
    });

    /// <summary>Reads an app registration.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="appId">What the secret's name gives: the client id, or <see cref="SecretName.AppIdAt"/>.</param>
    /// <param name="vault">The vault, for messages.</param>
    /// <returns>The registration.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.SecretInvalid"/>,
    /// <see cref="ErrorIds.SecretTooNew"/>.</exception>
    public static AppRegistration ReadApp(string json, string appId, string vault) =>
        Read(json, SecretName.OfApp(appId), vault, root =>
    {
        if (JsonText.StringOf(root, "client_id") is not { } clientId
            || Secret.From(JsonText.StringOf(root, "client_secret")) is not { } secret
            || OriginOf(root) is not Uri baseUri
            || (appId != clientId && appId != SecretName.AppIdAt(clientId, baseUri))
            || !root.TryGetProperty("redirect_uris", out JsonElement uris) || uris.ValueKind != JsonValueKind.Array)
            return null;

        List<Uri> redirectUris = uris.EnumerateArray()
            .Select(u =>
                u.ValueKind == JsonValueKind.String
                && Uri.TryCreate(JsonText.StringOf(u), UriKind.Absolute, out Uri? uri) ? uri : null)
            .OfType<Uri>().ToList();
        return new AppRegistration(new ClientCredentials(clientId, secret), redirectUris, baseUri) { Id = appId };
    });

    private static string Write(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", Version);
            members(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static T Read<T>(string json, string secretName, string vault, Func<JsonElement, T?> read)
        where T : class
    {
        long version = 0;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, JsonText.Limits);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("version", out JsonElement v)
                && v.ValueKind == JsonValueKind.Number && v.TryGetInt64(out version)
                && version == Version && read(root) is T value)
                return value;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            // Not JSON, not even Unicode, or a name in it that isn't: reported below. The exception's text could quote
            // the secret.
        }

        string show = $"Get-Secret -Vault {CommandText.Quoted(vault)} -Name {CommandText.Quoted(secretName)}";
        if (version > Version)
            throw new NotionAuthException(
                ErrorIds.SecretTooNew, NotionErrorKind.InvalidData,
                $"The secret '{secretName}' in vault '{vault}' was written by a newer NotionAuth (format {version}; " +
                $"this one reads {Version}). It was left as it is.",
                "Update the module: Update-Module NotionAuth.")
            { Target = secretName };
        throw new NotionAuthException(
            ErrorIds.SecretInvalid, NotionErrorKind.InvalidData,
            $"The secret '{secretName}' in vault '{vault}' isn't one that NotionAuth wrote, or is broken. " +
            "It was left as it is.",
            $"Look at it with {show}; if it isn't needed, remove it with Remove-Secret and connect again with " +
            "Connect-NotionWorkspace.")
        { Target = secretName };
    }

    // By name alone: the platform would take any number for a value of an enumeration.
    internal static AuthType? TypeOf(string? text) => text switch
    {
        nameof(AuthType.OAuth) => AuthType.OAuth,
        nameof(AuthType.Token) => AuthType.Token,
        _ => null,
    };

    // What of the reply isn't read takes room too: the icon, the user's picture, the template, the request.
    private static StoredConnection TypicalOf(NotionConnection details) => new()
    {
        Details = details,
        AccessToken = new Secret(new string('x', 50)),
        RefreshToken = new Secret(new string('x', 50)),
        Reply = JsonText.Merge(
            WorkspaceDetails.Short(details), JsonSerializer.SerializeToElement(new Dictionary<string, string>
            {
                [
                "workspace_icon"] = new('x', 150)
            })),
    };

    private static long Generation(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("generation", out JsonElement g)
            && g.ValueKind == JsonValueKind.Number
        && g.TryGetInt64(out long generation) ? Math.Max(0, generation) : 0;

    // The token must not be sent to a host that only a broken or forged secret names.
    private static Uri? OriginOf(JsonElement root)
    {
        if (!Uri.TryCreate(JsonText.StringOf(root, "base_uri"), UriKind.Absolute, out Uri? uri)) return null;
        try
        {
            return BaseUri.Check(uri);
        }
        catch (NotionAuthException)
        {
            return null;
        }
    }

    private static string Time(DateTime time) => time.ToUniversalTime().ToString("o", CultureInfo.InvariantCulture);

    private static bool TryTime(JsonElement root, string name, out DateTime? time)
    {
        time = null;
        if (!root.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null) return true;
        if (!DateTime.TryParse(
            JsonText.StringOf(root, name), CultureInfo.InvariantCulture,
            DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime parsed))
            return false;
        time = parsed;
        return true;
    }
}
