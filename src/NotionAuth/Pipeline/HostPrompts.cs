using System;
using System.Linq;
using System.Management.Automation.Host;
using System.Reflection;

namespace NotionAuth.Pipeline;

/// <summary>Whether there is a person to ask.</summary>
internal static class HostPrompts
{
    /// <summary>
    /// The host that PowerShell's own host object stands before. Where somebody answers a question with Ctrl+C,
    /// PowerShell's ends the whole pipeline, and nothing can be reported any more; the host behind it says that they
    /// did, and the command can tell what it means.
    /// </summary>
    /// <param name="host">A cmdlet's host.</param>
    /// <returns>The host behind it; the same where that can't be found out.</returns>
    public static PSHost Outer(PSHost host) =>
        host.GetType().GetProperty("ExternalHost", BindingFlags.Instance | BindingFlags.NonPublic)
            ?.GetValue(host) as PSHost ?? host;

    /// <summary>
    /// Tells whether the host can ask a person: not in a job, a runbook, with -NonInteractive or with input that is
    /// redirected.
    /// </summary>
    public static bool CanPrompt(PSHost host)
    {
        if (host?.UI?.RawUI is null || !Environment.UserInteractive
            || IsNonInteractive(Environment.GetCommandLineArgs())) return false;
        return host.Name switch
        {
            "ConsoleHost" => !Console.IsInputRedirected,
            "Default Host" or "ServerRemoteHost" => false,
            _ => true,
        };
    }

    // PowerShell takes any unambiguous beginning of the switch; what follows -Command or -File is the script's.
    private static bool IsNonInteractive(string[] arguments) =>
        arguments.Skip(1).Select(a => a.TrimStart('-', '/'))
            .TakeWhile(a => !Is(a, "file", 1) && !Is(a, "command", 1) && !Is(a, "encodedcommand", 1))
            .Any(a => Is(a, "noninteractive", 4));

    private static bool Is(string argument, string name, int minimum) =>
        argument.Length >= minimum && name.StartsWith(argument, StringComparison.OrdinalIgnoreCase);
}
