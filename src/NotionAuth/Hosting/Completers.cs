using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Threading;
using NotionAuth.Core;
using NotionAuth.Core.Api;
using NotionAuth.Vault;

namespace NotionAuth.Hosting;

/// <summary>Completes a parameter from a list of words.</summary>
public abstract class WordCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"');
        foreach ((string completed, string hint) in Words(typed, fakeBoundParameters))
        {
            if (!completed.StartsWith(typed, StringComparison.OrdinalIgnoreCase)) continue;
            bool isBare = completed.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/');
            string text = isBare ? completed : $"'{completed.Replace("'", "''")}'";
            yield return new CompletionResult(text, completed, CompletionResultType.ParameterValue, hint.Length == 0 ? completed : hint);
        }
    }

    private protected abstract IEnumerable<(string Word, string Hint)> Words(string typed, IDictionary boundParameters);

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
    private protected override IEnumerable<(string Word, string Hint)> Words(string typed, IDictionary boundParameters)
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
    private protected override IEnumerable<(string Word, string Hint)> Words(string typed, IDictionary boundParameters)
    {
        try
        {
            return new SecretManagement(null, CancellationToken.None).GetVaults().Select(v => (v.Name, v.ModuleName));
        }
        catch (NotionAuthException)
        {
            // Without SecretManagement there are no names.
            return [];
        }
    }
}

/// <summary>Completes Notion-Versions.</summary>
public sealed class NotionVersionCompleter : WordCompleter
{
    private protected override IEnumerable<(string Word, string Hint)> Words(string typed, IDictionary boundParameters) =>
        NotionVersion.Known.Select(v => (v, string.Empty));
}

/// <summary>Completes paths from the API's list of endpoints.</summary>
public sealed class PathCompleter : WordCompleter
{
    private protected override IEnumerable<(string Word, string Hint)> Words(string typed, IDictionary boundParameters) =>
        NotionEndpoint.Complete(typed, boundParameters["Method"] as string)
            .Select(c => (c.Path, c.Endpoint.Methods.Count == 0 ? c.Endpoint.Path : $"{string.Join(", ", c.Endpoint.Methods)} {c.Endpoint.Path}"));
}
