using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;

namespace NotionAuth.Host;

/// <summary>What a person reads after leaving: how to come back, and what ends the access itself.</summary>
internal static class Farewell
{
    /// <summary>Writes it.</summary>
    /// <param name="left">The connection that was current; null for none.</param>
    public static string Text(NotionConnection? left)
    {
        if (left is null) return "Disconnected. Connections that a vault keeps stay: see Get-NotionConnection.";
        string name = CommandText.Quoted(left.Name);
        return left.Vault.Length == 0
            ? $"Disconnected. '{left.Name}' was kept in this process only and is gone. To sign in again, run: " +
                left.ReconnectCommand()
            : $"Disconnected. Vault '{left.Vault}' still has '{left.Name}'. To come back, run: " +
                $"Connect-NotionWorkspace -Name {name} -Vault {CommandText.Quoted(left.Vault)}. " +
                $"To end the access itself, run: Revoke-NotionToken {name}";
    }
}
