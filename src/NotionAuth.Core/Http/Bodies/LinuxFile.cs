#if NET8_0_OR_GREATER
using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace NotionAuth.Core.Http.Bodies;

/// <summary>What Linux says of a file, and .NET doesn't.</summary>
/// <param name="Links">How many names the file has.</param>
/// <param name="Owner">Its user.</param>
/// <param name="Group">Its group.</param>
/// <param name="Mode">Its mode, without its kind.</param>
/// <param name="IsPlain">Whether it is a plain file: no folder, link, device or pipe.</param>
internal readonly record struct LinuxFile(uint Links, uint Owner, uint Group, UnixFileMode Mode, bool IsPlain)
{
    // Of <fcntl.h>, <sys/stat.h> and <errno.h>; the same on every processor. struct statx is, too: stx_nlink at 16,
    // stx_uid, stx_gid, stx_mode.
    private const int CurrentFolder = -100, NotFollowed = 0x100, BasicFacts = 0x7ff;
    private const int KindMask = 0xF000, PlainKind = 0x8000, ModeMask = 0xFFF;
    private const int NotSupported = 95;

    /// <summary>Asks; null where there is no such file, or the system is another one.</summary>
    /// <param name="path">The full path. For a link it is the link itself, not its target.</param>
    public static LinuxFile? Find(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            byte[] status = new byte[256];
            if (statx(CurrentFolder, path, NotFollowed, BasicFacts, status) != 0) return null;
            int mode = BitConverter.ToUInt16(status, 28);
            return new LinuxFile(
                BitConverter.ToUInt32(status, 16), BitConverter.ToUInt32(status, 20), BitConverter.ToUInt32(status, 24),
                (UnixFileMode)(mode & ModeMask),
                (mode & KindMask) == PlainKind);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether a file has an access list or other attributes beside its mode; SELinux gives each file its own anew.
    /// </summary>
    public static bool HasAttributes(string path)
    {
        byte[] names = new byte[4096];
        nint length = listxattr(path, names, (nuint)names.Length);
        if (length < 0) return Marshal.GetLastWin32Error() != NotSupported;
        string[] all = Encoding.UTF8.GetString(names, 0, (int)length)
            .Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return Array.Exists(all, n => n != "security.selinux");
    }

    // Text is UTF-8 there, which CA2101 doesn't know, and the names are the C library's own.
#pragma warning disable CA2101, IDE1006, SA1300
    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(
        int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, [Out] byte[] status);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint listxattr(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path, [Out] byte[] names, nuint size);
#pragma warning restore CA2101, IDE1006, SA1300
}
#endif
