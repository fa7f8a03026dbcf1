using System;
using System.Collections;
using System.Collections.Concurrent;
using System.IO;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;

namespace Microsoft.PowerShell.SecretManagement;

/// <summary>
/// The runspace that all extensions of the process are loaded into and called in. It takes one call at a time: a second
/// one fails, as it does with the real module, so that a caller who forgets to wait is found out here as well.
/// </summary>
internal static class ExtensionRunspace
{
    private static readonly object Gate = new();
    private static readonly ConcurrentDictionary<string, PSModuleInfo> Loaded = new(StringComparer.Ordinal);
    private static Runspace? _runspace;

    /// <summary>Imports a module, once.</summary>
    public static PSModuleInfo Import(PSHost host, string nameOrPath)
    {
        if (Loaded.TryGetValue(nameOrPath, out PSModuleInfo? known)) return known;
        using System.Management.Automation.PowerShell shell = Create(host);
        shell.AddCommand("Import-Module").AddParameter("Name", nameOrPath).AddParameter("PassThru")
            .AddParameter("ErrorAction", ActionPreference.Stop);
        foreach (PSObject output in shell.Invoke())
        {
            if (output.BaseObject is PSModuleInfo module) return Loaded.GetOrAdd(nameOrPath, module);
        }

        throw new ItemNotFoundException($"The module {nameOrPath} could not be loaded.");
    }

    /// <summary>
    /// A PowerShell that calls a function of a module; a function that is missing is the error of a command that is
    /// missing. Warnings and the like come with the output: the caller's cmdlet writes them, and not this runspace's
    /// host as well.
    /// </summary>
    public static System.Management.Automation.PowerShell Call(
        PSHost host, PSModuleInfo module, string function, IDictionary parameters)
    {
        object target = module.ExportedCommands.TryGetValue(function, out CommandInfo? found)
            ? found : $"{module.Name}\\{function}";
        return Create(host)
            .AddScript("param ($Target, $Parameters) & $Target @Parameters 3>&1 4>&1 6>&1")
            .AddParameter("Target", target)
            .AddParameter("Parameters", parameters);
    }

    private static System.Management.Automation.PowerShell Create(PSHost host)
    {
        lock (Gate)
        {
            if (_runspace is null)
            {
                var state = InitialSessionState.CreateDefault2();

                // This module itself: extensions require it by name and must not get another one.
                string folder = Path.GetDirectoryName(typeof(ExtensionRunspace).Assembly.Location)!;
                state.ImportPSModule([Path.Combine(folder, "Microsoft.PowerShell.SecretManagement.psd1")]);
                Runspace runspace = RunspaceFactory.CreateRunspace(host, state);
                runspace.Open();
                _runspace = runspace;
            }
        }

        var shell = System.Management.Automation.PowerShell.Create();
        shell.Runspace = _runspace;
        return shell;
    }
}
