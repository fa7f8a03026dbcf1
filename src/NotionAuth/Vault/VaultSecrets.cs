using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;

namespace NotionAuth.Vault;

/// <summary>
/// Our secrets in one vault, as texts under our names, whatever the vault's habits are (docs/vaults.md): names in other
/// letters or with something around them, other types, writes that are seen later, a second secret in place of a
/// replacement, errors where there is nothing. SecretStore has none of these habits, and gets none of the further
/// looks.
/// </summary>
/// <param name="secrets">SecretManagement's cmdlets.</param>
/// <param name="vault">The vault.</param>
internal sealed class VaultSecrets(SecretManagement secrets, SecretManagement.VaultInfo vault)
    : VaultReader(secrets, vault)
{
    private const int WriteAttempts = 3;
    private const int OverheadBytes = 8 * 1024;
    private const int LookMs = 200;
    private const int MostOfOneName = 8;

    // Longer than the vaults take that show a write late; short enough for a lock to be held.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>Writes a secret and reads it back.</summary>
    /// <param name="name">Our name for it.</param>
    /// <param name="text">Its text.</param>
    /// <param name="shorter">A shorter text that will do, for a vault that doesn't take the text; null where there is
    /// none.</param>
    /// <param name="metadata">Its metadata, for a vault that takes both at once.</param>
    public void Write(string name, string text, string? shorter, Hashtable? metadata)
    {
        VaultException? problem = null;
        foreach (string form in Forms(text, shorter))
        {
            foreach (bool asString in Habits.TakesStringsOnly is { } known
                ? [known] : Vault.IsSecretStore ? [false] : new[] { false, true })
            {
                try
                {
                    // The first way alone is waited for: where it isn't seen late, the others won't be.
                    WriteOnce(name, form, asString, metadata, isPatient: problem is null);
                    Habits.TakesStringsOnly = asString;
                    if (form != text) Habits.TooLong = Math.Min(Habits.TooLong, text.Length);
                    if (!Vault.IsSecretStore && !IsWriteTest(name)) Habits.Known[name] = true;
                    return;
                }
                catch (VaultException e)
                    when (!Vault.IsSecretStore && (e.IsRefusal || e.ErrorId == ErrorIds.VaultNotSuitable))
                {
                    problem ??= e;
                }
            }
        }

        // What a vault has made of a secret that wasn't there before is of no use to anybody.
        if (!Habits.Known.ContainsKey(name)) TryRemove(name);
        throw problem!.IsRefusal ? problem.WithLength(text.Length) : problem;
    }

    /// <summary>Writes metadata beside a secret that is written already, where the vault keeps any.</summary>
    /// <param name="name">Our name for the secret.</param>
    /// <param name="text">Its text.</param>
    /// <param name="shorter">See <see cref="Write"/>.</param>
    /// <param name="metadata">The metadata.</param>
    public void WriteMetadata(string name, string text, string? shorter, Hashtable metadata)
    {
        if (Habits.HasNoMetadata) return;
        try
        {
            Secrets.SetInfo(Vault.Name, name, metadata);
        }
        catch (VaultException)
        {
            // It may have taken the secret back with the metadata.
            Habits.HasNoMetadata = true;
            if (Peek(name) is null) Write(name, text, shorter, null);
        }
    }

    /// <summary>Removes a secret; one that is gone already is no error.</summary>
    /// <param name="name">Our name for it.</param>
    public void Remove(string name)
    {
        if (Vault.IsSecretStore)
        {
            RemoveShown(name);
            return;
        }

        foreach (string shown in ShownAs(name)) RemoveShown(shown);
        Clear(name);
        if (!WaitUntil(() => Peek(name) is null))
            throw VaultException.NotSuitable(Vault.Name, $"was asked to remove the secret '{name}', and still has it");
        Habits.Known.TryRemove(name, out _);
        Habits.Shown.TryRemove(name, out _);
    }

    /// <summary>Removes a secret if that can be done.</summary>
    /// <param name="name">Our name for it.</param>
    public void TryRemove(string name)
    {
        try
        {
            Remove(name);
        }
        catch (VaultException)
        {
            return;
        }
    }

    /// <summary>Proves that the vault can keep a secret, with one that is removed again.</summary>
    /// <param name="text">A text of the size and the form of a real one.</param>
    /// <param name="shorter">See <see cref="Write"/>.</param>
    /// <param name="copies">How many secrets of that size are to be written.</param>
    /// <param name="isListed">Whether the vault must list it too, once in a process.</param>
    public void Prove(string text, string? shorter, int copies, bool isListed)
    {
        EnsureRoom(copies, text.Length);
        string name = SecretName.OfWriteTest(DateTime.UtcNow);
        Write(name, text, shorter, null);
        try
        {
            if (isListed && !Habits.IsProven) EnsureListed(name);
        }
        catch (VaultException)
        {
            TryRemove(name);
            throw;
        }

        Remove(name);
        if (isListed) Habits.IsProven = true;
    }

    private void EnsureListed(string name)
    {
        List<Entry> all = Look(completes: true);
        if (!Vault.IsSecretStore && !all.Any(e => e.Name == name))
            throw VaultException.NotSuitable(Vault.Name, $"took the secret '{name}' and doesn't list it");
        foreach (Entry entry in all)
            if (SecretName.IsLeftWriteTest(entry.Name, DateTime.UtcNow)) TryRemove(entry.Name);
    }

    private void EnsureRoom(int copies, int length)
    {
        if (Vault.IsSecretStore && !SecretStoreCache.HasRoom(copies * ((2 * length) + OverheadBytes)))
            throw VaultException.Full(Vault.Name);
    }

    private IEnumerable<string> Forms(string text, string? shorter)
    {
        if (shorter is null || shorter.Length >= text.Length || Vault.IsSecretStore) return [text];
        return text.Length >= Habits.TooLong ? [shorter] : [text, shorter];
    }

    // SecretStore: a process that doesn't know our lock may write at the same moment and take ours back; then ours is
    // written again. Others: KeePass doesn't write, and doesn't say so, where another process has changed its file.
    private void WriteOnce(string name, string text, bool asString, Hashtable? metadata, bool isPatient)
    {
        for (int attempt = 1; attempt <= WriteAttempts; attempt++)
        {
            EnsureRoom(copies: 1, text.Length);

            // The old one is read still: the vault has put the new one beside it, under the very same name.
            bool clears = !Vault.IsSecretStore && (attempt == WriteAttempts || (attempt > 1 && Habits.AddsSecond));
            if (clears) Clear(name);
            Secrets.Set(Vault.Name, name, text, asString, metadata);
            if (!(Vault.IsSecretStore
                ? IsInStore(name, text)
                : IsKept(name, text, waits: isPatient && (attempt == 2 || Habits.IsSlow)))) continue;
            if (clears) Habits.AddsSecond = true;
            return;
        }

        throw Vault.IsSecretStore
            ? new NotionAuthException(
                ErrorIds.VaultFailed, NotionErrorKind.InvalidData,
                $"Vault '{Vault.Name}' took the secret '{name}' and didn't keep it.",
                "Look for another program that writes to this vault at the same time, then run the command again.")
            { Target = Vault.Name }
            : VaultException.NotSuitable(Vault.Name, $"took the secret '{name}' and doesn't give it back");
    }

    private bool IsInStore(string name, string text)
    {
        SecretStoreCache.TryMakeCurrent();
        return Secrets.Get(Vault.Name, name, completes: true) == text;
    }

    private bool IsKept(string name, string text, bool waits)
    {
        bool isFirst = true;
        bool isKept = WaitUntil(
            () =>
            {
                string? kept = Peek(name);
                if (kept == text && !Habits.HasOrnaments) return true;

                // Another machine has written a newer one meanwhile: that one counts.
                if (kept is not null && ConnectionJson.GenerationOf(kept) > ConnectionJson.GenerationOf(text))
                    return true;

                // Under another name, or beside an older one.
                if ((isFirst || Habits.HasOrnaments) && KeepOnly(name, text)) return true;
                if (kept is not null && !ConnectionJson.IsWhole(kept))
                    throw VaultException.NotSuitable(Vault.Name,
                        $"was given a text of {text.Length} characters and gives back another one, of {kept.Length}");
                isFirst = false;
                return false;
            },
            waits ? Patience : TimeSpan.Zero);
        if (isKept && !isFirst) Habits.IsSlow = true;
        return isKept;
    }

    // Where a vault made a second secret of ours in place of the first, the newest stays alone.
    private bool KeepOnly(string name, string text)
    {
        List<string> shown = ShownAs(name);
        string? kept = shown.FirstOrDefault(s => PeekShown(s) == text);
        if (kept is null) return false;
        foreach (string other in shown.Where(s => s != kept)) TryRemoveShown(other);
        Habits.Shown[name] = [kept];
        return true;
    }

    // Removes all secrets of one name; where there are several, one removal takes one of them.
    private void Clear(string name)
    {
        for (int i = 0; i < MostOfOneName && Peek(name) is not null; i++) TryRemoveShown(name);
    }

    private bool WaitUntil(Func<bool> isSo, TimeSpan? patience = null)
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            if (watch.Elapsed >= (patience ?? Patience)) return false;
            Secrets.Pause(LookMs, completes: true);
        }

        return true;
    }

    // Under all its names in the vault: the listing may know more than one.
    private List<string> ShownAs(string name)
    {
        try
        {
            List<string> shown = Look(completes: true).Where(e => e.Name == name).Select(e => e.Shown).Distinct()
                .ToList();
            return shown.Count > 0 ? shown : [name];
        }
        catch (VaultException e) when (e.IsRefusal)
        {
            return [name];
        }
    }
}
