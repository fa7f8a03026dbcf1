using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Microsoft.PowerShell.SecretManagement;

/// <summary>A registered vault's extension: its functions, called for a cmdlet, which tells what they wrote.</summary>
internal sealed class ExtensionVaultModule(RegisteredVault vault, SecretCmdlet caller)
{
    public string Name => vault.Name;

    /// <summary>Reads a secret.</summary>
    /// <returns>The secret, or null; where that is an error, it was written.</returns>
    public object? GetSecret(string name)
    {
        Outcome outcome = Invoke("Get-Secret", new Hashtable { ["Name"] = name });
        Fails(outcome, "GetSecretInvalidOperation", $"The secret {name} could not be read from vault {Name}.");
        object? secret = outcome.Output.FirstOrDefault()?.BaseObject;
        if (secret is null or byte[] or string or System.Security.SecureString or PSCredential or Hashtable)
            return secret;
        caller.WriteError(new ErrorRecord(
            new PSInvalidOperationException(
                $"Vault {Name} returned something of type {secret.GetType()} for {name}, which no secret can be."),
            "GetSecretInvalidOperation", ErrorCategory.InvalidOperation, this));
        return null;
    }

    /// <summary>Lists secrets, in the order of their names.</summary>
    public IReadOnlyCollection<SecretInformation> GetSecretInfo(string filter)
    {
        Outcome outcome = Invoke("Get-SecretInfo", new Hashtable { ["Filter"] = filter });
        Fails(outcome, "GetSecretInfoInvalidOperation", $"The secrets of vault {Name} could not be listed.");
        var sorted = new SortedDictionary<string, SecretInformation>(StringComparer.OrdinalIgnoreCase);

        // Two names that differ only in their case are one too many for the real module as well: an ArgumentException.
        foreach (SecretInformation info in outcome.Output.Select(o => o?.BaseObject).OfType<SecretInformation>())
            sorted.Add(info.Name, info);
        return sorted.Values;
    }

    /// <summary>
    /// Writes a secret. Metadata that the vault can't keep is an error, and the secret is removed again.
    /// </summary>
    public void SetSecret(string name, object? secret, Hashtable? metadata)
    {
        var parameters = new Hashtable { ["Name"] = name, ["Secret"] = secret };
        if (vault.SetSecretSupportsMetadata) parameters["Metadata"] = metadata ?? new Hashtable();
        if (Fails(Invoke("Set-Secret", parameters), "SetSecretInvalidOperation",
            $"The secret {name} could not be written to vault {Name}.")) return;
        if (vault.SetSecretSupportsMetadata || metadata is null || metadata.Count == 0) return;
        if (!SetSecretInfo(name, metadata)) RemoveSecret(name);
    }

    public bool SetSecretInfo(string name, Hashtable metadata)
    {
        Outcome outcome =
            Invoke("Set-SecretInfo", new Hashtable { ["Name"] = name, ["Metadata"] = metadata }, isOptional: true);
        if (outcome.IsMissing)
        {
            caller.WriteError(new ErrorRecord(
                new PSNotSupportedException(
                    $"The metadata of {name} was not written: vault {Name} has no function Set-SecretInfo."),
                "SetSecretMetadataCommandNotSupported", ErrorCategory.NotImplemented, this));
            return false;
        }

        return !Fails(outcome, "SetSecretMetadataInvalidOperation",
            $"The metadata of {name} could not be written to vault {Name}.");
    }

    public void RemoveSecret(string name) => Fails(
        Invoke("Remove-Secret", new Hashtable { ["Name"] = name }), "RemoveSecretInvalidOperation",
        $"The secret {name} could not be removed from vault {Name}.");

    public bool TestVault()
    {
        Outcome outcome = Invoke("Test-SecretVault", []);
        bool fails = Fails(outcome, "TestSecretVaultInvalidOperation", $"Vault {Name} could not be tested.");
        return !fails && outcome.Output.FirstOrDefault()?.BaseObject is true;
    }

    public void Unlock(System.Security.SecureString password)
    {
        Outcome outcome = Invoke("Unlock-SecretVault", new Hashtable { ["Password"] = password }, isOptional: true);
        if (outcome.IsMissing)
            caller.WriteWarning($"Vault {Name} was not unlocked: its extension has no function Unlock-SecretVault.");
        else Fails(outcome, "UnlockSecretVaultInvalidOperation", $"Vault {Name} could not be unlocked.");
    }

    /// <summary>Tells the extension that its vault goes.</summary>
    public void Unregister()
    {
        Outcome outcome = Invoke("Unregister-SecretVault", [], isOptional: true);
        if (outcome.IsMissing) return;
        Fails(outcome, "UnregisterSecretVaultInvalidOperation",
            $"The extension of vault {Name} failed while it was unregistered.");
    }

    private bool Fails(Outcome outcome, string errorId, string message)
    {
        if (outcome.Failure is not null)
        {
            var exception = new PSInvalidOperationException(message, outcome.Failure);
            caller.WriteError(new ErrorRecord(exception, errorId, ErrorCategory.InvalidOperation, this));
        }

        return outcome.HasErrors;
    }

    private Outcome Invoke(string function, Hashtable parameters, bool isOptional = false)
    {
        var additional = new Hashtable(StringComparer.OrdinalIgnoreCase) { ["Verbose"] = caller.IsVerbose };
        foreach (KeyValuePair<string, object?> parameter in vault.VaultParameters)
            additional[parameter.Key] = parameter.Value;
        parameters["VaultName"] = Name;
        parameters["AdditionalParameters"] = additional;

        var outcome = new Outcome();
        try
        {
            PSModuleInfo module = ExtensionModule.Load(caller.Host, vault.ModulePath);
            using System.Management.Automation.PowerShell shell =
                caller.Running(ExtensionRunspace.Call(caller.Host, module, function, parameters));
            try
            {
                outcome.Output.AddRange(shell.Invoke());
            }
            finally
            {
                caller.Running(null);
            }

            Tell(outcome, shell.Streams.Error, isOptional);
        }
        catch (RuntimeException e) when (e.InnerException is PasswordRequiredException locked)
        {
            throw locked;
        }
        catch (PipelineStoppedException)
        {
            throw;
        }
        catch (Exception e)
        {
            outcome.Failure = e;
            outcome.HasErrors = true;
        }

        return outcome;
    }

    // Of a function that throws nothing else is reported.
    private void Tell(Outcome outcome, PSDataCollection<ErrorRecord> errors, bool isOptional)
    {
        outcome.IsMissing = isOptional && errors.Any(e => e.Exception is CommandNotFoundException);
        outcome.HasErrors = errors.Count > 0;
        if (!outcome.IsMissing)
        {
            foreach (ErrorRecord record in errors) caller.WriteError(record);
        }

        outcome.Output.RemoveAll(IsTold);
    }

    private bool IsTold(PSObject? output)
    {
        switch (output?.BaseObject)
        {
            case WarningRecord record: caller.WriteWarning(record.Message); return true;
            case VerboseRecord record: caller.WriteVerbose(record.Message); return true;
            case InformationRecord record: caller.WriteInformation(record); return true;
            default: return false;
        }
    }

    private sealed class Outcome
    {
        public List<PSObject> Output { get; } = [];

        public Exception? Failure { get; set; }

        public bool HasErrors { get; set; }

        public bool IsMissing { get; set; }
    }
}
