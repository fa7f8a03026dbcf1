using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Microsoft.PowerShell.SecretManagement;

/// <summary>Completes names of vaults.</summary>
internal sealed class VaultNameCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst,
        IDictionary fakeBoundParameters) =>
        Completion.Of(VaultRegistry.Read().Vaults.Keys, wordToComplete);
}

/// <summary>Completes names of secrets.</summary>
internal sealed class SecretNameCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        using var shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand("Microsoft.PowerShell.SecretManagement\\Get-SecretInfo")
            .AddParameter("ErrorAction", ActionPreference.Ignore);
        if (fakeBoundParameters["Vault"] is string vault) shell.AddParameter("Vault", vault);
        return Completion.Of(shell.Invoke<SecretInformation>().Select(i => i.Name), wordToComplete);
    }
}

internal static class Completion
{
    public static IEnumerable<CompletionResult> Of(IEnumerable<string> names, string word)
    {
        var pattern = new WildcardPattern(word.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        return names.Where(pattern.IsMatch).Select(n => new CompletionResult(Quote(n)));
    }

    private static string Quote(string name) =>
        name.All(char.IsLetterOrDigit) ? name : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";
}
