using System.Management.Automation;
using NotionAuth.Core.Common;

namespace NotionAuth.Commands.Base;

/// <summary>Names of connections with wildcards in them.</summary>
internal static class ConnectionPattern
{
    /// <summary>Whether a name may stand for several connections.</summary>
    public static bool IsOne(string name) => WildcardPattern.ContainsWildcardCharacters(name);

    /// <summary>Makes a pattern that can be used.</summary>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidName"/>.</exception>
    public static WildcardPattern Of(string name)
    {
        // A pattern such as [x can be made, and fails when it is used.
        var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
        try
        {
            pattern.IsMatch(string.Empty);
            return pattern;
        }
        catch (WildcardPatternException)
        {
            throw new NotionAuthException(
                ErrorIds.InvalidName, NotionErrorKind.InvalidArgument,
                $"The pattern '{Redaction.OneLine(name)}' isn't complete: a [ has no ].",
                "Write the name without wildcards, or put a backtick before a [ that is part of it.");
        }
    }
}
