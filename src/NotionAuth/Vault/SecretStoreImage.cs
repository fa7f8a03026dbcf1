using System;
using System.Linq;
using System.Reflection;

namespace NotionAuth.Vault;

/// <summary>
/// Makes SecretStore's picture of its file current. Each process keeps the whole store in memory and writes the whole file; it sees what others
/// wrote only after 5 seconds, and not at all within 5 seconds of its own last write, so that a write from an old picture takes back what others
/// wrote (measured; SecretStore 1.0.6, src/code/Utils.cs). What is used here isn't documented: where it is gone, <see cref="TryMakeCurrent"/> says so.
/// </summary>
internal static class SecretStoreImage
{
    /// <summary>Reads the store's file again, if the store is open in this process.</summary>
    /// <returns>Whether the picture is current; an unopened store reads its file when it is opened.</returns>
    public static bool TryMakeCurrent()
    {
        Type? store = AppDomain.CurrentDomain.GetAssemblies()
            .FirstOrDefault(a => a.GetName().Name == "Microsoft.PowerShell.SecretStore")?
            .GetType("Microsoft.PowerShell.SecretStore.LocalSecretStore");
        if (store is null) return true;
        try
        {
            // The one instance as it is: asking for it would open the store, and may prompt.
            object? instance = store.GetField("LocalStore", BindingFlags.Static | BindingFlags.NonPublic)?.GetValue(null);
            if (instance is null) return true;
            object? data = store.GetField("_secureStore", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(instance);
            MethodInfo? update = data?.GetType().GetMethod("UpdateDataFromFile", BindingFlags.Instance | BindingFlags.Public, null, Type.EmptyTypes, null);
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
}
