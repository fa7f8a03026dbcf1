using System.Management.Automation;

namespace Microsoft.PowerShell.SecretManagement;

/// <summary>What the cmdlets have in common.</summary>
public abstract class SecretCmdlet : PSCmdlet
{
    private volatile System.Management.Automation.PowerShell? _running;

    internal bool IsVerbose =>
        MyInvocation.BoundParameters.TryGetValue("Verbose", out object? given)
        && given is SwitchParameter { IsPresent: true };

    /// <summary>What Ctrl+C has to end.</summary>
    internal System.Management.Automation.PowerShell Running(System.Management.Automation.PowerShell? shell)
    {
        _running = shell;
        return shell!;
    }

    protected override void StopProcessing() => _running?.Stop();

    private protected ExtensionVaultModule Open(RegisteredVault vault) => new(vault, this);

    /// <summary>The extension of a vault that is named; where there is none of that name, the command ends.</summary>
    private protected ExtensionVaultModule Find(string name)
    {
        if (VaultRegistry.Read().Vaults.TryGetValue(name, out RegisteredVault? vault)) return Open(vault);
        ThrowTerminatingError(new ErrorRecord(
            new PSInvalidOperationException($"Vault {name} was not found in registry."),
            "GetSecretVaultNotFound", ErrorCategory.ObjectNotFound, this));
        return null!;
    }

    /// <summary>
    /// The extension of a vault that is named, else of the default vault; where there is neither, the command ends.
    /// </summary>
    private protected ExtensionVaultModule FindOrDefault(string? name, string errorId)
    {
        if (!string.IsNullOrEmpty(name)) return Find(name);
        if (VaultRegistry.Read().Default is { } standard) return Open(standard);
        ThrowTerminatingError(new ErrorRecord(
            new PSInvalidOperationException("No vault was named, and none is the default."), errorId,
            ErrorCategory.InvalidOperation, this));
        return null!;
    }

    private protected void WarnWithoutVaults()
    {
        if (VaultRegistry.Read().Vaults.Count == 0)
            WriteWarning("No vault is registered. Register one with Register-SecretVault.");
    }
}
