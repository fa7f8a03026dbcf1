using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using NotionAuth.Core.Api;

namespace NotionAuth.Hosting;

/// <summary>Completes a parameter from a list of words.</summary>
public abstract class WordCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"');
        foreach ((string word, string hint) in Words(fakeBoundParameters))
        {
            if (!word.StartsWith(typed, StringComparison.OrdinalIgnoreCase)) continue;
            bool isBare = word.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.');
            string text = isBare ? word : $"'{word.Replace("'", "''")}'";
            yield return new CompletionResult(text, word, CompletionResultType.ParameterValue, hint.Length == 0 ? word : hint);
        }
    }

    private protected abstract IEnumerable<(string Word, string Hint)> Words(IDictionary boundParameters);

    // Completion runs on the pipeline thread; whatever goes wrong there, the user is typing and wants no error.
    private protected static IEnumerable<PSObject> Invoke(string command, IDictionary parameters)
    {
        using var shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        try
        {
            return shell.AddCommand(command).AddParameters(parameters).AddParameter("ErrorAction", ActionPreference.Ignore).Invoke();
        }
        catch (RuntimeException)
        {
            return [];
        }
    }
}

/// <summary>Completes names of connections.</summary>
public sealed class ConnectionNameCompleter : WordCompleter
{
    private protected override IEnumerable<(string Word, string Hint)> Words(IDictionary boundParameters)
    {
        var parameters = new Hashtable();
        if (boundParameters["Vault"] is string vault) parameters["Vault"] = vault;
        return Invoke("NotionAuth\\Get-NotionConnection", parameters)
            .Select(c => c.BaseObject).OfType<Core.Connections.NotionConnection>()
            .Select(c => (c.Name, $"{c.WorkspaceName} ({c.AuthType}{(c.Vault.Length == 0 ? string.Empty : $", vault {c.Vault}")})"));
    }
}

/// <summary>Completes names of registered vaults.</summary>
public sealed class VaultNameCompleter : WordCompleter
{
    private protected override IEnumerable<(string Word, string Hint)> Words(IDictionary boundParameters) =>
        Invoke("Microsoft.PowerShell.SecretManagement\\Get-SecretVault", new Hashtable())
            .Select(v => ((string)v.Properties["Name"].Value, $"{v.Properties["ModuleName"].Value}"));
}

/// <summary>Completes Notion-Versions.</summary>
public sealed class NotionVersionCompleter : WordCompleter
{
    private protected override IEnumerable<(string Word, string Hint)> Words(IDictionary boundParameters) =>
        NotionVersion.Known.Select(v => (v, string.Empty));
}
