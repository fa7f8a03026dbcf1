using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.ObjectModel;

namespace Microsoft.PowerShell.SecretManagement;

/// <summary>The kinds of secrets that a vault may keep.</summary>
public enum SecretType
{
    Unknown = 0,
    ByteArray,
    String,
    SecureString,
    PSCredential,
    Hashtable,
}

/// <summary>What is known of a secret without reading it; extensions make these.</summary>
public sealed class SecretInformation
{
    public SecretInformation(string name, SecretType type, string vaultName)
    {
        Name = name;
        Type = type;
        VaultName = vaultName;
    }

    public SecretInformation(
        string name, SecretType type, string vaultName, ReadOnlyDictionary<string, object> metadata)
        : this(name, type, vaultName) => Metadata = metadata;

    public SecretInformation(string name, SecretType type, string vaultName, Hashtable metadata)
        : this(name, type, vaultName)
    {
        if (metadata is null) return;
        var copy = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in metadata) copy.Add((string)entry.Key, entry.Value!);
        Metadata = new ReadOnlyDictionary<string, object>(copy);
    }

    public string Name { get; }

    public SecretType Type { get; }

    public string VaultName { get; }

    public ReadOnlyDictionary<string, object>? Metadata { get; }
}

/// <summary>A registered vault.</summary>
public sealed class SecretVaultInfo
{
    internal SecretVaultInfo(RegisteredVault vault, bool isDefault)
    {
        Name = vault.Name;
        ModuleName = vault.ModuleName;
        ModulePath = vault.ModulePath;
        Description = vault.Description;
        VaultParameters = new ReadOnlyDictionary<string, object?>(vault.VaultParameters);
        IsDefault = isDefault;
    }

    public string Name { get; }

    public string ModuleName { get; }

    public string ModulePath { get; }

    public string Description { get; }

    public IReadOnlyDictionary<string, object?> VaultParameters { get; }

    public bool IsDefault { get; }
}

/// <summary>What an extension throws when a vault is locked.</summary>
public sealed class PasswordRequiredException(string message) : InvalidOperationException(message);
