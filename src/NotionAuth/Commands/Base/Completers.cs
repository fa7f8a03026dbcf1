using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Vault;

namespace NotionAuth.Commands.Base;

/// <summary>Completes a parameter from a list of words.</summary>
public abstract class WordCompleter : IArgumentCompleter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        // PowerShell puts variables' values into the word, and leaves out their names.
        bool hasVariable = CommandArgument.IsExpandable(commandAst, parameterName, out string text);
        string typed = hasVariable ? text : CommandText.Unquoted(wordToComplete ?? string.Empty);
        foreach ((string completed, string hint) in Words(typed, commandAst, fakeBoundParameters))
        {
            if (!completed.StartsWith(typed, StringComparison.OrdinalIgnoreCase)) continue;
            yield return new CompletionResult(
                hasVariable ? $"\"{completed}\"" : CommandText.Argument(completed), completed,
                CompletionResultType.ParameterValue, hint.Length == 0 ? completed : hint);
        }
    }

    private protected virtual IEnumerable<(string Word, string Hint)> Words(
        string typed, CommandAst command, IDictionary boundParameters) => Words(typed, boundParameters);

    private protected abstract IEnumerable<(string Word, string Hint)> Words(string typed, IDictionary boundParameters);

    // Somebody is typing: no error, no question, no long wait; and nothing of their session (defaults, aliases,
    // preferences) matters.
    private protected static T Quietly<T>(Func<SecretManagement, CancellationToken, Task<T>> work, T otherwise)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            return Task.Run(() => work(new SecretManagement(host: null, patience.Token), patience.Token)).GetAwaiter()
                .GetResult();
        }
        catch (Exception e) when (e is NotionAuthException or OperationCanceledException)
        {
            return otherwise;
        }
    }
}

/// <summary>
/// Completes names of connections: those of the process, and those in vaults that answer without asking for a password.
/// </summary>
public sealed class ConnectionNameCompleter : WordCompleter
{
    private protected override IEnumerable<(string Word, string Hint)> Words(string typed, IDictionary boundParameters)
    {
        var vault = boundParameters["Vault"] as string;
        return (Quietly<StoreListing?>(
            async (secrets, token) => await ListAsync(secrets, vault, token).ConfigureAwait(false), null)
            ?? Quietly((secrets, token) => ListAsync(secrets, string.Empty, token), new StoreListing([], [])))
            .Connections
            .Where(c => vault is null || string.Equals(c.Vault, vault, StringComparison.OrdinalIgnoreCase))
            .Select(c =>
                (c.Name, $"{c.WorkspaceName} " +
                    $"({c.AuthType}{(c.Vault.Length == 0 ? string.Empty : $", vault {c.Vault}")})"));
    }

    private static async Task<StoreListing> ListAsync(
        SecretManagement secrets, string? vault, CancellationToken cancellationToken) =>
        await new ConnectionLister(new VaultStores(secrets, ProcessState.Memory, static _ => { }), ProcessState.Cache)
            .ListAsync(vault, current: null, cancellationToken).ConfigureAwait(false);
}

/// <summary>Completes names of registered vaults.</summary>
public sealed class VaultNameCompleter : WordCompleter
{
    private protected override IEnumerable<(string Word, string Hint)> Words(
        string typed, IDictionary boundParameters) =>
        Quietly((secrets, _) => Task.FromResult(secrets.GetVaults()), []).Select(v => (v.Name, v.ModuleName));
}

/// <summary>Completes HTTP methods: those that the path takes, or all where none of them fits.</summary>
public sealed class MethodCompleter : WordCompleter
{
    private protected override IEnumerable<(string Word, string Hint)> Words(
        string typed, IDictionary boundParameters) =>
        PerInputMethodAttribute.Methods.Select(m => (m, string.Empty));

    private protected override IEnumerable<(string Word, string Hint)> Words(
        string typed, CommandAst command, IDictionary boundParameters)
    {
        List<(string Word, string Hint)> taken =
            [.. (NotionEndpoint.Find(CommandArgument.TextOf(command, "Path") ?? string.Empty)?.Methods ?? [])
                .Where(m => m.StartsWith(typed, StringComparison.OrdinalIgnoreCase)).Select(m => (m, string.Empty))];
        return taken.Count > 0 ? taken : Words(typed, boundParameters);
    }
}

/// <summary>Completes Notion-Versions.</summary>
public sealed class NotionVersionCompleter : WordCompleter
{
    private protected override IEnumerable<(string Word, string Hint)> Words(
        string typed, IDictionary boundParameters) =>
        NotionVersion.Known.Select(v => (v, string.Empty));
}

/// <summary>Completes paths from the API's list of endpoints.</summary>
public sealed class PathCompleter : WordCompleter
{
    private protected override IEnumerable<(string Word, string Hint)> Words(
        string typed, IDictionary boundParameters) =>
        NotionEndpoint.Complete(typed, boundParameters["Method"] as string)
            .Select(c =>
                (c.Path, c.Endpoint.Methods.Count == 0 ? c.Endpoint.Path : $"{string.Join(", ", c.Endpoint.Methods)} " +
                    $"{c.Endpoint.Path}"));
}
