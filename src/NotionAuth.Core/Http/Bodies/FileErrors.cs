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

    /// <summary>The error for a file that is empty, or too large for any upload.</summary>
    public static NotionAuthException OfSize(string path, long length) => NotionAuthException.NothingSent(
        ErrorIds.InvalidFileSize,
        length == 0 ? $"The file '{Shown(path)}' is empty." : $"The file '{Shown(path)}' is too large to be uploaded.",
        length == 0 ? "Check the path; Notion takes no empty files." : "Split it into several files.", Shown(path));

    /// <summary>The error for a file that is larger than the workspace takes.</summary>
    public static NotionAuthException OfLimit(string path, long length, long limit) => NotionAuthException.NothingSent(
        ErrorIds.InvalidFileSize,
        string.Format(
            System.Globalization.CultureInfo.InvariantCulture,
            "The file '{0}' has {1:0.0} MiB, and this workspace takes files of {2:0.0} MiB.", Shown(path),
            length / 1048576.0, limit / 1048576.0),
        "Make it smaller, or use a workspace on a plan that takes larger files.", Shown(path));

    public static NotionAuthException NotFound(string path) => new(
        ErrorIds.FileNotFound, NotionErrorKind.NotFound, $"The file '{Shown(path)}' isn't there.", "Check the path.")
    { Target = Shown(path) };

    public static string Shown(string path) => Redaction.OneLine(path);
}
