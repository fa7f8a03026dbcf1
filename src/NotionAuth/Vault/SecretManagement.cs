using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security;
using System.Threading;

namespace NotionAuth.Vault;

/// <summary>
/// SecretManagement's cmdlets, called on the pipeline thread. The module has no API for consumers, and runs every call of a process in one
/// runspace of its own that takes one call at a time: so do we.
/// </summary>
internal static class SecretManagement
{
    private const string Module = "Microsoft.PowerShell.SecretManagement\\";
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    /// <summary>A registered vault.</summary>
    public sealed record VaultInfo(string Name, string ModuleName, bool IsDefault)
    {
        /// <summary>Whether one call writes a secret and its metadata.</summary>
        public bool IsSecretStore => ModuleName == "Microsoft.PowerShell.SecretStore";
    }

    /// <summary>A secret's name and metadata.</summary>
    public sealed record SecretInfo(string Name, IReadOnlyDictionary<string, object> Metadata);

    public static IReadOnlyList<VaultInfo> GetVaults(CancellationToken cancellationToken) =>
        Invoke("Get-SecretVault", new Hashtable(), null, cancellationToken)
            .Select(v => new VaultInfo(
                (string)v.Properties["Name"].Value,
                v.Properties["ModuleName"]?.Value as string ?? string.Empty,
                v.Properties["IsDefault"]?.Value is true))
            .ToList();

    public static IReadOnlyList<SecretInfo> GetInfo(string vault, string filter, CancellationToken cancellationToken) =>
        Invoke("Get-SecretInfo", new Hashtable { ["Vault"] = vault, ["Name"] = filter }, vault, cancellationToken)
            .Select(i => new SecretInfo(
                i.Properties["Name"]?.Value as string ?? string.Empty,
                i.Properties["Metadata"]?.Value as IReadOnlyDictionary<string, object> ?? new Dictionary<string, object>()))
            .ToList();

    /// <summary>Reads a secret.</summary>
    /// <returns>The secret, or null where there is none of that name; something else than text is an empty SecureString.</returns>
    public static SecureString? Get(string vault, string name, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<PSObject> found = Invoke("Get-Secret", new Hashtable { ["Vault"] = vault, ["Name"] = name }, vault, cancellationToken);
            return found.Count == 0 ? null : found[0].BaseObject as SecureString ?? new SecureString();
        }
        catch (VaultException e) when (e.IsSecretNotFound)
        {
            return null;
        }
    }

    public static void Set(string vault, string name, SecureString secret, Hashtable? metadata, CancellationToken cancellationToken)
    {
        var parameters = new Hashtable { ["Vault"] = vault, ["Name"] = name, ["SecureStringSecret"] = secret, ["WhatIf"] = false, ["Confirm"] = false };
        if (metadata is not null) parameters["Metadata"] = metadata;
        Invoke("Set-Secret", parameters, vault, cancellationToken);
    }

    public static void SetInfo(string vault, string name, Hashtable metadata, CancellationToken cancellationToken) =>
        Invoke(
            "Set-SecretInfo", new Hashtable { ["Vault"] = vault, ["Name"] = name, ["Metadata"] = metadata, ["WhatIf"] = false, ["Confirm"] = false },
            vault, cancellationToken);

    public static void Remove(string vault, string name, CancellationToken cancellationToken) =>
        Invoke("Remove-Secret", new Hashtable { ["Vault"] = vault, ["Name"] = name, ["WhatIf"] = false, ["Confirm"] = false }, vault, cancellationToken);

    private static IReadOnlyList<PSObject> Invoke(string command, Hashtable parameters, string? vault, CancellationToken cancellationToken)
    {
        OneAtATime.Wait(cancellationToken);
        try
        {
            using var shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
            shell.AddCommand(Module + command).AddParameters(parameters)
                .AddParameter("Verbose", false).AddParameter("Debug", false)
                .AddParameter("WarningAction", ActionPreference.Ignore)
                .AddParameter("ErrorAction", ActionPreference.Continue);
            IReadOnlyList<PSObject> output;
            try
            {
                output = shell.Invoke();
            }
            catch (PipelineStoppedException)
            {
                throw;
            }
            catch (RuntimeException e)
            {
                throw VaultException.Of(e.ErrorRecord, vault);
            }

            return shell.Streams.Error.Count == 0 ? output : throw VaultException.Of(shell.Streams.Error[0], vault);
        }
        finally
        {
            OneAtATime.Release();
        }
    }
}
