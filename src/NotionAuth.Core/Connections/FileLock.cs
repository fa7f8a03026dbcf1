using System;
using System.Diagnostics;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Connections;

/// <summary>
/// A lock between the processes of one user: an open file that the system lets nobody else open. The system gives it back when its process ends,
/// however that ends, so that a dead process blocks nobody, and nobody can take it from a live one. The files stay, and are empty.
/// </summary>
public sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);
    private readonly FileStream? _file;

    private FileLock(FileStream? file) => _file = file;

    /// <summary>Takes a lock; waits where another process or another part of this one holds it.</summary>
    /// <param name="name">What is locked; any text. It shows in no file name.</param>
    /// <param name="timeout">How long to wait at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lock; dispose of it to give it back.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.Busy"/>: it wasn't given back within the time.</exception>
    public static async Task<FileLock> AcquireAsync(string name, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (TryAcquire(name) is { } taken) return taken;
            if (watch.Elapsed > timeout)
                throw new NotionAuthException(
                    ErrorIds.Busy, NotionErrorKind.Busy, $"Another PowerShell process has been working with this connection or vault for {timeout.TotalSeconds:0} s.",
                    "Wait until it has finished, or end it, then run the command again.");
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose() => _file?.Dispose();

    private static FileLock? TryAcquire(string name)
    {
        string path;
        try
        {
            path = PathOf(name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A machine without a place to write has no place for locks either; the process's own lock still holds.
            return new FileLock(null);
        }

        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
        }
        catch (UnauthorizedAccessException) when (!File.Exists(path))
        {
            return new FileLock(null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string PathOf(string name)
    {
        string folder = Path.Combine(StateFolder(), "NotionAuth", "locks");
        CreateOwnFolder(folder);
        using var sha = SHA256.Create();
        string hash = BitConverter.ToString(sha.ComputeHash(Encoding.UTF8.GetBytes(name))).Replace("-", string.Empty).Substring(0, 32);
        return Path.Combine(folder, hash + ".lock");
    }

    // Whoever may open a lock's file may hold the lock, and so keep us waiting: nobody else may.
    private static void CreateOwnFolder(string folder)
    {
#if NET8_0_OR_GREATER
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return;
        }
#endif
        Directory.CreateDirectory(folder);
    }

    private static string StateFolder()
    {
        if (Path.DirectorySeparatorChar == '\\') return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (!string.IsNullOrEmpty(state) && Path.IsPathRooted(state)) return state!;
        return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
    }
}
