using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Threading;

namespace NotionAuth.Vault;

/// <summary>
/// The runspace in which the process calls SecretManagement. SecretManagement is loaded into it at the first call and
/// not before. It is no user's session: nothing of a session (<c>$PSDefaultParameterValues</c>, preferences, aliases,
/// functions, strict mode, event actions) reaches these calls, and nothing of these calls shows in a session
/// (<c>$Error</c>, transcripts). SecretManagement itself runs every vault call of a process in one runspace that takes
/// one call at a time: so do we.
/// </summary>
internal static class VaultRunspace
{
    private const string Module = "Microsoft.PowerShell.SecretManagement";

    // The host that PowerShell makes up where there is none: it has nobody to ask.
    private const string NoHost = "Default Host";

    private static readonly Version MinimumVersion = new(1, 1, 0);
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);
    private static Runspace? _runspace;
    private static bool _hasHost;

    /// <summary>SecretManagement's name and version; null where it isn't loaded in this process.</summary>
    public static string? LoadedModule() =>
        LoadedAssembly()?.GetName().Version is { } version ? $"{Module} {version.ToString(3)}" : null;

    /// <summary>Calls a command of SecretManagement in silence.</summary>
    /// <param name="host">Who is asked where the vault asks for a password; null where nobody can be asked.</param>
    /// <param name="command">The command's name.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="errors">Gets the errors that the command wrote.</param>
    /// <param name="stopping">Ends the wait for the turn and the call.</param>
    /// <returns>What the command returned.</returns>
    /// <exception cref="RuntimeException">The error that ended the command.</exception>
    /// <exception cref="VaultException"><see cref="Core.Common.ErrorIds.SecretManagementMissing"/>.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<PSObject> Invoke(
        PSHost? host, string command, IDictionary parameters, IList<ErrorRecord> errors, CancellationToken stopping)
    {
        OneAtATime.Wait(stopping);
        try
        {
            using var shell = System.Management.Automation.PowerShell.Create();
            shell.Runspace = Open(host);
            shell.AddCommand(Module + "\\" + command).AddParameters(parameters);
            Collection<PSObject> output = Invoke(shell, stopping);
            foreach (ErrorRecord error in shell.Streams.Error) errors.Add(error);
            return output;
        }
        finally
        {
            SecretStoreCache.SerializeUpdates();
            OneAtATime.Release();
        }
    }

    /// <summary>Loads a vault's own module. Where it can't be loaded, the vault's first call says so.</summary>
    /// <param name="host">As for
    /// <see cref="Invoke(PSHost?, string, IDictionary, IList{ErrorRecord}, CancellationToken)"/>.</param>
    /// <param name="path">Where the module is.</param>
    /// <param name="stopping">Ends the wait for the turn.</param>
    public static void TryImport(PSHost? host, string path, CancellationToken stopping)
    {
        OneAtATime.Wait(stopping);
        try
        {
            using var shell = System.Management.Automation.PowerShell.Create();
            shell.Runspace = Open(host);
            shell.AddCommand("Import-Module").AddParameter("Name", path)
                .AddParameter("ErrorAction", ActionPreference.Ignore).Invoke();
        }
        catch (RuntimeException)
        {
            return;
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    /// <summary>Does something that no vault call of this process may run beside.</summary>
    /// <param name="action">The action, a short one.</param>
    /// <returns>What it returned.</returns>
    public static T Alone<T>(Func<T> action)
    {
        OneAtATime.Wait();
        try
        {
            return action();
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    private static Collection<PSObject> Invoke(
        System.Management.Automation.PowerShell shell, CancellationToken stopping)
    {
        using CancellationTokenRegistration stop = stopping.Register(() => shell.BeginStop(null, null));
        try
        {
            Collection<PSObject> output = shell.Invoke();

            // A call that is stopped in its midst may end as if it had found nothing.
            return shell.InvocationStateInfo.State == PSInvocationState.Stopped
                ? throw new PipelineStoppedException() : output;
        }
        catch (PipelineStoppedException) when (stopping.IsCancellationRequested)
        {
            throw new OperationCanceledException(stopping);
        }
    }

    // A runspace that was opened where nobody could be asked is opened again where somebody can.
    private static Runspace Open(PSHost? host)
    {
        bool hasHost = host is not null && host.Name != NoHost;
        if (_runspace is { RunspaceStateInfo.State: RunspaceState.Opened } && (_hasHost || !hasHost)) return _runspace;

        _runspace?.Dispose();
        _runspace = null;
        var state = InitialSessionState.CreateDefault2();
        Runspace runspace = hasHost
            ? RunspaceFactory.CreateRunspace(host, state) : RunspaceFactory.CreateRunspace(state);
        try
        {
            runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
            runspace.Open();
            Import(runspace);
        }
        catch
        {
            runspace.Dispose();
            throw;
        }

        _hasHost = hasHost;
        return _runspace = runspace;
    }

    private static void Import(Runspace runspace)
    {
        using var shell = System.Management.Automation.PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddCommand("Import-Module").AddParameter("Name", LoadedManifest() ?? Module)
            .AddParameter("MinimumVersion", MinimumVersion)
            .AddParameter("ErrorAction", ActionPreference.Stop);
        try
        {
            shell.Invoke();
        }
        catch (RuntimeException e)
        {
            throw VaultException.NotLoaded(e.ErrorRecord, MinimumVersion);
        }
    }

    // A session may have imported it from a folder that PSModulePath doesn't name, and a process can load one version
    // of an assembly only.
    private static string? LoadedManifest()
    {
        string? assembly = LoadedAssembly()?.Location;
        string? manifest = string.IsNullOrEmpty(assembly) ? null : Path.ChangeExtension(assembly, ".psd1");
        return File.Exists(manifest) ? manifest : null;
    }

    private static Assembly? LoadedAssembly() =>
        AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(a => !a.IsDynamic && a.GetName().Name == Module);
}
