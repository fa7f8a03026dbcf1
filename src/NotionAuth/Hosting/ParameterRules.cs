using System.Collections.Generic;
using System.Management.Automation;
using NotionAuth.Core;

namespace NotionAuth.Hosting;

/// <summary>Which parameters of Invoke-NotionRequest make no sense together. As parameter sets they would be dozens, and PowerShell's error would name none of them.</summary>
internal static class ParameterRules
{
    private static readonly (string One, string Other)[] Exclusive =
        [("All", "OutFile"), ("Body", "InFile"), ("Raw", "AsHashtable"), ("Raw", "OutFile"), ("AsHashtable", "OutFile")];

    private static readonly (string Name, string Needed)[] Needs = [("PartNumber", "InFile"), ("ContentType", "InFile")];

    /// <summary>Checks the parameters of one input.</summary>
    /// <param name="bound">What was passed, by command line and by pipeline.</param>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.ConflictingParameters"/>.</exception>
    public static void Check(IDictionary<string, object> bound)
    {
        foreach ((string one, string other) in Exclusive)
            if (Has(bound, one) && Has(bound, other)) throw Conflict($"-{one} and -{other} can't be used together.", $"Leave out one of them.");
        foreach ((string name, string needed) in Needs)
            if (Has(bound, name) && !Has(bound, needed)) throw Conflict($"-{name} is for -{needed}, which wasn't passed.", $"Pass -{needed} too, or leave -{name} out.");
    }

    /// <summary>The error for parameters that don't fit.</summary>
    public static NotionAuthException Conflict(string message, string action) =>
        new(ErrorIds.ConflictingParameters, NotionErrorKind.InvalidArgument, message + " Nothing was sent.", action);

    private static bool Has(IDictionary<string, object> bound, string name) =>
        bound.TryGetValue(name, out object? value) && value is not null && value is not SwitchParameter { IsPresent: false };
}
