using System;
using System.Management.Automation;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Commands.Base;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Diagnostics;
using NotionAuth.Core.OAuth;
using NotionAuth.Host;
using NotionAuth.Pipeline;
using NotionAuth.Vault;

namespace NotionAuth.Commands;

/// <summary>Tells whether tokens work, without refreshing them.</summary>
[Cmdlet(VerbsDiagnostic.Test, "NotionToken", DefaultParameterSetName = "Connection")]
[OutputType(typeof(TokenTestResult), typeof(EnvironmentCheck), typeof(bool))]
public sealed class TestNotionTokenCommand : SequentialCmdlet
{
    /// <summary>Names or bot ids of connections; the current one where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName =
        "Connection")]
    [Alias("Name")]
    [ArgumentCompleter(typeof(ConnectionNameCompleter))]
    public string[]? Connection { get; set; }

    /// <summary>The vault that the connections are in.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = "Connection")]
    [Parameter(ParameterSetName = "Environment")]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    public string? Vault { get; set; }

    /// <summary>A token to test in place of a connection's.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Token")]
    [SecretParameter]
    public SecureString? Token { get; set; }

    /// <summary>Whether what a sign-in and a request need is checked, in place of a token.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Environment")]
    public SwitchParameter Environment { get; set; }

    /// <summary>Notion's origin, for a token that is just given, and for checking the environment.</summary>
    [Parameter(ParameterSetName = "Token")]
    [Parameter(ParameterSetName = "Environment")]
    public Uri? BaseUri { get; set; }

    /// <summary>Whether only true or false is returned.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (Environment)
        {
            await CheckEnvironmentAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        if (Token is not null)
        {
            Uri baseUri = Core.Http.BaseUri.OrDefault(BaseUri);
            Secret token = AccessTokenText.Parse(SecureText.Reveal(Token));
            await WriteResultAsync(
                await new TokenTester(ProcessState.Transport, Log) { Bounds = Bounds }.TestAsync(
                    token, baseUri, NotionVersion.Default, cancellationToken).ConfigureAwait(false))
                .ConfigureAwait(false);
            return;
        }

        await ForEachNameAsync(
            ParameterRules.Names(nameof(Connection), Connection, MyInvocation),
            async name =>
            {
                OpenedConnection connection = await OpenAsync(name, Vault, transport: null, cancellationToken)
                    .ConfigureAwait(false);
                await WriteResultAsync(await connection.TestAsync(cancellationToken).ConfigureAwait(false))
                    .ConfigureAwait(false);
            }).ConfigureAwait(false);
    }

    private async Task CheckEnvironmentAsync(CancellationToken cancellationToken)
    {
        var doctor = new EnvironmentDoctor(SilentStores, ProcessState.Cache, ProcessState.Transport, Log)
        {
            Vault = Vault,
            BaseUri = Core.Http.BaseUri.OrDefault(BaseUri),
            Current = RunspaceState.Connection,
            HostChecks = await OnPipelineAsync(
                () => HostChecks.Make(SessionState, MyInvocation.MyCommand.Module?.Version)).ConfigureAwait(false),
            VaultModule = VaultRunspace.LoadedModule,
            Bounds = Bounds,
        };
        bool isUsable = true;
        await foreach (EnvironmentCheck check in doctor.RunAsync(cancellationToken).ConfigureAwait(false))
        {
            isUsable &= check.Status != CheckStatus.Failed;
            if (!Quiet) await WriteAsync(check).ConfigureAwait(false);
        }

        if (Quiet) await WriteAsync(isUsable).ConfigureAwait(false);
    }

    private async Task WriteResultAsync(TokenTestResult result)
    {
        if (!Quiet)
        {
            await WriteAsync(result).ConfigureAwait(false);
            return;
        }

        // False would otherwise look like a dead token.
        if (result.Status == TokenStatus.Unknown)
            Warn($"It could not be found out whether the token works: {result.Reason}");
        await WriteAsync(result.IsUsable).ConfigureAwait(false);
    }
}
