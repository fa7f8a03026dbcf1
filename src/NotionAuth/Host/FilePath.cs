using System;
using System.Management.Automation;
using NotionAuth.Core.Common;

namespace NotionAuth.Host;

/// <summary>Files as PowerShell names them.</summary>
internal static class FilePath
{
    /// <summary>
    /// Makes a path of the file system of a PowerShell path: relative to the current location, or on a PSDrive. Nothing
    /// in it is a wildcard.
    /// </summary>
    /// <param name="session">The caller's session.</param>
    /// <param name="path">The path.</param>
    /// <param name="parameter">The parameter that it came by.</param>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidFilePath"/>.</exception>
    public static string Resolve(SessionState session, string path, string parameter)
    {
        // The platform's own error for it names neither the parameter nor the file.
        if (path.IndexOf('\0') >= 0) throw Invalid(parameter, path, "has a NUL character in it");
        try
        {
            string resolved = session.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            if (provider.Name == "FileSystem") return resolved;
            throw Invalid(parameter, path, $"is on the provider {provider.Name}, not in the file system");
        }
        catch (Exception e) when (e is RuntimeException or NotSupportedException)
        {
            throw Invalid(parameter, path, $"can't be used: {Redaction.OneLine(e.Message)}");
        }
    }

    private static NotionAuthException Invalid(string parameter, string path, string why) =>
        NotionAuthException.NothingSent(
            ErrorIds.InvalidFilePath, $"The path of -{parameter} {why}.", "Pass a file's path, such as ./photo.png.",
            Redaction.OneLine(path));
}
