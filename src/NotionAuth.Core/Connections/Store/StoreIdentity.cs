using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security;

namespace NotionAuth.Core.Connections.Store;

/// <summary>
/// What a store is, whatever name it goes by: two names of one store have one identity, so that they share its lock. In
/// doubt two stores are taken for one: that costs a wait, and the other error costs a sign-in.
/// </summary>
internal static class StoreIdentity
{
    /// <summary>Makes the identity.</summary>
    /// <param name="module">The name of the module that serves the store; letters' case doesn't count.</param>
    /// <param name="parameters">What the store was registered with; null where the module has one store for a
    /// user.</param>
    /// <returns>The identity, as text that may hold what the parameters hold: not for anybody's eyes.</returns>
    public static string Compute(string module, IDictionary? parameters)
    {
        if (parameters is null) return module.ToUpperInvariant();

        // A store in a file is that file, however it is opened.
        List<string> paths = parameters.Values.OfType<object>().Select(v => Text(v)).Where(IsPath).Select(RealPath)
            .Distinct().ToList();
        paths.Sort(StringComparer.Ordinal);
        return $"{module.ToUpperInvariant()} {(paths.Count > 0 ? Text(paths) : Text(parameters).ToUpperInvariant())}";
    }

    private static string Text(object? value) => value switch
    {
        null => string.Empty,
        string text => text.Trim(),
        IDictionary map => $"{{{string.Join(";", Members(map).OrderBy(m => m, StringComparer.OrdinalIgnoreCase))}}}",
        IEnumerable list => $"[{string.Join(";", list.Cast<object?>().Select(Text))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
    };

    private static IEnumerable<string> Members(IDictionary map) => map.Keys.Cast<object>().Select(k =>
        $"{Text(k)}={Text(map[k])}");

    private static bool IsPath(string text) =>
        text.Length > 1 && text.IndexOfAny(Path.GetInvalidPathChars()) < 0
            && (Path.IsPathRooted(text) || IsInHome(text));

    private static bool IsInHome(string text) => text.StartsWith("~/", StringComparison.Ordinal) || text.StartsWith(
        "~\\", StringComparison.Ordinal);

    private static string RealPath(string text)
    {
        string home = Environment.GetFolderPath(
            Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        try
        {
            string path = Path.GetFullPath(IsInHome(text) ? Path.Combine(home, text.Substring(2)) : text)
                .TrimEnd(Path.DirectorySeparatorChar);

            // Only Linux and its like tell letters' cases apart in paths; where this takes two files for one they share
            // a lock.
            return ResolveLinks(path).ToUpperInvariant();
        }
        catch (Exception e)
            when (e is ArgumentException or NotSupportedException or PathTooLongException or SecurityException)
        {
            return text.ToUpperInvariant();
        }
    }

    private static string ResolveLinks(string path)
    {
#if NET8_0_OR_GREATER
        string real = Path.GetPathRoot(path) ?? string.Empty;
        foreach (string part in path.Substring(real.Length).Split(Path.DirectorySeparatorChar))
        {
            real = Path.Combine(real, part);
            try
            {
                real = Directory.ResolveLinkTarget(real, returnFinalTarget: true)?.FullName ?? real;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not there, or not to be seen: as it is written.
                continue;
            }
        }

        return real;
#else
        return path;
#endif
    }
}
