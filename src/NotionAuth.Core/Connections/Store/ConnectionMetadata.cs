using System;
using System.Collections.Generic;
using System.Globalization;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Connections.Store;

/// <summary>
/// The details of a connection as a vault's metadata: texts, whole numbers and times, which is what every vault with
/// metadata takes.
/// </summary>
internal static class ConnectionMetadata
{
    /// <summary>Writes metadata.</summary>
    /// <param name="connection">The connection.</param>
    /// <returns>Names and values; what isn't known is left out.</returns>
    public static IReadOnlyDictionary<string, object> Write(StoredConnection connection)
    {
        NotionConnection details = connection.Details;
        var metadata = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase)
        {
            ["Name"] = details.Name,
            ["AuthType"] = details.AuthType.ToString(),
            ["BaseUri"] = details.BaseUri.OriginalString,
            ["NotionVersion"] = details.NotionVersion,
            ["ConnectedAt"] = Time(details.ConnectedAt),
            ["HasRefreshToken"] = details.HasRefreshToken ? 1 : 0,
            ["NeedsReconnect"] = details.NeedsReconnect ? 1 : 0,
            ["Generation"] = connection.Generation.ToString(CultureInfo.InvariantCulture),
        };
        Add("WorkspaceName", details.WorkspaceName);
        Add("WorkspaceId", details.WorkspaceId);
        Add("WorkspaceIcon", details.WorkspaceIcon);
        Add("OwnerType", details.OwnerType);
        Add("OwnerId", details.OwnerId);
        Add("OwnerName", details.OwnerName);
        Add("OwnerEmail", details.OwnerEmail);
        Add("ClientId", details.ClientId);
        Add("RefreshedAt", details.RefreshedAt is DateTime at ? Time(at) : null);
        Add("ExpiresOn", details.ExpiresOn is DateTime end ? Time(end) : null);
        return metadata;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) metadata[name] = value!;
        }
    }

    /// <summary>Reads metadata.</summary>
    /// <param name="metadata">Names and values, as the vault gives them.</param>
    /// <param name="botId">The bot id that the secret's name gives.</param>
    /// <param name="vault">The vault.</param>
    /// <returns>The details, or null where the metadata isn't ours or not whole: the secret itself must be asked
    /// then.</returns>
    public static NotionConnection? Read(IReadOnlyDictionary<string, object> metadata, string botId, string vault)
    {
        if (Text("Name") is not { } name
            || ConnectionJson.TypeOf(Text("AuthType")) is not AuthType type
            || !Uri.TryCreate(Text("BaseUri"), UriKind.Absolute, out Uri? baseUri)
            || Text("NotionVersion") is not { } notionVersion
            || At("ConnectedAt") is not DateTime connectedAt)
            return null;

        return new NotionConnection
        {
            Name = name,
            BotId = botId,
            AuthType = type,
            BaseUri = baseUri,
            NotionVersion = notionVersion,
            ConnectedAt = connectedAt,
            RefreshedAt = At("RefreshedAt"),
            ExpiresOn = At("ExpiresOn"),
            HasRefreshToken = Text("HasRefreshToken") == "1",
            NeedsReconnect = Text("NeedsReconnect") == "1",
            WorkspaceName = Text("WorkspaceName"),
            WorkspaceId = Text("WorkspaceId"),
            WorkspaceIcon = Text("WorkspaceIcon"),
            OwnerType = Text("OwnerType"),
            OwnerId = Text("OwnerId"),
            OwnerName = Text("OwnerName"),
            OwnerEmail = Text("OwnerEmail"),
            ClientId = Text("ClientId"),
            Vault = vault,
        };

        // A vault may hold anything under our names, and this is shown in terminals.
        string? Text(string key) =>
            metadata.TryGetValue(key, out object? value)
                && Redaction.OneLine(Convert.ToString(value, CultureInfo.InvariantCulture)) is { Length: > 0 } text
                ? text : null;

        // SecretStore makes a DateTime of what was written as text, once it has read its file again.
        DateTime? At(string key)
        {
            if (metadata.TryGetValue(key, out object? value) && value is DateTime at)
                return at.Kind == DateTimeKind.Unspecified
                    ? DateTime.SpecifyKind(at, DateTimeKind.Utc) : at.ToUniversalTime();
            return DateTime.TryParse(Text(key), CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime time) ? time : null;
        }
    }

    // As text: vaults differ in what they make of a DateTime's kind.
    private static string Time(DateTime time) => time.ToUniversalTime().ToString("o", CultureInfo.InvariantCulture);
}
