using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace Microsoft.PowerShell.SecretManagement;

/// <summary>The registry of vaults: a file of JSON, where the real module has it. It is read anew each time.</summary>
internal static class VaultRegistry
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // The folders are the real module's, so that a home of its own keeps both apart from a user's vaults.
    private static readonly string Folder = Path.Combine(
        OperatingSystem.IsWindows()
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "Microsoft",
                "PowerShell")
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        OperatingSystem.IsWindows() ? "secretmanagement" : ".secretmanagement",
        "secretvaultregistry");

    private static readonly string FilePath = Path.Combine(Folder, "vaultinfo");

    public static Registrations Read()
    {
        var registrations = new Registrations();
        if (!File.Exists(FilePath)) return registrations;
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(FilePath));
        registrations.DefaultVaultName = document.RootElement.GetProperty("DefaultVaultName").GetString()
            ?? string.Empty;
        foreach (JsonProperty entry in document.RootElement.GetProperty("Vaults").EnumerateObject())
        {
            registrations.Vaults[entry.Name] = new RegisteredVault(
                entry.Name,
                entry.Value.GetProperty("ModuleName").GetString() ?? string.Empty,
                entry.Value.GetProperty("ModulePath").GetString() ?? string.Empty,
                entry.Value.GetProperty("Description").GetString() ?? string.Empty,
                entry.Value.GetProperty("VaultParameters").EnumerateObject()
                    .ToDictionary(p => p.Name, p => ToObject(p.Value), StringComparer.OrdinalIgnoreCase),
                entry.Value.GetProperty("SetSecretSupportsMetadata").GetBoolean());
        }

        return registrations;
    }

    public static void Write(Registrations registrations)
    {
        var content = new Dictionary<string, object>
        {
            ["DefaultVaultName"] = registrations.DefaultVaultName,
            ["Vaults"] = registrations.Vaults.ToDictionary(v => v.Key, v => (object)new Dictionary<string, object>
            {
                ["ModuleName"] = v.Value.ModuleName,
                ["ModulePath"] = v.Value.ModulePath,
                ["Description"] = v.Value.Description,
                ["VaultParameters"] = v.Value.VaultParameters.ToDictionary(p => p.Key, p => ToPlain(p.Value)),
                ["SetSecretSupportsMetadata"] = v.Value.SetSecretSupportsMetadata,
            }),
        };
        Directory.CreateDirectory(Folder);

        // Written beside its place and moved there: another process never reads half of it.
        string beside = $"{FilePath}.{Guid.NewGuid():N}";
        File.WriteAllText(beside, JsonSerializer.Serialize(content, Indented));
        File.Move(beside, FilePath, overwrite: true);
    }

    private static object? ToPlain(object? value) => value switch
    {
        System.Management.Automation.PSObject wrapped => ToPlain(wrapped.BaseObject),
        IDictionary dictionary =>
            dictionary.Cast<DictionaryEntry>().ToDictionary(e => $"{e.Key}", e => ToPlain(e.Value)),
        string or null => value,
        IEnumerable list => list.Cast<object?>().Select(ToPlain).ToList(),
        _ => value,
    };

    private static object? ToObject(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var table = new Hashtable(StringComparer.OrdinalIgnoreCase);
                foreach (JsonProperty entry in value.EnumerateObject()) table[entry.Name] = ToObject(entry.Value);
                return table;
            case JsonValueKind.Array: return value.EnumerateArray().Select(ToObject).ToArray();
            case JsonValueKind.Number: return value.TryGetInt64(out long whole) ? whole : (object)value.GetDouble();
            case JsonValueKind.True: return true;
            case JsonValueKind.False: return false;
            case JsonValueKind.String: return value.TryGetDateTime(out DateTime time) ? time : value.GetString();
            default: return null;
        }
    }
}
