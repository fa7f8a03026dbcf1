using System;
using System.Collections.Generic;
using System.Management.Automation;

namespace Microsoft.PowerShell.SecretManagement;

[Cmdlet(VerbsCommon.Get, "SecretInfo")]
[OutputType(typeof(SecretInformation))]
public sealed class GetSecretInfoCommand : SecretCmdlet
{
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    [SupportsWildcards]
    public string? Name { get; set; }

    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    public string? Vault { get; set; }

    protected override void BeginProcessing() => WarnWithoutVaults();

    protected override void EndProcessing()
    {
        if (!string.IsNullOrEmpty(Vault))
        {
            List(Find(Vault));
            return;
        }

        foreach (RegisteredVault vault in VaultRegistry.Read().DefaultFirst()) List(Open(vault));
    }

    private void List(ExtensionVaultModule extension)
    {
        IReadOnlyCollection<SecretInformation> found;
        try
        {
            found = extension.GetSecretInfo(string.IsNullOrEmpty(Name) ? "*" : Name);
        }
        catch (Exception e) when (e is PasswordRequiredException or ArgumentException)
        {
            WriteError(new ErrorRecord(e, "GetSecretInfoException", ErrorCategory.InvalidOperation, this));
            return;
        }

        foreach (SecretInformation info in found) WriteObject(info);
    }
}
