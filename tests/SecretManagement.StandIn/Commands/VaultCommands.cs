using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security;

namespace Microsoft.PowerShell.SecretManagement;

[Cmdlet(VerbsDiagnostic.Test, "SecretVault")]
[OutputType(typeof(bool))]
public sealed class TestSecretVaultCommand : SecretCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    protected override void ProcessRecord()
    {
        // One answer for all of them.
        bool? areGood = null;
        Registrations registrations = VaultRegistry.Read();
        foreach (string name in Name is { Length: > 0 } ? Name : ["*"])
        {
            List<RegisteredVault> found = VaultNames.Match(registrations, name).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
                WriteError(new ErrorRecord(
                    new ItemNotFoundException($"Vault {name} is not registered."), "TestSecretVaultNotFound",
                    ErrorCategory.ObjectNotFound, this));
            foreach (RegisteredVault vault in found) areGood = Open(vault).TestVault() && areGood != false;
        }

        if (areGood is { } answer) WriteObject(answer);
    }
}

[Cmdlet(VerbsCommon.Unlock, "SecretVault")]
public sealed class UnlockSecretVaultCommand : SecretCmdlet
{
    [Parameter(Position = 0, Mandatory = true)]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = string.Empty;

    [Parameter(Position = 1, Mandatory = true)]
    public SecureString Password { get; set; } = new();

    protected override void EndProcessing() => Find(Name).Unlock(Password);
}
