using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;
using System.Threading;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Pipeline;

namespace NotionAuth.Vault;

/// <summary>SecretManagement's cmdlets, called from any thread.</summary>
/// <param name="host">Who is asked where a vault asks for a password; null where nobody can be asked.</param>
/// <param name="stopping">Ends waits when the pipeline stops.</param>
/// <param name="asks">Whether somebody may be asked for a vault's password, where there is somebody.</param>
internal sealed class SecretManagement(PSHost? host, CancellationToken stopping, bool asks = true)
{
    // What vaults put around a text: line ends, a byte order mark.
    private static readonly char[] Around = [' ', '\t', '\r', '\n', '\uFEFF', '\0'];

    // A store that is busy is asked again after these pauses; it has tried four times within a second by itself.
    private static readonly int[] PausesMs = [30, 100, 300, 900];

    /// <summary>A registered vault.</summary>
    public sealed record VaultInfo(string Name, string ModuleName, bool IsDefault)
    {
        /// <summary>What the vault was registered with, such as its file's path.</summary>
        public IDictionary? Parameters { get; init; }

        /// <summary>
        /// What it is, under whatever name it is registered: however many vaults are registered for it, there is one
        /// SecretStore.
        /// </summary>
        public string Identity => StoreIdentity.Compute(ModuleName, IsSecretStore ? null : Parameters);

        /// <summary>Where its module is.</summary>
        public string? ModulePath { get; init; }

        /// <summary>Whether one call writes a secret and its metadata.</summary>
        public bool IsSecretStore => ModuleName == "Microsoft.PowerShell.SecretStore";

        /// <summary>
        /// What it was registered with, as a text: a vault that is registered anew may be another one.
        /// </summary>
        public string ParametersText { get; init; } = string.Empty;
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
            {
                Parameters = v.Properties["VaultParameters"]?.Value as IDictionary,
                ParametersText = TextOfParameters(v.Properties["VaultParameters"]?.Value),
                ModulePath = v.Properties["ModulePath"]?.Value as string,
            })
            .ToList();

    public IReadOnlyList<SecretInfo> GetInfo(string vault, string filter, bool completes = false) =>
        Invoke("Get-SecretInfo", new Hashtable { ["Vault"] = vault, ["Name"] = filter }, vault, completes)
            .Select(i => new SecretInfo(
                i.Properties["Name"]?.Value as string ?? string.Empty,
                i.Properties["Metadata"]?.Value as IReadOnlyDictionary<string, object>
                ?? new Dictionary<string, object>()))
            .ToList();

    /// <summary>Reads a secret's text, whatever type the vault gives it back as.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="name">The secret's name.</param>
    /// <param name="completes">Whether it belongs to a write that must complete.</param>
    /// <returns>The text without white space around it, or null where there is no secret of that name; what has no text
    /// is an empty text.</returns>
    public string? Get(string vault, string name, bool completes = false)
    {
        try
        {
            // An extension may write an error about something else and give the secret all the same.
            IReadOnlyList<PSObject> found = Invoke(
                "Get-Secret", new Hashtable { ["Vault"] = vault, ["Name"] = name }, vault, completes,
                prefersOutput: true);
            return found.Count == 0 ? null : TextOf(found[0])?.Trim(Around);
        }
        catch (VaultException e) when (e.IsSecretNotFound)
        {
            return null;
        }
    }

    /// <summary>Writes a secret.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="name">The secret's name.</param>
    /// <param name="text">Its text.</param>
    /// <param name="asString">Whether it is handed over as a String, for vaults that take nothing else.</param>
    /// <param name="metadata">Its metadata, or null.</param>
    public void Set(string vault, string name, string text, bool asString, Hashtable? metadata)
    {
        var parameters = new Hashtable { ["Vault"] = vault, ["Name"] = name, ["WhatIf"] = false, ["Confirm"] = false };
        if (asString) parameters["Secret"] = text;
        else parameters["SecureStringSecret"] = SecureText.ToSecureString(text);
        if (metadata is not null) parameters["Metadata"] = metadata;
        Invoke("Set-Secret", parameters, vault, completes: true);
    }

    public void SetInfo(string vault, string name, Hashtable metadata) =>
        Invoke(
            "Set-SecretInfo",
            new Hashtable
            {
                ["Vault"] = vault,
                ["Name"] = name,
                ["Metadata"] = metadata,
                ["WhatIf"] = false,
                ["Confirm"] = false
            },
            vault, completes: true);

    public void Remove(string vault, string name) =>
        Invoke("Remove-Secret",
            new Hashtable { ["Vault"] = vault, ["Name"] = name, ["WhatIf"] = false, ["Confirm"] = false }, vault,
            completes: true);

    /// <summary>
    /// Lets a vault that is locked be unlocked, where somebody can be asked; called before a lock is taken.
    /// </summary>
    /// <param name="vault">The vault.</param>
    /// <exception cref="VaultException">It is locked still.</exception>
    public void Unlock(VaultInfo vault) => new VaultUnlocker(this, host, asks, stopping).Unlock(vault);

    public void Unlock(string vault, SecureString password) =>
        Invoke("Unlock-SecretVault", new Hashtable { ["Name"] = vault, ["Password"] = password }, vault);

    /// <summary>Asks the vault's extension whether the vault is healthy.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="completes">Whether it belongs to a write that must complete.</param>
    public bool IsHealthy(string vault, bool completes)
    {
        try
        {
            return Invoke(
                "Test-SecretVault", new Hashtable { ["Name"] = WildcardPattern.Escape(vault) }, vault, completes,
                prefersOutput: true)
                .Any(o => o.BaseObject is true);
        }
        catch (VaultException e) when (e.IsRefusal)
        {
            return false;
        }
    }

    /// <summary>Waits a moment.</summary>
    /// <param name="milliseconds">How long.</param>
    /// <param name="completes">Whether it belongs to a write that must complete.</param>
    public void Pause(int milliseconds, bool completes)
    {
        if (completes) Thread.Sleep(milliseconds);
        else if (stopping.WaitHandle.WaitOne(milliseconds)) stopping.ThrowIfCancellationRequested();
    }

    private static string? TextOf(object? value) => value switch
    {
        PSObject wrapped => TextOf(wrapped.BaseObject),
        SecureString text => SecureText.Reveal(text),
        string text => text,
        PSCredential credential => SecureText.Reveal(credential.Password),
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        IDictionary { Count: 0 } => null,
        IDictionary { Count: 1 } entries => entries.Values.Cast<object?>().Select(TextOf).First(),
        _ => string.Empty,
    };

    private static string TextOfParameters(object? parameters) => parameters switch
    {
        IEnumerable<KeyValuePair<string, object>> pairs =>
            string.Join("\n", pairs.Select(p => $"{p.Key}={p.Value}").OrderBy(p => p, StringComparer.Ordinal)),
        IDictionary entries =>
            string.Join(
                "\n", entries.Keys.Cast<object>().Select(k => $"{k}={entries[k]}")
                .OrderBy(p => p, StringComparer.Ordinal)),
        _ => string.Empty,
    };

    // After Ctrl+C a token that was just issued must reach the vault all the same: what must complete isn't stopped,
    // nor is its wait for the turn, which is short, as every holder makes one call.
    private IReadOnlyList<PSObject> Invoke(
        string command, Hashtable parameters, string? vault, bool completes = false, bool prefersOutput = false)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return InvokeOnce(
                    command, parameters, vault, prefersOutput, completes ? CancellationToken.None : stopping);
            }
            catch (VaultException e)
                when (e.IsBusy && attempt < PausesMs.Length && (completes || !stopping.IsCancellationRequested))
            {
                // Each of these calls leaves the same state when it is repeated.
                Thread.Sleep(PausesMs[attempt]);
                SecretStoreCache.TryMakeCurrent();
            }
        }
    }

    private IReadOnlyList<PSObject> InvokeOnce(
        string command, Hashtable parameters, string? vault, bool prefersOutput, CancellationToken cancellationToken)
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
            throw VaultException.From(e.ErrorRecord, vault);
        }

        if (errors.Count == 0) return output;
        var error = VaultException.From(errors[0], vault);
        return error.IsRefusal && prefersOutput && output.Count > 0 ? output : throw error;
    }
}
