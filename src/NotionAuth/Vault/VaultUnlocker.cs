using System;
using System.Collections.Concurrent;
using System.IO;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Threading;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Pipeline;

namespace NotionAuth.Vault;

/// <summary>
/// Lets a vault be unlocked before anything is locked for it: a person takes as long as they like, and no other process
/// should wait for them. For SecretStore we ask ourselves, so that nothing waits but the command; other vaults ask
/// inside of a call, which other calls of this process wait for.
/// </summary>
/// <param name="secrets">SecretManagement.</param>
/// <param name="host">Who is asked; null where nobody may be asked, as in the middle of a line that is
/// completed.</param>
/// <param name="asks">Whether somebody may be asked, where there is somebody.</param>
/// <param name="stopping">Ends the wait for another question.</param>
internal sealed class VaultUnlocker(
    SecretManagement secrets, PSHost? host, bool asks, CancellationToken stopping)
{
    // Somebody is asked one thing after the other, and what an answer has unlocked isn't asked for again.
    private static readonly SemaphoreSlim OneQuestion = new(1, 1);

    // The vaults that a call of this process has come through to: what they had to ask, they have asked.
    private static readonly ConcurrentDictionary<string, bool> Opened = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Lets the vault be unlocked, if it is locked. It never throws OperationCanceledException: what must be written is
    /// written after Ctrl+C too.
    /// </summary>
    /// <param name="vault">The vault.</param>
    /// <exception cref="VaultException">It is locked still.</exception>
    public void Unlock(SecretManagement.VaultInfo vault)
    {
        try
        {
            bool? isLocked = vault.IsSecretStore ? IsStoreLocked(vault) : null;
            if (isLocked == false) return;
            if (isLocked is null) Open(vault);
            else Ask(vault);
        }
        catch (OperationCanceledException)
        {
            // A write that must complete goes on as it can, but asks nobody.
            if (SecretStoreCache.IsLocked() == true && vault.IsSecretStore) throw VaultException.Locked(vault.Name);
        }
    }

    private bool? IsStoreLocked(SecretManagement.VaultInfo vault)
    {
        if (!SecretStoreCache.IsLoaded && vault.ModulePath is not null)
            VaultRunspace.TryImport(host, vault.ModulePath, stopping);
        return SecretStoreCache.IsLocked();
    }

    // A look for a name that isn't there, which decrypts nothing: whatever the vault has to ask before it answers, it
    // asks now.
    private void Open(SecretManagement.VaultInfo vault)
    {
        if (Opened.ContainsKey(vault.Name)) return;
        if (host is null) throw VaultException.Locked(vault.Name);

        // What another vault asks in its first call can't be kept from whoever sits there.
        if (!asks && HostPrompts.CanPrompt(host)) throw VaultException.MayAsk(vault.Name);
        try
        {
            secrets.GetInfo(vault.Name, SecretName.WriteTest);
            Opened[vault.Name] = true;
        }
        catch (VaultException e) when (e.ErrorId == ErrorIds.VaultFailed)
        {
            // It may be able to do what is wanted all the same; otherwise the call that follows says it better.
            return;
        }
    }

    private void Ask(SecretManagement.VaultInfo vault)
    {
        if (host is null || !asks || !HostPrompts.CanPrompt(host) || !SecretStoreCache.AllowsPrompting())
            throw VaultException.Locked(vault.Name);
        OneQuestion.Wait(stopping);
        try
        {
            if (SecretStoreCache.IsLocked() == true) secrets.Unlock(vault.Name, Read(vault.Name));
        }
        finally
        {
            OneQuestion.Release();
        }
    }

    private SecureString Read(string vault)
    {
        try
        {
            host!.UI.Write($"Password of vault '{vault}': ");
            return host.UI.ReadLineAsSecureString() is { Length: > 0 } password
                ? password : throw VaultException.PromptCancelled(vault);
        }
        catch (PipelineStoppedException)
        {
            throw VaultException.PromptCancelled(vault);
        }
        catch (Exception e)
            when (e is HostException or InvalidOperationException or NotImplementedException or IOException)
        {
            // A host that can't ask, or whose input is closed.
            throw VaultException.Locked(vault);
        }
    }
}
