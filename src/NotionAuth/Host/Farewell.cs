using System;
using System.Management.Automation.Host;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Pipeline;

namespace NotionAuth.Host;

/// <summary>What a person reads after leaving: how to come back, and what ends the access itself.</summary>
internal static class Farewell
{
    /// <summary>Shows it where there is a person.</summary>
    /// <param name="host">The host.</param>
    /// <param name="left">The connection that was current; null for none.</param>
    /// <param name="writeInformation">The cmdlet's information stream.</param>
    public static void Show(PSHost host, NotionConnection? left, Action<object, string[]> writeInformation)
    {
        if (HostPrompts.CanPrompt(host)) HostMessage.Write(writeInformation, Text(left));
    }

    private static string Text(NotionConnection? left)
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
