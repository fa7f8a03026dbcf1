using System;
using System.IO;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Http.Bodies;

/// <summary>The one place where the file system's exceptions become ours.</summary>
internal static class FileErrors
{
    // ENOSPC and EDQUOT on Linux and macOS; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.
    private static readonly int[] FullDisk = [28, 122, 69, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    public static bool IsFileError(Exception e) =>
        e is IOException or UnauthorizedAccessException or NotSupportedException or System.Security.SecurityException;

    public static NotionAuthException OfReading(string path, Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => NotFound(path),
        _ => new NotionAuthException(
            ErrorIds.FileUnavailable, NotionErrorKind.InvalidArgument,
            $"The file '{Shown(path)}' can't be read: {Redaction.OneLine(e.Message)}",
            "Close the program that holds it, or check who may read it.")
        { Target = Shown(path) },
    };

    public static NotionAuthException OfWriting(string path, Exception e) => e switch
    {
        DirectoryNotFoundException => new NotionAuthException(
            ErrorIds.FileNotFound, NotionErrorKind.NotFound, $"The folder of '{Shown(path)}' isn't there.",
            "Make it first (New-Item -ItemType Directory), or write elsewhere.")
        { Target = Shown(path) },
        IOException when Array.IndexOf(FullDisk, e.HResult) >= 0 => new NotionAuthException(
            ErrorIds.DiskFull, NotionErrorKind.InvalidOperation,
            $"The disk is full: '{Shown(path)}' could not be written. What was written of it is gone again.",
            "Make room, or write elsewhere.")
        { Target = Shown(path) },
        _ => new NotionAuthException(
            ErrorIds.FileUnavailable, NotionErrorKind.InvalidArgument,
            $"The file '{Shown(path)}' can't be written: {Redaction.OneLine(e.Message)}",
            "Close the program that holds it, check who may write there, or write elsewhere.")
        { Target = Shown(path) },
    };

    public static NotionAuthException NotFound(string path) => new(
        ErrorIds.FileNotFound, NotionErrorKind.NotFound, $"The file '{Shown(path)}' isn't there.", "Check the path.")
    { Target = Shown(path) };

    public static string Shown(string path) => Redaction.OneLine(path);
}
