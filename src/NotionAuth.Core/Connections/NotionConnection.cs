using System;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Connections;

/// <summary>How a connection's token came about.</summary>
public enum AuthType
{
    /// <summary>By signing in with OAuth.</summary>
    OAuth,

    /// <summary>An internal integration secret or a personal access token.</summary>
    Token,
}

/// <summary>What may be known of a connection: details, no secret.</summary>
public sealed record NotionConnection
{
    /// <summary>The name that commands take.</summary>
    public required string Name { get; init; }

    /// <summary>The workspace's name; null where Notion names none.</summary>
    public string? WorkspaceName { get; init; }

    /// <summary>The workspace's id.</summary>
    public string? WorkspaceId { get; init; }

    /// <summary>The workspace's icon: an emoji or a URL.</summary>
    public string? WorkspaceIcon { get; init; }

    /// <summary>The bot's id, which tells connections apart.</summary>
    public required string BotId { get; init; }

    /// <summary><c>user</c> or <c>workspace</c>.</summary>
    public string? OwnerType { get; init; }

    /// <summary>The id of the user who signed in.</summary>
    public string? OwnerId { get; init; }

    /// <summary>The name of the user who signed in.</summary>
    public string? OwnerName { get; init; }

    /// <summary>The e-mail address of the user who signed in, where the integration may see it.</summary>
    public string? OwnerEmail { get; init; }

    /// <summary>How the token came about.</summary>
    public AuthType AuthType { get; init; }

    /// <summary>The OAuth client id; null for <see cref="AuthType.Token"/>.</summary>
    public string? ClientId { get; init; }

    /// <summary>Whether there is a refresh token; without one an OAuth token doesn't expire.</summary>
    public bool HasRefreshToken { get; init; }

    /// <summary>When the connection was made (UTC).</summary>
    public DateTime ConnectedAt { get; init; }

    /// <summary>When its token was last refreshed (UTC); null for never.</summary>
    public DateTime? RefreshedAt { get; init; }

    /// <summary>When its token ends (UTC), where that was given with the token; null where it isn't known.</summary>
    public DateTime? ExpiresOn { get; init; }

    /// <summary>The vault that keeps it; empty for one that lives in this process only.</summary>
    public string Vault { get; init; } = string.Empty;

    /// <summary>Notion's origin.</summary>
    public required Uri BaseUri { get; init; }

    /// <summary>The Notion-Version that its requests send.</summary>
    public required string NotionVersion { get; init; }

    /// <summary>Whether it is the current connection of the runspace that asked.</summary>
    public bool IsCurrent { get; init; }

    /// <summary>Whether a person must sign in again.</summary>
    public bool NeedsReconnect { get; init; }

    /// <summary>The name, so that a connection can stand where a name is wanted.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;

    /// <summary>The command that signs in again, into the same vault, for messages.</summary>
    /// <returns>A command line.</returns>
    public string ReconnectCommand()
    {
        string name = CommandText.Quoted(Name);
        string where = Vault.Length == 0 ? " -SessionOnly" : $" -Vault {CommandText.Quoted(Vault)}";
        string elsewhere = Http.BaseUri.AreSame(BaseUri, Http.BaseUri.Default)
            ? string.Empty : $" -BaseUri {CommandText.Quoted(Http.BaseUri.Text(BaseUri))}";
        return AuthType == AuthType.OAuth
            ? $"Connect-NotionWorkspace -Name {name} -ClientId " +
                $"{CommandText.Argument(ClientId ?? string.Empty)}{elsewhere}{where}"
            : $"Connect-NotionWorkspace -Name {name} -Token (Read-Host -AsSecureString){elsewhere}{where}";
    }
}
