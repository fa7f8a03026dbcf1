using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Commands.Base;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.SignIn;
using NotionAuth.Core.SignIn.Browser;
using NotionAuth.Host;
using NotionAuth.Pipeline;

namespace NotionAuth.Commands;

/// <summary>Signs in to a Notion workspace, keeps the connection in a vault, and makes it the current one.</summary>
[Cmdlet(VerbsCommunications.Connect, "NotionWorkspace", DefaultParameterSetName = OAuthSet,
    SupportsShouldProcess = true)]
[OutputType(typeof(NotionConnection))]
public sealed class ConnectNotionWorkspaceCommand : SequentialCmdlet
{
    private const string OAuthSet = "OAuth";
    private const string CredentialSet = "Credential";
    private const string TokenSet = "Token";
    private const string EnvironmentSet = "Environment";
    private const string StoredSet = "Stored";

    // With nothing but these beside it, -Name means a connection that is stored.
    private static readonly HashSet<string> FitsStored = new(
        [nameof(Name), nameof(Vault), nameof(SessionOnly), nameof(Force), nameof(Proxy), nameof(ProxyCredential),
            .. CommonParameters, .. OptionalCommonParameters],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The OAuth client id of the public integration.</summary>
    [Parameter(ParameterSetName = OAuthSet)]
    public string? ClientId { get; set; }

    /// <summary>The OAuth client secret.</summary>
    [Parameter(ParameterSetName = OAuthSet)]
    [SecretParameter]
    public SecureString? ClientSecret { get; set; }

    /// <summary>The client id as user name and the client secret as password.</summary>
    [Parameter(Mandatory = true, ParameterSetName = CredentialSet)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The registered redirect URIs; the first whose port is free is used.</summary>
    [Parameter(ParameterSetName = OAuthSet)]
    [Parameter(ParameterSetName = CredentialSet)]
    public Uri[]? RedirectUri { get; set; }

    /// <summary>Who the token belongs to.</summary>
    [Parameter(ParameterSetName = OAuthSet)]
    [Parameter(ParameterSetName = CredentialSet)]
    [ValidateSet("user", "workspace")]
    public string Owner { get; set; } = "user";

    /// <summary>How many seconds to wait for the callback.</summary>
    [Parameter(ParameterSetName = OAuthSet)]
    [Parameter(ParameterSetName = CredentialSet)]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 300;

    /// <summary>Whether the URL is printed and no browser opened.</summary>
    [Parameter(ParameterSetName = OAuthSet)]
    [Parameter(ParameterSetName = CredentialSet)]
    public SwitchParameter NoBrowser { get; set; }

    /// <summary>Whether the user pastes the URL that the browser ended on, in place of a listener.</summary>
    [Parameter(ParameterSetName = OAuthSet)]
    [Parameter(ParameterSetName = CredentialSet)]
    public SwitchParameter PasteCallback { get; set; }

    /// <summary>An internal integration secret or a personal access token.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TokenSet)]
    [SecretParameter]
    public SecureString? Token { get; set; }

    /// <summary>Whether the token is taken from NOTION_TOKEN, else NOTION_API_TOKEN.</summary>
    [Parameter(Mandatory = true, ParameterSetName = EnvironmentSet)]
    public SwitchParameter FromEnvironment { get; set; }

    /// <summary>When the token ends: it is kept, shown, and warned of from 14 days before.</summary>
    [Parameter(ParameterSetName = TokenSet)]
    [Parameter(ParameterSetName = EnvironmentSet)]
    public DateTime? ExpiresOn { get; set; }

    /// <summary>The connection's name; alone, the stored connection to take.</summary>
    [Parameter(Position = 0, ParameterSetName = OAuthSet)]
    [Parameter(Position = 0, ParameterSetName = CredentialSet)]
    [Parameter(Position = 0, ParameterSetName = TokenSet)]
    [Parameter(Position = 0, ParameterSetName = EnvironmentSet)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = StoredSet, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ConnectionNameCompleter))]
    public string? Name { get; set; }

    /// <summary>The vault to keep the connection in.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    public string? Vault { get; set; }

    /// <summary>Whether nothing is kept beyond this process.</summary>
    [Parameter]
    public SwitchParameter SessionOnly { get; set; }

    /// <summary>Whether a connection of that name that belongs to another bot is replaced.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Notion's origin.</summary>
    [Parameter(ParameterSetName = OAuthSet)]
    [Parameter(ParameterSetName = CredentialSet)]
    [Parameter(ParameterSetName = TokenSet)]
    [Parameter(ParameterSetName = EnvironmentSet)]
    public Uri? BaseUri { get; set; }

    /// <summary>The Notion-Version that the connection's requests send.</summary>
    [Parameter(ParameterSetName = OAuthSet)]
    [Parameter(ParameterSetName = CredentialSet)]
    [Parameter(ParameterSetName = TokenSet)]
    [Parameter(ParameterSetName = EnvironmentSet)]
    [ArgumentCompleter(typeof(NotionVersionCompleter))]
    public string NotionVersion { get; set; } = Core.Api.NotionVersion.Default;

    /// <summary>The proxy for this connection's requests in this process.</summary>
    [Parameter]
    public Uri? Proxy { get; set; }

    /// <summary>The proxy's user name and password.</summary>
    [Parameter]
    public PSCredential? ProxyCredential { get; set; }

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        string? name = string.IsNullOrEmpty(Name)
            && ParameterRules.Names(nameof(Name), null, MyInvocation) is null ? null : ConnectionName.Check(Name!);
        bool isStored = name is not null && MyInvocation.BoundParameters.Keys.All(FitsStored.Contains);
        if (!await ShouldProcessAsync(name ?? "Notion",
            isStored ? "Use the stored connection" : "Connect and keep the connection").ConfigureAwait(false)) return;

        NotionTransport? ownTransport = TransportOver(Proxy, ProxyCredential);
        NotionTransport transport = ownTransport ?? ProcessState.Transport;
        StoredConnection connection = isStored
            ? await UseStoredAsync(name!, ownTransport, cancellationToken).ConfigureAwait(false)
            : await ConnectAsync(name, transport, cancellationToken).ConfigureAwait(false);

        var key = new ConnectionKey(connection.Details.Vault, connection.Details.BotId);
        if (ownTransport is not null || !isStored) ProcessState.Cache.Get(key).Transport = ownTransport;
        RunspaceState.Connection = key;
        await WriteAsync(connection.Details with { IsCurrent = true }).ConfigureAwait(false);
    }

    private async Task<StoredConnection> UseStoredAsync(
        string name, NotionTransport? transport, CancellationToken cancellationToken)
    {
        OpenedConnection connection = await OpenAsync(
            name, SessionOnly ? string.Empty : Vault, transport, cancellationToken).ConfigureAwait(false);
        return await connection.LoadAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<StoredConnection> ConnectAsync(
        string? name, NotionTransport transport, CancellationToken cancellationToken)
    {
        var options = new ConnectOptions
        {
            Name = name,
            Force = Force,
            BaseUri = Core.Http.BaseUri.OrDefault(BaseUri),
            ExpiresOn = ExpiresOn,
            NotionVersion = Core.Api.NotionVersion.Check(NotionVersion),
        };
        Secret? token = Token is not null
            ? AccessTokenText.Parse(SecureText.Reveal(Token)) : FromEnvironment
            ? EnvironmentToken.Read(Environment.GetEnvironmentVariable) : null;
        IConnectionStore store = SessionOnly
            ? Stores.Memory : await Stores.OpenAsync(Vault, cancellationToken).ConfigureAwait(false);
        if (token is not null)
            return await new TokenConnector(store, ProcessState.Cache, transport, Log)
            {
                Bounds = Bounds,
                Warn = WarnOnce
            }.ConnectAsync(token, options, cancellationToken)
                .ConfigureAwait(false);

        var prompts = new SignInPrompts(Host, OnPipelineAsync, OnPipelineAsync, WriteInformation);
        prompts.CheckCanSignIn(PasteCallback, MyInvocation.BoundParameters.ContainsKey(nameof(TimeoutSec)));
        AppRegistration app = await new AppResolver(store).ResolveAsync(
            new AppInput
            {
                ClientId = ClientId ?? Credential?.UserName,
                ClientSecret = SecureText.ToSecret(ClientSecret ?? Credential?.Password),
                RedirectUris = RedirectUri,
                BaseUri = options.BaseUri,
                AskForSecret = prompts.AskForSecret,
            },
            cancellationToken).ConfigureAwait(false);
        var signIn = new SignInOptions
        {
            RedirectUris = app.RedirectUris,
            Owner = Owner,
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
            Browser = NoBrowser || PasteCallback ? null : new SystemBrowser(),
            Show = request => prompts.ShowAsync(
                request, opensBrowser: !NoBrowser && !PasteCallback, PasteCallback),
            Warn = Warn,
            ReadCallback = PasteCallback ? prompts.ReadCallbackAsync : null,
        };
        return await new OAuthConnector(store, ProcessState.Cache, transport, Log)
        {
            Bounds = Bounds,
            Note = Note,
            Warn = WarnOnce
        }.ConnectAsync(app, signIn, options, cancellationToken)
            .ConfigureAwait(false);
    }
}
