using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;

namespace NotionAuth.Vault;

/// <summary>
/// The one rule for which vault is meant: the one that is named, else NOTIONAUTH_VAULT, else the default vault, else
/// the only one.
/// </summary>
internal sealed class VaultStores(SecretManagement secrets, IConnectionStore memory, Action<string> warn)
    : IConnectionStores
{
    public IConnectionStore Memory => memory;

    public async Task<IConnectionStore> OpenAsync(string? vault, CancellationToken cancellationToken)
    {
        if (vault is { Length: 0 }) return Memory;
        IReadOnlyList<SecretManagement.VaultInfo> registered =
            await Task.Run(() => secrets.GetVaults(), cancellationToken).ConfigureAwait(false);
        return Known(Choose(registered, vault).Name);
    }

    public IConnectionStore Known(string vault) =>
        vault.Length == 0 ? Memory : new SecretManagementStore(secrets, vault, warn);

    private static SecretManagement.VaultInfo Choose(
        IReadOnlyList<SecretManagement.VaultInfo> registered, string? vault)
    {
        string? named = vault ?? Environment.GetEnvironmentVariable("NOTIONAUTH_VAULT")?.Trim();
        if (!string.IsNullOrEmpty(named))
            return registered.FirstOrDefault(v => string.Equals(v.Name, named, StringComparison.OrdinalIgnoreCase))
                ?? throw VaultException.NotFound(named!);
        if (registered.FirstOrDefault(v => v.IsDefault) is { } standard) return standard;
        if (registered.Count == 1) return registered[0];

        const string orSession = " Or pass -SessionOnly: then nothing is kept.";
        throw registered.Count == 0
            ? new NotionAuthException(
                ErrorIds.VaultNotConfigured, NotionErrorKind.InvalidOperation,
                "No vault is registered to keep the connection in.",
                "Set one up with these two commands, then run this one again: " +
                "Install-Module Microsoft.PowerShell.SecretStore; "
                + "Register-SecretVault -Name SecretStore -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault." +
                    orSession)
            : new NotionAuthException(
                ErrorIds.VaultNotConfigured, NotionErrorKind.InvalidOperation,
                $"Several vaults are registered ({string.Join(", ", registered.Select(v => v.Name))}), " +
                "and none is the default.",
                "Pass -Vault <name>, set NOTIONAUTH_VAULT, or run Set-SecretVaultDefault -Name <name>." + orSession);
    }
}
