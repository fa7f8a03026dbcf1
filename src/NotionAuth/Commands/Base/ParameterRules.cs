using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using NotionAuth.Core.Common;

namespace NotionAuth.Commands.Base;

/// <summary>What PowerShell's own rules for parameters can't say, or would say without naming the parameter.</summary>
internal static class ParameterRules
{
    private static readonly (string One, string Other)[] Exclusive =
        [("All", "OutFile"), ("Body", "InFile"), ("Raw", "AsHashtable"), ("Raw", "OutFile"),
            ("AsHashtable", "OutFile"), ("AsRow", "Raw"), ("AsRow", "AsHashtable"),
            ("AsRow", "OutFile"), ("Wait", "All"), ("Wait", "OutFile")];

    private static readonly (string Name, string Needed)[] Needs =
        [("PartNumber", "InFile"), ("ContentType", "InFile")];

    // An empty one of these is a slip, such as a variable that isn't set; it never means the default.
    private static readonly string[] NeverEmpty =
        ["Name", "Connection", "Vault", "ClientId", "ClientSecret", "ExpiresOn"];

    /// <summary>Checks that no name, vault or client was passed and is empty.</summary>
    /// <param name="bound">What was passed on the command line.</param>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.MissingValue"/>.</exception>
    public static void CheckGiven(IDictionary<string, object> bound)
    {
        foreach (string name in NeverEmpty) CheckGiven(name, bound);
    }

    /// <summary>Checks a name that counts for all that is piped.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="bound">What was passed on the command line.</param>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.MissingValue"/>: it was passed, and is
    /// empty.</exception>
    public static void CheckGiven(string name, IDictionary<string, object> bound)
    {
        if (bound.TryGetValue(name, out object? value) && IsEmpty(value)) throw Missing(name, isPiped: false);
    }

    /// <summary>The names that a command is to work on.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="names">Its value.</param>
    /// <param name="invocation">The command's invocation.</param>
    /// <returns>The names, none of them empty; null where none was passed, which means the default.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.MissingValue"/>: names were passed or piped, and one
    /// is empty.</exception>
    public static string[]? Names(string parameter, string[]? names, InvocationInfo invocation)
    {
        if (!invocation.ExpectingInput && !invocation.BoundParameters.ContainsKey(parameter)) return null;
        return IsEmpty(names) ? throw Missing(parameter, invocation.ExpectingInput) : names;
    }

    /// <summary>Checks that a method has the body that it may have.</summary>
    /// <param name="bound">What was passed.</param>
    /// <param name="method">The method.</param>
    /// <param name="body">The body of this input.</param>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.MissingValue"/>,
    /// <see cref="ErrorIds.InvalidBody"/>.</exception>
    public static void CheckBody(IDictionary<string, object> bound, string method, PSObject? body)
    {
        if (method == "GET" && (body is not null || Has(bound, "InFile")))
            throw NotionAuthException.NothingSent(
                ErrorIds.InvalidBody, "A GET request has no body.",
                "Pass -Method POST or PATCH with -Body, or the values with -Query.");
        if (method != "GET" && body is null && bound.ContainsKey("Body")) throw Missing("Body", isPiped: false);
    }

    /// <summary>
    /// Checks the parameters of one input of Invoke-NotionRequest. As parameter sets they would be dozens, and
    /// PowerShell's error would name none of them.
    /// </summary>
    /// <param name="bound">What was passed, by command line and by pipeline.</param>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.ConflictingParameters"/>.</exception>
    public static void Check(IDictionary<string, object> bound)
    {
        foreach ((string one, string other) in Exclusive)
            if (Has(bound, one) && Has(bound, other))
                throw Conflict($"-{one} and -{other} can't be used together.", $"Leave out one of them.");
        foreach ((string name, string needed) in Needs)
            if (Has(bound, name) && !Has(bound, needed))
                throw Conflict($"-{name} is for -{needed}, which wasn't passed.",
                    $"Pass -{needed} too, or leave -{name} out.");
    }

    /// <summary>The error for parameters that don't fit.</summary>
    public static NotionAuthException Conflict(string message, string action) =>
        NotionAuthException.NothingSent(ErrorIds.ConflictingParameters, message, action);

    private static NotionAuthException Missing(string name, bool isPiped) => new(
        ErrorIds.MissingValue, NotionErrorKind.InvalidArgument,
        isPiped ? $"What was piped has no value for -{name}: it is null or empty. Nothing was done for it."
        : $"-{name} was passed, and it is null or empty. Nothing was done.",
        isPiped ? "Look at the command before the pipe."
        : $"Look at the variable that it comes from, or leave -{name} out.");

    private static bool IsEmpty(object? value) => value switch
    {
        null => true,
        string text => text.Length == 0,
        string[] names => names.Length == 0 || names.Any(string.IsNullOrWhiteSpace),
        _ => false,
    };

    private static bool Has(IDictionary<string, object> bound, string name) =>
        bound.TryGetValue(name, out object? value) && value is not null
            && value is not SwitchParameter { IsPresent: false };
}
