using System;
using System.Collections.Generic;

namespace Microsoft.PowerShell.SecretManagement;

/// <summary>A vault as the registry keeps it.</summary>
internal sealed record RegisteredVault(
    string Name,
    string ModuleName,
    string ModulePath,
    string Description,
    IDictionary<string, object?> VaultParameters,
    bool SetSecretSupportsMetadata);

/// <summary>All registered vaults, in the order of their names, and which is the default.</summary>
internal sealed class Registrations
{
    public SortedDictionary<string, RegisteredVault> Vaults { get; } = new(StringComparer.OrdinalIgnoreCase);

    public string DefaultVaultName { get; set; } = string.Empty;

    public RegisteredVault? Default => Vaults.GetValueOrDefault(DefaultVaultName);

    /// <summary>The vaults in the order in which a command without a vault's name asks them.</summary>
    public IEnumerable<RegisteredVault> DefaultFirst()
    {
        RegisteredVault? first = Default;
        if (first is not null) yield return first;
        foreach (RegisteredVault vault in Vaults.Values)
        {
            if (vault != first) yield return vault;
        }
    }
}
