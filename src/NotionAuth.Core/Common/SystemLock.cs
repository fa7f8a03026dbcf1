using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NotionAuth.Core.Common;

/// <summary>
/// The system's own lock on an open file. On Windows a file that is opened without sharing is locked. Elsewhere .NET
/// takes <c>flock</c> for that, but says nothing where the file system refuses it, or where the environment turns it
/// off (DOTNET_SYSTEM_IO_DISABLEFILELOCKING): so it is asked for here.
/// </summary>
internal static class SystemLock
{
    private const int Exclusive = 2, WithoutWaiting = 4;
    private const int Interrupted = 4;

    /// <summary>Takes the lock of a file that was opened without sharing, for as long as it is open.</summary>
    /// <param name="file">The open file.</param>
    /// <exception cref="IOException">It is held elsewhere, or can't be had; <see cref="Exception.HResult"/> says
    /// which.</exception>
    public static void Take(SafeFileHandle file)
    {
        if (Path.DirectorySeparatorChar == '\\') return;
        try
        {
            while (flock(file, Exclusive | WithoutWaiting) != 0)
            {
                int error = Marshal.GetLastWin32Error();
                if (error != Interrupted)
                    throw new IOException($"The file system can't lock files (error {error}).", error);
            }
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A system whose C library has another name: .NET's own lock, which was taken when the file was opened, has
            // to do.
            return;
        }
    }

    /// <summary>Whether a lock isn't had because somebody else holds it, and for no other reason.</summary>
    /// <param name="error">What opening or locking the file threw.</param>
    public static bool IsHeldElsewhere(IOException error) => error.HResult switch
    {
        // ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION.
        unchecked((int)0x80070020) or unchecked((int)0x80070021) => true,

        // EWOULDBLOCK on Linux, and on macOS and the BSDs; the other's number is EDEADLK, which neither call gives.
        11 or 35 => true,
        _ => false,
    };

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
#pragma warning disable IDE1006, SA1300 // The C library's own name.
    private static extern int flock(SafeFileHandle file, int operation);
#pragma warning restore IDE1006, SA1300
}
