using System;
using System.Management.Automation;

namespace NotionAuth.Host;

/// <summary>A line for a person: seen in every host, and still a stream that can be redirected.</summary>
internal static class HostMessage
{
    /// <summary>Writes it as Write-Host does.</summary>
    /// <param name="writeInformation">The cmdlet's information stream.</param>
    /// <param name="text">The line.</param>
    public static void Write(Action<object, string[]> writeInformation, string text) =>
        writeInformation(new HostInformationMessage { Message = text }, ["PSHOST"]);
}
