using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;

namespace NotionAuth.Vault;

/// <summary>
/// The locks of the vaults. They lie beside SecretManagement's registry of vaults: processes that see the same vaults
/// see the same locks, whatever else their environments say.
/// </summary>
internal static class StoreLocks
{
    private static int _isTold;

    /// <summary>Takes a lock. Where there can be none, a warning says so once in a process.</summary>
    /// <param name="name">What is locked.</param>
    /// <param name="timeout">How long to wait where somebody else holds it.</param>
    /// <param name="warn">Called when there is no lock; null where the caller throws that.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lock, or why there is none.</returns>
    public static async Task<FileLock> TakeAsync(
        string name, TimeSpan timeout, Action<string>? warn, CancellationToken cancellationToken)
    {
        FileLock held = await FileLock.AcquireAsync(Folder(), name, timeout, cancellationToken).ConfigureAwait(false);
        if (held.Problem is { } problem && warn is not null && Interlocked.Exchange(ref _isTold, 1) == 0)
            warn($"{problem.Message} {problem.RecommendedAction}");
        return held;
    }

    // Where SecretManagement 1.1 and SecretStore 1.0 keep their own files.
    private static string Folder()
    {
        bool isWindows = Path.DirectorySeparatorChar == '\\';
        Environment.SpecialFolder folder = isWindows
            ? Environment.SpecialFolder.LocalApplicationData : Environment.SpecialFolder.UserProfile;
        string own = Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify);
        string secretManagement = Path.Combine(own, isWindows ? Path.Combine("Microsoft", "PowerShell",
            "secretmanagement") : ".secretmanagement");
        return Path.Combine(secretManagement, "notionauth-locks");
    }
}
