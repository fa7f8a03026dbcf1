using System;
using System.Diagnostics;
using System.IO;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Common;

/// <summary>
/// A lock between the processes of one user: an open file that the system lets nobody else open. The system gives it
/// back when its process ends, however that ends, so that a dead process blocks nobody, and nobody can take it from a
/// live one. The files stay, and are empty.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    // A file that is only read can be locked too, and on a read-only disk nothing else can. A network's file system may
    // want it open for writing.
    private static readonly FileAccess[] Ways = [FileAccess.Read, FileAccess.ReadWrite];
    private readonly FileStream? _file;

    private FileLock(FileStream file) => _file = file;

    private FileLock(NotionAuthException problem) => Problem = problem;

    /// <summary>
    /// Null where the lock is held; otherwise why none can be had (<see cref="ErrorIds.LockUnavailable"/>), though
    /// nobody else holds it. What only reads may go on; what would spend a refresh token or write throws it.
    /// </summary>
    public NotionAuthException? Problem { get; }

    /// <summary>
    /// Takes a lock; waits where another process or another part of this one holds it, and only there.
    /// </summary>
    /// <param name="folder">The folder of the locks' files, the same one for all processes that share what is
    /// locked.</param>
    /// <param name="name">What is locked; any text. It shows in no file name.</param>
    /// <param name="timeout">How long to wait at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lock, or <see cref="Problem"/>; dispose of it to give it back.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.Busy"/>: it wasn't given back within the
    /// time.</exception>
    public static async Task<FileLock> AcquireAsync(
        string folder, string name, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        string path = Path.Combine(folder, FileNameOf(name));
        while (true)
        {
            if (TryAcquire(folder, path) is { } taken) return taken;
            if (watch.Elapsed > timeout)
                throw new NotionAuthException(
                    ErrorIds.Busy, NotionErrorKind.Busy,
                    "Another PowerShell process has been working with this connection or vault for " +
                    $"{timeout.TotalSeconds:0} s.",
                    "Wait until it has finished, or end it, then run the command again.");
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose() => _file?.Dispose();

    // Null where somebody holds it.
    private static FileLock? TryAcquire(string folder, string path)
    {
        Exception? problem = null;
        foreach (FileAccess access in Ways)
        {
            try
            {
                CreateOwnFolder(folder);
                return new FileLock(Open(path, access));
            }
            catch (IOException e) when (SystemLock.IsHeldElsewhere(e))
            {
                return null;
            }
            catch (Exception e)
                when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or
                SecurityException)
            {
                problem = e;
            }
        }

        return new FileLock(LockProblem.ToException(problem!, folder, path));
    }

    private static FileStream Open(string path, FileAccess access)
    {
#if NET8_0_OR_GREATER
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = access,
            Share = FileShare.None,
            BufferSize = 1
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
#else
        var file = new FileStream(path, FileMode.OpenOrCreate, access, FileShare.None, bufferSize: 1);
#endif
        try
        {
            SystemLock.Take(file.SafeFileHandle);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string FileNameOf(string name)
    {
        using var sha = SHA256.Create();
        return BitConverter.ToString(sha.ComputeHash(Encoding.UTF8.GetBytes(name)), 0, 16).Replace("-", string.Empty) +
            ".lock";
    }

    // A process that may open a lock's file may hold the lock and make this one wait: no other user may.
    private static void CreateOwnFolder(string folder)
    {
#if NET8_0_OR_GREATER
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Directory.CreateDirectory(folder, own);
            if ((File.GetUnixFileMode(folder) & ~own) != 0) TryMakeOwn(folder, own);
            return;
        }
#endif
        Directory.CreateDirectory(folder);
    }

#if NET8_0_OR_GREATER
    // A disk that is read-only or knows no modes leaves it as it is: the locks hold all the same.
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void TryMakeOwn(string folder, UnixFileMode own)
    {
        try
        {
            File.SetUnixFileMode(folder, own);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }
#endif
}
