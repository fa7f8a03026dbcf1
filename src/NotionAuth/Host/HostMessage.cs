using System;
using System.Management.Automation;
using System.Management.Automation.Host;
using NotionAuth.Pipeline;

namespace NotionAuth.Host;

/// <summary>A line for a person: seen in every host, and still a stream that can be redirected.</summary>
internal static class HostMessage
{
    /// <summary>Writes it as Write-Host does.</summary>
    /// <param name="writeInformation">The cmdlet's information stream.</param>
    /// <param name="text">The line.</param>
    public static void Write(Action<object, string[]> writeInformation, string text) =>
        writeInformation(new HostInformationMessage { Message = text }, ["PSHOST"]);

    /// <summary>Writes it where there is a person: a script's output stays as it is.</summary>
    /// <param name="host">The host.</param>
    /// <param name="writeInformation">The cmdlet's information stream.</param>
    /// <param name="text">The line.</param>
    public static void WriteToPerson(PSHost host, Action<object, string[]> writeInformation, string text)
    {
        if (HostPrompts.CanPrompt(host)) Write(writeInformation, text);
    }
}
