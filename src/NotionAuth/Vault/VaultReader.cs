using System;
using System.Collections.Generic;
using System.Linq;
using NotionAuth.Core.Connections.Store;

namespace NotionAuth.Vault;

/// <summary>
/// Finds and reads our secrets in one vault, whatever its habits are; see <see cref="VaultSecrets"/>.
/// </summary>
/// <param name="secrets">SecretManagement's cmdlets.</param>
/// <param name="vault">The vault.</param>
internal class VaultReader(SecretManagement secrets, SecretManagement.VaultInfo vault)
{
    private static readonly int[] SecondLooksMs = [100, 400];

    // Their Test-SecretVault writes a secret (SecretStore), or makes a keychain and asks for its password (KeyChain).
    private static readonly HashSet<string> HarmfulTests = new(StringComparer.OrdinalIgnoreCase) {
        "Microsoft.PowerShell.SecretStore", "SecretManagement.KeyChain" };

    /// <summary>SecretManagement's cmdlets.</summary>
    protected SecretManagement Secrets { get; } = secrets;

    /// <summary>The vault.</summary>
    protected SecretManagement.VaultInfo Vault { get; } = vault;

    /// <summary>What this process has learned of the vault.</summary>
    protected VaultHabits Habits { get; } = VaultHabits.For(vault);

    /// <summary>A secret of ours.</summary>
    /// <param name="Name">Our name for it.</param>
    /// <param name="Shown">The vault's name for it.</param>
    /// <param name="Metadata">Its metadata.</param>
    public sealed record Entry(string Name, string Shown, IReadOnlyDictionary<string, object> Metadata);

    /// <summary>Lists our Secrets.</summary>
    public IReadOnlyList<Entry> List()
    {
        List<Entry> found = Look();
        List<string> missing = Missing(found);
        foreach (int pause in SecondLooksMs)
        {
            if (missing.Count == 0) return found;
            Secrets.Pause(pause, completes: false);
            found = Look();
            missing = Missing(found);
        }

        if (missing.Count > 0) Believe(missing, completes: false);
        return found;
    }

    /// <summary>Reads a secret.</summary>
    /// <param name="name">Our name for it.</param>
    /// <param name="completes">Whether it belongs to a write that must complete.</param>
    /// <returns>Its text, or null where there is none.</returns>
    public string? Read(string name, bool completes = false)
    {
        string? text = LookAt(name, completes);
        if (Vault.IsSecretStore) return text;
        if (text is null && Habits.Known.ContainsKey(name))
        {
            foreach (int pause in SecondLooksMs)
            {
                Secrets.Pause(pause, completes);
                text = LookAt(name, completes);
                if (text is not null) break;
            }

            if (text is null) Believe([name], completes);
        }

        if (text is not null) Habits.Known[name] = true;
        return text;
    }

    // What was here before and is not found now: the extension is asked whether something is wrong before the loss is
    // believed.
    private void Believe(List<string> missing, bool completes)
    {
        if (!HarmfulTests.Contains(Vault.ModuleName) && !Secrets.IsHealthy(Vault.Name, completes))
            throw VaultException.Unhealthy(Vault.Name);
        foreach (string name in missing)
        {
            Habits.Known.TryRemove(name, out _);
            Habits.Shown.TryRemove(name, out _);
        }
    }

    private List<string> Missing(List<Entry> found) =>
        Vault.IsSecretStore ? [] : Habits.Known.Keys.Where(k => found.All(e => e.Name != k)).ToList();

    protected List<Entry> Look(bool completes = false)
    {
        List<Entry> found;
        try
        {
            found = Ours(SecretName.Prefix + "*", completes);

            // A filter that minds capital letters, or that knows no asterisk.
            if (found.Count == 0 && !Vault.IsSecretStore) found = Ours("*", completes);
        }
        catch (VaultException e) when (e.IsRefusal && !e.IsTwin && !Vault.IsSecretStore && HasNothing(completes))
        {
            found = [];
        }

        Habits.IsListed = true;
        foreach (IGrouping<string, Entry> same in found.GroupBy(e => e.Name))
        {
            if (IsWriteTest(same.Key)) continue;
            if (!Vault.IsSecretStore) Habits.Known[same.Key] = true;
            List<string> shown = same.Select(e => e.Shown).Distinct().ToList();
            if (shown.Count == 1 && shown[0] == same.Key) Habits.Shown.TryRemove(same.Key, out _);
            else Habits.Shown[same.Key] = shown;
        }

        if (found.Any(e => !string.Equals(e.Shown, e.Name, StringComparison.OrdinalIgnoreCase)))
            Habits.HasOrnaments = true;
        return found;
    }

    private List<Entry> Ours(string filter, bool completes) => Secrets.GetInfo(Vault.Name, filter, completes)
        .Select(i => SecretName.Parse(i.Name) is { } name ? new Entry(name, i.Name, i.Metadata) : null).OfType<Entry>()
            .ToList();

    // HashiCorp's KV fails to list where there is nothing: then a look at one name says that it isn't there.
    private bool HasNothing(bool completes)
    {
        try
        {
            return Secrets.Get(Vault.Name, Habits.Known.Keys.FirstOrDefault() ?? SecretName.WriteTest, completes)
                is null;
        }
        catch (VaultException e) when (e.IsRefusal)
        {
            return false;
        }
    }

    private string? LookAt(string name, bool completes)
    {
        if (Vault.IsSecretStore) return Secrets.Get(Vault.Name, name, completes);
        VaultException? refusal = null;
        IReadOnlyList<string> tried = Habits.Shown.TryGetValue(name, out IReadOnlyList<string>? shown) ? shown : [name];
        try
        {
            if (Newest(tried, completes) is { } text) return text;
        }
        catch (VaultException e) when (e.IsRefusal)
        {
            // Some throw where there is no secret of that name: the listing tells.
            refusal = e;
        }

        if (refusal is null && Habits.IsListed && tried.Count == 1 && tried[0] == name
            && !Habits.Known.ContainsKey(name)) return null;
        List<Entry> all;
        try
        {
            all = Look(completes);
        }
        catch (VaultException e) when (e.IsRefusal)
        {
            // A vault that reads and doesn't list: the answer to the reading counts.
            return refusal is null ? null : throw refusal;
        }

        List<string> names = all.Where(e => e.Name == name).Select(e => e.Shown).Distinct().ToList();
        if (names.Count == 0) return null;
        return refusal is not null && names.SequenceEqual(tried) ? throw refusal : Newest(names, completes);
    }

    // Several secrets of one name: the newest counts, and what is older goes.
    private string? Newest(IReadOnlyList<string> shown, bool completes)
    {
        if (shown.Count == 1) return Secrets.Get(Vault.Name, shown[0], completes);
        var all = shown.Select(s => (Name: s, Text: Secrets.Get(Vault.Name, s, completes)))
            .Where(s => s.Text is not null)
            .Select(s => (s.Name, s.Text, Generation: ConnectionJson.GenerationOf(s.Text!) ?? -1)).ToList();
        if (all.Count == 0) return null;
        long newest = all.Max(s => s.Generation);
        foreach ((string name, _, long generation) in all)
            if (generation < newest) TryRemoveShown(name);
        return all.Last(s => s.Generation == newest).Text;
    }

    // What is there right now, in the midst of a write.
    protected string? Peek(string name) =>
        PeekShown(name)
            ?? (Habits.Shown.TryGetValue(name, out IReadOnlyList<string>? shown)
                ? shown.Select(PeekShown).FirstOrDefault(t => t is not null) : null);

    protected string? PeekShown(string shown)
    {
        try
        {
            return Secrets.Get(Vault.Name, shown, completes: true);
        }
        catch (VaultException e) when (e.IsRefusal)
        {
            return null;
        }
    }

    protected void RemoveShown(string shown)
    {
        try
        {
            Secrets.Remove(Vault.Name, shown);
        }
        catch (VaultException e)
            when (e.IsSecretNotFound
                || (e.IsRefusal && !Vault.IsSecretStore && PeekShown(shown) is null && !IsBroken()))
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

    protected void TryRemoveShown(string shown)
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

    protected static bool IsWriteTest(string name) => name.StartsWith(SecretName.WriteTest, StringComparison.Ordinal);
}
