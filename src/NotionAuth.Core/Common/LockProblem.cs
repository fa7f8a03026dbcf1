using System;
using System.IO;

namespace NotionAuth.Core.Common;

/// <summary>Says why a lock can't be had though nobody holds it, and what to do.</summary>
internal static class LockProblem
{
    /// <summary>Makes the error.</summary>
    /// <param name="error">The error of the platform.</param>
    /// <param name="folder">The folder of the locks' files.</param>
    /// <param name="path">The lock's file.</param>
    public static NotionAuthException ToException(Exception error, string folder, string path)
    {
        string? foreign = error is UnauthorizedAccessException
            ? ForeignOf(path, folder, Path.GetDirectoryName(folder)) : null;
        string reason = foreign is null
            ? Redaction.Scrub(error.Message).TrimEnd('.') : $"'{foreign}' belongs to another user, as after sudo";
        return new NotionAuthException(
            ErrorIds.LockUnavailable,
            error is UnauthorizedAccessException ? NotionErrorKind.PermissionDenied : NotionErrorKind.InvalidOperation,
            $"No lock against other PowerShell processes can be had: {reason}. "
            + "What only reads goes on without one; a refresh token that is spent or a secret that is written now " +
                "could not be kept safe.",
            foreign is null
                ? ActionFor(error, folder)
                : $"Give it back to your user (sudo chown -R \"$USER\" '{foreign}'), " +
                    $"or remove it as its owner (sudo rm -r '{foreign}').",
            error)
        { Target = folder };
    }

    private static string ActionFor(Exception error, string folder) => error switch
    {
        PathTooLongException =>
            $"The folder is below your home folder: use one with a shorter path than '{folder}' has.",

        // Numbers that Unix systems share: ENFILE, EMFILE, ENOSPC, EROFS. Then EDQUOT on macOS and on Linux, and two of
        // Windows.
        _ => error.HResult switch
        {
            23 or 24 => "Close some of the files that are open, or allow more of them (ulimit -n), " +
                "then run the command again.",
            28 or 69 or 122 or unchecked((int)0x80070070) or unchecked((int)0x80070027) =>
                $"Free some space on the disk of '{folder}', or some inodes or quota, then run the command again.",
            30 => $"Make '{folder}' a folder that can be written to, in a container with a volume of its own there, " +
                "then run the command again.",
            _ => $"Make '{folder}' a folder on a disk with file locks that your user can write to, " +
                "then run the command again.",
        },
    };

    // The first of the paths that belongs to somebody else. Only its owner may set a file's mode, even to what it is;
    // root may always.
    private static string? ForeignOf(params string?[] paths)
    {
#if NET8_0_OR_GREATER
        foreach (string? path in paths)
        {
            try
            {
                if (path is not null && !OperatingSystem.IsWindows())
                    File.SetUnixFileMode(path, File.GetUnixFileMode(path));
            }
            catch (UnauthorizedAccessException e) when (e.InnerException?.HResult == 1)
            {
                return path;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Gone, out of reach or read-only: who owns it doesn't show.
                continue;
            }
        }
#endif
        return null;
    }
}
