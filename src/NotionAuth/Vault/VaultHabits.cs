using System;
using System.Collections.Concurrent;
using System.Collections.Generic;

namespace NotionAuth.Vault;

/// <summary>
/// What this process has learned of a vault by using it. Vaults differ in what they take and in what they give back.
/// </summary>
internal sealed class VaultHabits
{
    private static readonly ConcurrentDictionary<string, VaultHabits> All = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The names of ours that were seen in it: that one of them is gone is believed only after a second look.
    /// </summary>
    public ConcurrentDictionary<string, bool> Known { get; } = new(StringComparer.Ordinal);

    /// <summary>Under which names it shows ours, where they aren't the same.</summary>
    public ConcurrentDictionary<string, IReadOnlyList<string>> Shown { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether it has been listed.</summary>
    public bool IsListed { get; set; }

    /// <summary>
    /// Whether a listing shows our names with something around them: such a vault may hold two secrets of one name.
    /// </summary>
    public bool HasOrnaments { get; set; }

    /// <summary>Whether it takes a String and no SecureString; null where no write has shown it yet.</summary>
    public bool? TakesStringsOnly { get; set; }

    /// <summary>Whether what is written can be read only later.</summary>
    public bool IsSlow { get; set; }

    /// <summary>Whether it puts a second secret of the very same name beside the first.</summary>
    public bool AddsSecond { get; set; }

    /// <summary>Whether it refused metadata.</summary>
    public bool HasNoMetadata { get; set; }

    /// <summary>Whether a write test showed that it lists what it keeps, and removes it.</summary>
    public bool IsProven { get; set; }

    /// <summary>The length from which on it refused a text that it took when it was shorter.</summary>
    public int TooLong { get; set; } = int.MaxValue;

    /// <summary>Finds what is known of a vault.</summary>
    /// <param name="vault">The vault; one that is registered anew with something else is another one.</param>
    public static VaultHabits For(SecretManagement.VaultInfo vault) =>
        All.GetOrAdd($"{vault.Name}\n{vault.ModuleName}\n{vault.ParametersText}", _ => new VaultHabits());
}
