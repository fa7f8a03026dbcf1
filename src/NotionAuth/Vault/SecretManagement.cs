using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Threading;

namespace NotionAuth.Vault;

/// <summary>SecretManagement's cmdlets, called from any thread.</summary>
/// <param name="host">Who is asked where a vault asks for a password; null where nobody can be asked.</param>
/// <param name="stopping">Ends waits when the pipeline stops.</param>
internal sealed class SecretManagement(PSHost? host, CancellationToken stopping)
{
    // A store that is busy is asked again after these pauses; it has tried four times within a second by itself.
    private static readonly int[] PausesMs = [30, 100, 300, 900];

    /// <summary>A registered vault.</summary>
    public sealed record VaultInfo(string Name, string ModuleName, bool IsDefault)
    {
        /// <summary>Where its module is.</summary>
        public string? ModulePath { get; init; }

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
            { ModulePath = v.Properties["ModulePath"]?.Value as string })
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

    /// <summary>Lets a vault that is locked be unlocked, where somebody can be asked; called before a lock is taken.</summary>
    /// <param name="vault">The vault.</param>
    /// <exception cref="VaultException">It is locked still.</exception>
    public void Unlock(VaultInfo vault) => new VaultUnlocker(this, host, stopping).Unlock(vault);

    public void Unlock(string vault, SecureString password) =>
        Invoke("Unlock-SecretVault", new Hashtable { ["Name"] = vault, ["Password"] = password }, vault);

    // After Ctrl+C a token that was just issued must reach the vault all the same: what must complete isn't stopped, nor is its wait for the turn,
    // which is short, as every holder makes one call.
    private IReadOnlyList<PSObject> Invoke(string command, Hashtable parameters, string? vault, bool completes = false)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return InvokeOnce(command, parameters, vault, completes ? CancellationToken.None : stopping);
            }
            catch (VaultException e) when (e.IsBusy && attempt < PausesMs.Length && (completes || !stopping.IsCancellationRequested))
            {
                // Each of these calls leaves the same state when it is repeated.
                Thread.Sleep(PausesMs[attempt]);
                SecretStoreImage.TryMakeCurrent();
            }
        }
    }

    private IReadOnlyList<PSObject> InvokeOnce(string command, Hashtable parameters, string? vault, CancellationToken cancellationToken)
    {
        var errors = new List<ErrorRecord>();
        IReadOnlyList<PSObject> output;
        try
        {
            output = VaultRunspace.Invoke(host, command, parameters, errors, cancellationToken);
        }
        catch (PipelineStoppedException)
        {
            // Nobody of ours has stopped it: somebody pressed Ctrl+C where the vault asked.
            throw VaultException.PromptCancelled(vault);
        }
        catch (RuntimeException e)
        {
            throw VaultException.Of(e.ErrorRecord, vault);
        }

        return errors.Count == 0 ? output : throw VaultException.Of(errors[0], vault);
    }
}
