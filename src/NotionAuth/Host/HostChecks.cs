using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Runtime.InteropServices;
using NotionAuth.Core.Diagnostics;

namespace NotionAuth.Host;

/// <summary>What the checks of the environment say of PowerShell and of this module.</summary>
internal static class HostChecks
{
    /// <summary>Makes the checks.</summary>
    /// <param name="session">The session that the command runs in.</param>
    /// <param name="module">This module's version; null where the command was loaded without it.</param>
    public static IReadOnlyList<EnvironmentCheck> Make(SessionState session, Version? module)
    {
        var table = session.PSVariable.GetValue("PSVersionTable") as IDictionary;
        return
        [
            new EnvironmentCheck
            {
                Check = "PowerShell",
                Detail = $"{table?["PSVersion"]} ({table?["PSEdition"]}), {RuntimeInformation.FrameworkDescription}, " +
                    $"{RuntimeInformation.OSDescription.Trim()}.",
            },
            new EnvironmentCheck
            {
                Check = "NotionAuth",
                Detail = module is null ? "It was loaded without its manifest." : $"{module}.",
            },
        ];
    }
}
