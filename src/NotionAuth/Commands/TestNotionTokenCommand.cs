using System;
using System.Management.Automation;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core;
using NotionAuth.Core.Api;
using NotionAuth.Core.Connections;
using NotionAuth.Core.OAuth;
using NotionAuth.Hosting;

namespace NotionAuth.Commands;

/// <summary>Tells whether tokens work, without refreshing them.</summary>
[Cmdlet(VerbsDiagnostic.Test, "NotionToken", DefaultParameterSetName = "Connection")]
[OutputType(typeof(TokenTestResult), typeof(bool))]
public sealed class TestNotionTokenCommand : SequentialCmdlet
{
    /// <summary>Names or bot ids of connections; the current one where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Connection")]
    [Alias("Name")]
    [ArgumentCompleter(typeof(ConnectionNameCompleter))]
    public string[]? Connection { get; set; }

    /// <summary>The vault that the connections are in.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = "Connection")]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    public string? Vault { get; set; }

    /// <summary>A token to test in place of a connection's.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Token")]
    [SecretParameter]
    public SecureString? Token { get; set; }

    /// <summary>Notion's origin, for a token that is just given.</summary>
    [Parameter(ParameterSetName = "Token")]
    public Uri? BaseUri { get; set; }

    /// <summary>Whether only true or false is returned.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (Token is not null)
        {
            Uri baseUri = BaseUri is null ? Core.Http.BaseUri.Default : Core.Http.BaseUri.Check(BaseUri);
            Secret token = AccessTokenText.Parse(SecureText.Reveal(Token));
            await WriteResultAsync(await new TokenTester(ProcessState.Transport, Log) { Bounds = Bounds }.TestAsync(token, baseUri, NotionVersion.Default, cancellationToken).ConfigureAwait(false))
                .ConfigureAwait(false);
            return;
        }

        await ForEachNameAsync(
            ParameterRules.Names(nameof(Connection), Connection, MyInvocation),
            async name => await WriteResultAsync(await TestAsync(name, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task<TokenTestResult> TestAsync(string? name, CancellationToken cancellationToken)
    {
        (ConnectionSession session, IConnectionStore store) = await Finder.FindAsync(name, Vault, RunspaceState.Connection, cancellationToken).ConfigureAwait(false);
        return await new ConnectionTester(session, store, TransportOf(session), Log) { Bounds = Bounds }.TestAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteResultAsync(TokenTestResult result)
    {
        if (!Quiet)
        {
            await WriteAsync(result).ConfigureAwait(false);
            return;
        }

        // False would otherwise look like a dead token.
        if (result.Status == TokenStatus.Unknown) Warn($"It could not be found out whether the token works: {result.Reason}");
        await WriteAsync(result.Status == TokenStatus.Active).ConfigureAwait(false);
    }
}
