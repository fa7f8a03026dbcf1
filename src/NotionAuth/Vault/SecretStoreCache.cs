using System;
using System.IO;
using System.Linq;
using System.Reflection;

namespace NotionAuth.Vault;

/// <summary>
/// Makes SecretStore's picture of its file current. Each process keeps the whole store in memory and writes the whole
/// file; it sees what others wrote only after 5 seconds, and not at all within 5 seconds of its own last write, so that
/// a write from an old picture takes back what others wrote (measured; SecretStore 1.0.6, src/code/Utils.cs). What is
/// used here isn't documented: where it is gone, <see cref="TryMakeCurrent"/> says so. SecretStore also reads its file
/// again by itself, on a timer's thread, and has one PowerShell object for all its JSON: beside a vault call that ended
/// the process ("The pipeline does not contain a command", measured with 8 processes of 8 runspaces). So its own
/// reading waits its turn too.
/// </summary>
internal static class SecretStoreCache
{
    private const BindingFlags Any =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private static readonly string[] Updates = ["DataUpdated", "ConfigUpdated"];

    /// <summary>Whether SecretStore is loaded in this process.</summary>
    public static bool IsLoaded => Find("LocalSecretStore") is not null;

    /// <summary>Reads the store's file again, if the store is open in this process.</summary>
    /// <returns>Whether the picture is current; an unopened store reads its file when it is opened.</returns>
    public static bool TryMakeCurrent() => VaultRunspace.Alone(TryMakeCurrentAlone);

    /// <summary>Looks whether the store needs a password that this process doesn't have.</summary>
    /// <returns>Null where that can't be found out.</returns>
    public static bool? IsLocked() => Ask(() =>
    {
        Type? store = Find("LocalSecretStore");
        object? instance = store is null ? null : Instance(store);
        if (instance is null)
        {
            // Not opened yet. A store that isn't there yet asks for a new password, twice, and does that itself.
            Type? file = Find("SecureStoreFile");
            bool isThere = file?.GetMethod("StoreFileExists", Any)?.Invoke(null, null) is true;
            return Property(file, "ConfigRequiresPassword", null)?.ToString() switch
            {
                "Required" when isThere => true,
                "NotRequired" => false,
                _ => null,
            };
        }

        object? data = Field(store!, "_secureStore", instance), config = Property(data?.GetType(), "ConfigData", data);

        // With a time-out of 0 a password serves for one call: that call has to ask for it.
        if (Property(config?.GetType(), "PasswordTimeout", config) is 0) return null;
        return Property(config?.GetType(), "PasswordRequired", config) is bool isRequired ? isRequired
            && Field(data!.GetType(), "_password", data) is null : null;
    });

    /// <summary>Looks whether the store's configuration lets somebody be asked for the password.</summary>
    public static bool AllowsPrompting() =>
        Ask(() => Property(Find("LocalSecretStore"), "AllowPrompting", null) as bool?) ?? true;

    /// <summary>
    /// Lets SecretStore's own reading of a changed file wait its turn; called where no other vault call runs.
    /// </summary>
    public static void SerializeUpdates()
    {
        Type? file = Find("SecureStoreFile");
        foreach (string name in Updates)
        {
            // The field behind the event; each opened store puts its own handler there.
            FieldInfo? field = file?.GetField(name, BindingFlags.Static | BindingFlags.NonPublic);
            if (field?.GetValue(null) is not Delegate handler || handler.Target is Turn) continue;
            MethodInfo take = typeof(Turn).GetMethod(nameof(Turn.Take))!;
            if (Delegate.CreateDelegate(field.FieldType, new Turn(handler), take, throwOnBindFailure: false)
                is { } turn) field.SetValue(null, turn);
        }
    }

    /// <summary>
    /// Looks whether the disk has room for the store's file to grow. SecretStore writes over its file in place: where
    /// that breaks off for want of room, the file is torn, and every secret in it is lost.
    /// </summary>
    /// <param name="bytes">By how much at most.</param>
    /// <returns>False only where a file of that size, beside the store's, could not be filled.</returns>
    public static bool HasRoom(int bytes)
    {
        if (Find("SecureStoreFile")?.GetField("LocalStoreFilePath", BindingFlags.Static | BindingFlags.NonPublic)
            ?.GetValue(null) is not string path) return true;
        FileStream scratch;
        try
        {
            scratch = new FileStream(
                Path.Combine(Path.GetDirectoryName(path)!, $".notionauth-{Guid.NewGuid():N}"), FileMode.CreateNew,
                FileAccess.Write, FileShare.None,
                bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Read-only, gone, or out of places for files: the call that follows says it better.
            return true;
        }

        using (scratch)
        {
            try
            {
                scratch.Write(new byte[bytes], 0, bytes);
                scratch.Flush();
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    private static Type? Find(string name) => AppDomain.CurrentDomain.GetAssemblies()
        .FirstOrDefault(a => a.GetName().Name == "Microsoft.PowerShell.SecretStore")?.GetType(
            "Microsoft.PowerShell.SecretStore." + name);

    // The one instance as it is: asking for it would open the store, and may prompt.
    private static object? Instance(Type store) => Field(store, "LocalStore", null);

    private static object? Field(Type type, string name, object? of) => type.GetField(name, Any)?.GetValue(of);

    private static object? Property(Type? type, string name, object? of) => type?.GetProperty(name, Any)?.GetValue(of);

    // It may read the store's configuration, with the PowerShell object that all calls use.
    private static bool? Ask(Func<bool?> question) => VaultRunspace.Alone(() =>
    {
        try
        {
            return question();
        }
        catch (Exception e) when (e is TargetInvocationException or TargetException or AmbiguousMatchException)
        {
            return null;
        }
    });

    private static bool TryMakeCurrentAlone()
    {
        Type? store = Find("LocalSecretStore");
        if (store is null) return true;
        try
        {
            if (Instance(store) is not { } instance) return true;
            object? data = Field(store, "_secureStore", instance);
            MethodInfo? update = data?.GetType()
                .GetMethod(
                    "UpdateDataFromFile", BindingFlags.Instance | BindingFlags.Public, null, Type.EmptyTypes, null);
            if (update is null) return false;
            update.Invoke(data, null);
            return true;
        }
        catch (TargetInvocationException)
        {
            // Locked meanwhile, or a file that is being written: the call that follows says it better.
            return true;
        }
    }

    /// <summary>One handler, run where no vault call runs beside it.</summary>
    private sealed class Turn(Delegate handler)
    {
        public void Take(object? sender, EventArgs args) =>
            VaultRunspace.Alone(() => handler.DynamicInvoke(sender, args));
    }
}
