using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using NotionAuth.Core;
using NotionAuth.Core.Connections;

namespace NotionAuth.Vault;

/// <summary>
/// Our secrets in one vault, as texts under our names, whatever the vault's habits are (docs/vaults.md): names in other letters or with something
/// around them, other types, writes that are seen later, a second secret in place of a replacement, errors where there is nothing. SecretStore has
/// none of these habits, and gets none of the further looks.
/// </summary>
/// <param name="secrets">SecretManagement's cmdlets.</param>
/// <param name="vault">The vault.</param>
internal sealed class VaultSecrets(SecretManagement secrets, SecretManagement.VaultInfo vault)
{
    private const int WriteAttempts = 3;
    private const int OverheadBytes = 8 * 1024;
    private const int LookMs = 200;
    private const int MostOfOneName = 8;

    // Longer than the vaults take that show a write late; short enough for a lock to be held.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly int[] SecondLooksMs = [100, 400];

    // Their Test-SecretVault writes a secret (SecretStore), or makes a keychain and asks for its password (KeyChain).
    private static readonly HashSet<string> HarmfulTests = new(StringComparer.OrdinalIgnoreCase) { "Microsoft.PowerShell.SecretStore", "SecretManagement.KeyChain" };

    private readonly VaultHabits _habits = VaultHabits.Of(vault);

    /// <summary>A secret of ours.</summary>
    /// <param name="Name">Our name for it.</param>
    /// <param name="Shown">The vault's name for it.</param>
    /// <param name="Metadata">Its metadata.</param>
    public sealed record Entry(string Name, string Shown, IReadOnlyDictionary<string, object> Metadata);

    /// <summary>Lists our secrets.</summary>
    public IReadOnlyList<Entry> List()
    {
        List<Entry> found = Look();
        List<string> missing = Missing(found);
        foreach (int pause in SecondLooksMs)
        {
            if (missing.Count == 0) return found;
            secrets.Pause(pause, completes: false);
            found = Look();
            missing = Missing(found);
        }

        if (missing.Count > 0) Believe(missing);
        return found;
    }

    /// <summary>Reads a secret.</summary>
    /// <param name="name">Our name for it.</param>
    /// <returns>Its text, or null where there is none.</returns>
    public string? Read(string name)
    {
        string? text = LookAt(name);
        if (vault.IsSecretStore) return text;
        if (text is null && _habits.Known.ContainsKey(name))
        {
            foreach (int pause in SecondLooksMs)
            {
                secrets.Pause(pause, completes: false);
                text = LookAt(name);
                if (text is not null) break;
            }

            if (text is null) Believe([name]);
        }

        if (text is not null) _habits.Known[name] = true;
        return text;
    }

    /// <summary>Writes a secret and reads it back.</summary>
    /// <param name="name">Our name for it.</param>
    /// <param name="text">Its text.</param>
    /// <param name="shorter">A shorter text that will do, for a vault that doesn't take the text; null where there is none.</param>
    /// <param name="metadata">Its metadata, for a vault that takes both at once.</param>
    public void Write(string name, string text, string? shorter, Hashtable? metadata)
    {
        VaultException? problem = null;
        foreach (string form in Forms(text, shorter))
        {
            foreach (bool asString in _habits.TakesStringsOnly is { } known ? [known] : vault.IsSecretStore ? [false] : new[] { false, true })
            {
                try
                {
                    // The first way alone is waited for: where it isn't seen late, the others won't be.
                    WriteOnce(name, form, asString, metadata, isPatient: problem is null);
                    _habits.TakesStringsOnly = asString;
                    if (form != text) _habits.TooLong = Math.Min(_habits.TooLong, text.Length);
                    if (!vault.IsSecretStore && !IsWriteTest(name)) _habits.Known[name] = true;
                    return;
                }
                catch (VaultException e) when (!vault.IsSecretStore && (e.IsRefusal || e.ErrorId == ErrorIds.VaultNotSuitable))
                {
                    problem ??= e;
                }
            }
        }

        // What a vault has made of a secret that wasn't there before is of no use to anybody.
        if (!_habits.Known.ContainsKey(name)) TryRemove(name);
        throw problem!.IsRefusal ? problem.WithLength(text.Length) : problem;
    }

    /// <summary>Writes metadata beside a secret that is written already, where the vault keeps any.</summary>
    /// <param name="name">Our name for the secret.</param>
    /// <param name="text">Its text.</param>
    /// <param name="shorter">See <see cref="Write"/>.</param>
    /// <param name="metadata">The metadata.</param>
    public void WriteMetadata(string name, string text, string? shorter, Hashtable metadata)
    {
        if (_habits.HasNoMetadata) return;
        try
        {
            secrets.SetInfo(vault.Name, name, metadata);
        }
        catch (VaultException)
        {
            // It may have taken the secret back with the metadata.
            _habits.HasNoMetadata = true;
            if (Peek(name) is null) Write(name, text, shorter, null);
        }
    }

    /// <summary>Removes a secret; one that is gone already is no error.</summary>
    /// <param name="name">Our name for it.</param>
    public void Remove(string name)
    {
        if (vault.IsSecretStore)
        {
            RemoveShown(name);
            return;
        }

        foreach (string shown in ShownAs(name)) RemoveShown(shown);
        Clear(name);
        if (!WaitUntil(() => Peek(name) is null)) throw VaultException.NotSuitable(vault.Name, $"was told to remove the secret '{name}', and still has it");
        _habits.Known.TryRemove(name, out _);
        _habits.Shown.TryRemove(name, out _);
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
            if (isListed && !_habits.IsProven) EnsureListed(name);
        }
        catch (VaultException)
        {
            TryRemove(name);
            throw;
        }

        Remove(name);
        if (isListed) _habits.IsProven = true;
    }

    private void EnsureListed(string name)
    {
        List<Entry> all = Look(completes: true);
        if (!vault.IsSecretStore && !all.Any(e => e.Name == name))
            throw VaultException.NotSuitable(vault.Name, $"took the secret '{name}' and doesn't list it");
        foreach (Entry entry in all)
            if (SecretName.IsLeftWriteTest(entry.Name, DateTime.UtcNow)) TryRemove(entry.Name);
    }

    private void EnsureRoom(int copies, int length)
    {
        if (vault.IsSecretStore && !SecretStoreImage.HasRoom(copies * ((2 * length) + OverheadBytes))) throw VaultException.Full(vault.Name);
    }

    private IEnumerable<string> Forms(string text, string? shorter)
    {
        if (shorter is null || shorter.Length >= text.Length || vault.IsSecretStore) return [text];
        return text.Length >= _habits.TooLong ? [shorter] : [text, shorter];
    }

    // SecretStore: a process that doesn't know our lock may write at the same moment and take ours back; then ours is written again. Others: KeePass
    // doesn't write, and doesn't say so, where another process has changed its file.
    private void WriteOnce(string name, string text, bool asString, Hashtable? metadata, bool isPatient)
    {
        for (int attempt = 1; attempt <= WriteAttempts; attempt++)
        {
            EnsureRoom(copies: 1, text.Length);

            // The old one is read still: the vault has put the new one beside it, under the very same name.
            bool clears = !vault.IsSecretStore && (attempt == WriteAttempts || (attempt > 1 && _habits.AddsSecond));
            if (clears) Clear(name);
            secrets.Set(vault.Name, name, text, asString, metadata);
            if (!(vault.IsSecretStore ? IsInStore(name, text) : IsKept(name, text, waits: isPatient && (attempt == 2 || _habits.IsSlow)))) continue;
            if (clears) _habits.AddsSecond = true;
            return;
        }

        throw vault.IsSecretStore
            ? new NotionAuthException(
                ErrorIds.VaultFailed, NotionErrorKind.InvalidData, $"Vault '{vault.Name}' took the secret '{name}' and didn't keep it.",
                "Look for another program that writes to this vault at the same time, then run the command again.")
            { Target = vault.Name }
            : VaultException.NotSuitable(vault.Name, $"took the secret '{name}' and doesn't give it back");
    }

    private bool IsInStore(string name, string text)
    {
        SecretStoreImage.TryMakeCurrent();
        return secrets.Get(vault.Name, name, completes: true) == text;
    }

    private bool IsKept(string name, string text, bool waits)
    {
        bool isFirst = true;
        bool isKept = WaitUntil(
            () =>
            {
                string? kept = Peek(name);
                if (kept == text && !_habits.HasOrnaments) return true;

                // Another machine has written a newer one meanwhile: that one counts.
                if (kept is not null && ConnectionJson.GenerationOf(kept) > ConnectionJson.GenerationOf(text)) return true;

                // Under another name, or beside an older one.
                if ((isFirst || _habits.HasOrnaments) && KeepOnly(name, text)) return true;
                if (kept is not null && !ConnectionJson.IsWhole(kept))
                    throw VaultException.NotSuitable(vault.Name, $"was given a text of {text.Length} characters and gives back another one, of {kept.Length}");
                isFirst = false;
                return false;
            },
            waits ? Patience : TimeSpan.Zero);
        if (isKept && !isFirst) _habits.IsSlow = true;
        return isKept;
    }

    // Where a vault made a second secret of ours in place of the first, the newest stays alone.
    private bool KeepOnly(string name, string text)
    {
        List<string> shown = ShownAs(name);
        string? kept = shown.FirstOrDefault(s => PeekShown(s) == text);
        if (kept is null) return false;
        foreach (string other in shown.Where(s => s != kept)) TryRemoveShown(other);
        _habits.Shown[name] = [kept];
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
            secrets.Pause(LookMs, completes: true);
        }

        return true;
    }

    // What was here before and is not found now: the extension is asked whether something is wrong before the loss is believed.
    private void Believe(List<string> missing)
    {
        if (!HarmfulTests.Contains(vault.ModuleName) && !secrets.IsHealthy(vault.Name)) throw VaultException.Unhealthy(vault.Name);
        foreach (string name in missing)
        {
            _habits.Known.TryRemove(name, out _);
            _habits.Shown.TryRemove(name, out _);
        }
    }

    private List<string> Missing(List<Entry> found) =>
        vault.IsSecretStore ? [] : _habits.Known.Keys.Where(k => found.All(e => e.Name != k)).ToList();

    private List<Entry> Look(bool completes = false)
    {
        List<Entry> found;
        try
        {
            found = Ours(SecretName.Prefix + "*", completes);

            // A filter that minds capital letters, or that knows no asterisk.
            if (found.Count == 0 && !vault.IsSecretStore) found = Ours("*", completes);
        }
        catch (VaultException e) when (e.IsRefusal && !e.IsTwin && !vault.IsSecretStore && HasNothing(completes))
        {
            found = [];
        }

        _habits.IsListed = true;
        foreach (IGrouping<string, Entry> same in found.GroupBy(e => e.Name))
        {
            if (IsWriteTest(same.Key)) continue;
            if (!vault.IsSecretStore) _habits.Known[same.Key] = true;
            List<string> shown = same.Select(e => e.Shown).Distinct().ToList();
            if (shown.Count == 1 && shown[0] == same.Key) _habits.Shown.TryRemove(same.Key, out _);
            else _habits.Shown[same.Key] = shown;
        }

        if (found.Any(e => !string.Equals(e.Shown, e.Name, StringComparison.OrdinalIgnoreCase))) _habits.HasOrnaments = true;
        return found;
    }

    private List<Entry> Ours(string filter, bool completes) => secrets.GetInfo(vault.Name, filter, completes)
        .Select(i => SecretName.Of(i.Name) is { } name ? new Entry(name, i.Name, i.Metadata) : null).OfType<Entry>().ToList();

    // HashiCorp's KV fails to list where there is nothing: then a look at one name says that it isn't there.
    private bool HasNothing(bool completes)
    {
        try
        {
            return secrets.Get(vault.Name, _habits.Known.Keys.FirstOrDefault() ?? SecretName.WriteTest, completes) is null;
        }
        catch (VaultException e) when (e.IsRefusal)
        {
            return false;
        }
    }

    private string? LookAt(string name)
    {
        if (vault.IsSecretStore) return secrets.Get(vault.Name, name);
        VaultException? refusal = null;
        IReadOnlyList<string> tried = _habits.Shown.TryGetValue(name, out IReadOnlyList<string>? shown) ? shown : [name];
        try
        {
            if (Newest(tried) is { } text) return text;
        }
        catch (VaultException e) when (e.IsRefusal)
        {
            // Some throw where there is no secret of that name: the listing tells.
            refusal = e;
        }

        if (refusal is null && _habits.IsListed && tried.Count == 1 && tried[0] == name && !_habits.Known.ContainsKey(name)) return null;
        List<Entry> all;
        try
        {
            all = Look();
        }
        catch (VaultException e) when (e.IsRefusal)
        {
            // A vault that reads and doesn't list: the answer to the reading counts.
            return refusal is null ? null : throw refusal;
        }

        List<string> names = all.Where(e => e.Name == name).Select(e => e.Shown).Distinct().ToList();
        if (names.Count == 0) return null;
        return refusal is not null && names.SequenceEqual(tried) ? throw refusal : Newest(names);
    }

    // Several secrets of one name: the newest counts, and what is older goes.
    private string? Newest(IReadOnlyList<string> shown)
    {
        if (shown.Count == 1) return secrets.Get(vault.Name, shown[0]);
        var all = shown.Select(s => (Name: s, Text: secrets.Get(vault.Name, s))).Where(s => s.Text is not null)
            .Select(s => (s.Name, s.Text, Generation: ConnectionJson.GenerationOf(s.Text!) ?? -1)).ToList();
        if (all.Count == 0) return null;
        long newest = all.Max(s => s.Generation);
        foreach ((string name, _, long generation) in all)
            if (generation < newest) TryRemoveShown(name);
        return all.Last(s => s.Generation == newest).Text;
    }

    // Under all its names in the vault: the listing may know more than one.
    private List<string> ShownAs(string name)
    {
        try
        {
            List<string> shown = Look(completes: true).Where(e => e.Name == name).Select(e => e.Shown).Distinct().ToList();
            return shown.Count > 0 ? shown : [name];
        }
        catch (VaultException e) when (e.IsRefusal)
        {
            return [name];
        }
    }

    // What is there right now, in the midst of a write.
    private string? Peek(string name) =>
        PeekShown(name) ?? (_habits.Shown.TryGetValue(name, out IReadOnlyList<string>? shown) ? shown.Select(PeekShown).FirstOrDefault(t => t is not null) : null);

    private string? PeekShown(string shown)
    {
        try
        {
            return secrets.Get(vault.Name, shown, completes: true);
        }
        catch (VaultException e) when (e.IsRefusal)
        {
            return null;
        }
    }

    private void RemoveShown(string shown)
    {
        try
        {
            secrets.Remove(vault.Name, shown);
        }
        catch (VaultException e) when (e.IsSecretNotFound || (e.IsRefusal && !vault.IsSecretStore && PeekShown(shown) is null && !IsBroken()))
        {
            // Gone already.
        }
    }

    private bool IsBroken()
    {
        try
        {
            Look(completes: true);
            return false;
        }
        catch (VaultException)
        {
            return true;
        }
    }

    private void TryRemoveShown(string shown)
    {
        try
        {
            RemoveShown(shown);
        }
        catch (VaultException)
        {
            return;
        }
    }

    private static bool IsWriteTest(string name) => name.StartsWith(SecretName.WriteTest, StringComparison.Ordinal);
}
