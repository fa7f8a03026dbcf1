using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Security;
using System.Threading;
using NotionAuth.Core.Connections;

namespace NotionAuth.Vault;

/// <summary>
/// SecretManagement's cmdlets, called on the pipeline thread. The module has no API for consumers, and runs every call of a process in one
/// runspace of its own that takes one call at a time: so do we.
/// </summary>
/// <param name="errors">The session's <c>$Error</c>, which is left as it was found: what matters of an error is thrown.</param>
/// <param name="stopping">Ends waits when the pipeline stops.</param>
internal sealed class SecretManagement(IList errors, CancellationToken stopping)
{
    private const string Module = "Microsoft.PowerShell.SecretManagement\\";
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    // A store that is busy is asked again after these pauses; it has tried four times within a second by itself.
    private static readonly int[] PausesMs = [30, 100, 300, 900];

    /// <summary>A registered vault.</summary>
    public sealed record VaultInfo(string Name, string ModuleName, bool IsDefault)
    {
        /// <summary>What the vault was registered with, such as its file's path.</summary>
        public IDictionary? Parameters { get; init; }

        /// <summary>What it is, under whatever name it is registered: however many vaults are registered for it, there is one SecretStore.</summary>
        public string Identity => StoreIdentity.Of(ModuleName, IsSecretStore ? null : Parameters);

        /// <summary>Whether one call writes a secret and its metadata.</summary>
        public bool IsSecretStore => ModuleName == "Microsoft.PowerShell.SecretStore";
    }

    /// <summary>A secret's name and metadata.</summary>
    public sealed record SecretInfo(string Name, IReadOnlyDictionary<string, object> Metadata);

    /// <summary>Lists the registered vaults.</summary>
    /// <param name="completes">Whether it is asked for a write that must complete.</param>
    public IReadOnlyList<VaultInfo> GetVaults(bool completes = false) =>
        Invoke("Get-SecretVault", new Hashtable(), null, completes)
            .Select(v => new VaultInfo(
                (string)v.Properties["Name"].Value,
                v.Properties["ModuleName"]?.Value as string ?? string.Empty,
                v.Properties["IsDefault"]?.Value is true)
            { Parameters = v.Properties["VaultParameters"]?.Value as IDictionary })
            .ToList();

    public IReadOnlyList<SecretInfo> GetInfo(string vault, string filter) =>
        Invoke("Get-SecretInfo", new Hashtable { ["Vault"] = vault, ["Name"] = filter }, vault)
            .Select(i => new SecretInfo(
                i.Properties["Name"]?.Value as string ?? string.Empty,
                i.Properties["Metadata"]?.Value as IReadOnlyDictionary<string, object> ?? new Dictionary<string, object>()))
            .ToList();

    /// <summary>Reads a secret.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="name">The secret's name.</param>
    /// <param name="completes">Whether it belongs to a write that must complete.</param>
    /// <returns>The secret, or null where there is none of that name; something else than text is an empty SecureString.</returns>
    public SecureString? Get(string vault, string name, bool completes = false)
    {
        try
        {
            IReadOnlyList<PSObject> found = Invoke("Get-Secret", new Hashtable { ["Vault"] = vault, ["Name"] = name }, vault, completes);
            return found.Count == 0 ? null : found[0].BaseObject as SecureString ?? new SecureString();
        }
        catch (VaultException e) when (e.IsSecretNotFound)
        {
            return null;
        }
    }

    public void Set(string vault, string name, SecureString secret, Hashtable? metadata)
    {
        var parameters = new Hashtable { ["Vault"] = vault, ["Name"] = name, ["SecureStringSecret"] = secret, ["WhatIf"] = false, ["Confirm"] = false };
        if (metadata is not null) parameters["Metadata"] = metadata;
        Invoke("Set-Secret", parameters, vault, completes: true);
    }

    public void SetInfo(string vault, string name, Hashtable metadata) =>
        Invoke(
            "Set-SecretInfo", new Hashtable { ["Vault"] = vault, ["Name"] = name, ["Metadata"] = metadata, ["WhatIf"] = false, ["Confirm"] = false },
            vault, completes: true);

    public void Remove(string vault, string name) =>
        Invoke("Remove-Secret", new Hashtable { ["Vault"] = vault, ["Name"] = name, ["WhatIf"] = false, ["Confirm"] = false }, vault, completes: true);

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

    private IReadOnlyList<PSObject> Invoke(string command, Hashtable parameters, string? vault, bool completes = false)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return InvokeOnce(command, parameters, vault, completes);
            }
            catch (VaultException e) when (e.IsBusy && attempt < PausesMs.Length && (completes || !stopping.IsCancellationRequested))
            {
                // Each of these calls leaves the same state when it is repeated.
                Thread.Sleep(PausesMs[attempt]);
                SecretStoreImage.TryMakeCurrent();
            }
        }
    }

    private IReadOnlyList<PSObject> InvokeOnce(string command, Hashtable parameters, string? vault, bool completes)
    {
        // What must complete isn't held up by the wait's token either: it is short, as every holder makes one call.
        OneAtATime.Wait(completes ? CancellationToken.None : stopping);
        object? latest = errors.Count > 0 ? errors[0] : null;
        try
        {
            using var shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
            return Invoke(shell, command, parameters, vault, errors, latest);
        }
        catch (PipelineStoppedException) when (completes)
        {
            // After Ctrl+C the session's runspace runs nothing more, but a token that was just issued must reach the vault all the same.
            using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
            runspace.Open();
            using var shell = System.Management.Automation.PowerShell.Create();
            shell.Runspace = runspace;
            return Invoke(shell, command, parameters, vault, (IList)runspace.SessionStateProxy.GetVariable("Error"), null);
        }
        finally
        {
            while (IsNew(errors, latest)) errors.RemoveAt(0);
            SecretStoreImage.SerializeUpdates();
            OneAtATime.Release();
        }
    }

    // Silent, for what is written aloud shows in the user's transcript, and that a secret isn't there is no error of theirs. $Error has it all the same.
    private static IReadOnlyList<PSObject> Invoke(
        System.Management.Automation.PowerShell shell, string command, Hashtable parameters, string? vault, IList errors, object? latest)
    {
        shell.AddCommand(Module + command).AddParameters(parameters)
            .AddParameter("Verbose", false).AddParameter("Debug", false)
            .AddParameter("WarningAction", ActionPreference.Ignore)
            .AddParameter("ErrorAction", ActionPreference.SilentlyContinue);
        IReadOnlyList<PSObject> output;
        try
        {
            output = shell.Invoke();
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw VaultException.Of(e.ErrorRecord, vault);
        }

        if (!shell.HadErrors) return output;
        ErrorRecord? record = IsNew(errors, latest) ? errors[0] as ErrorRecord ?? (errors[0] as RuntimeException)?.ErrorRecord : null;
        throw VaultException.Of(record ?? new ErrorRecord(new InvalidOperationException($"{command} failed."), command, ErrorCategory.NotSpecified, null), vault);
    }

    private static bool IsNew(IList errors, object? latest) => errors.Count > 0 && !ReferenceEquals(errors[0], latest);
}
