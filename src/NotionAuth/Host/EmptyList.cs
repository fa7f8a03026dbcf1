using System;
using System.Management.Automation.Host;
using NotionAuth.Pipeline;

namespace NotionAuth.Host;

/// <summary>What a person reads where there is no connection to list.</summary>
internal static class EmptyList
{
    /// <summary>Shows what to run, where there is a person.</summary>
    /// <param name="host">The host.</param>
    /// <param name="writeInformation">The cmdlet's information stream.</param>
    public static void Show(PSHost host, Action<object, string[]> writeInformation)
    {
        if (HostPrompts.CanPrompt(host))
            HostMessage.Write(
                writeInformation,
                "There are no connections yet. To sign in with a browser, run: Connect-NotionWorkspace. With a token: "
                + "Connect-NotionWorkspace -Token (Read-Host -AsSecureString)");
    }
}
