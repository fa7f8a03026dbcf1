using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Hosting;

/// <summary>Everything a fake knows. Safe to use from tests while requests are being answered.</summary>
public sealed class FakeNotionState
{
    private readonly FakeNotionOptions _options;
    private readonly Lock _lock = new();
    private ImmutableList<Integration> _integrations = [];
    private ImmutableList<Workspace> _workspaces = [];

    internal FakeNotionState(FakeNotionOptions options, Uri baseUri)
    {
        _options = options;
        BaseUri = baseUri;
        Time = options.TimeProvider;
        Behavior = options.Behavior.Copy();
        RateLimit = options.RateLimit;
        Log = new RequestLog(options.RequestLogCapacity);
        Limiter = new RateLimiter(Time);
        OAuth = new OAuthStore(this);
        AddDefaults();
    }

    public Uri BaseUri { get; }

    public TimeProvider Time { get; }

    public Behavior Behavior { get; private set; }

    public RateLimit RateLimit { get; set; }

    public Faults Faults { get; } = new();

    /// <summary>The public integration that each fake starts with.</summary>
    public Integration DefaultIntegration { get; private set; } = null!;

    /// <summary>The internal integration that each fake starts with.</summary>
    public Integration DefaultInternalIntegration { get; private set; } = null!;

    public Workspace DefaultWorkspace { get; private set; } = null!;

    public IReadOnlyList<Integration> Integrations => _integrations;

    public IReadOnlyList<Workspace> Workspaces => _workspaces;

    public IReadOnlyList<Bot> Bots => OAuth.Bots;

    /// <summary>Every pair ever issued, oldest first.</summary>
    public IReadOnlyList<TokenInfo> Tokens => OAuth.Tokens;

    public IReadOnlyList<RefreshRequest> RefreshRequests => OAuth.Refreshes;

    /// <summary>Refreshes that were granted.</summary>
    public int RefreshCount => OAuth.Refreshes.Count(r => r.Granted);

    /// <summary>Every request outside the control endpoint, oldest first.</summary>
    public IReadOnlyList<RecordedRequest> Requests => Log.Snapshot();

    /// <summary>Files that were uploaded to any workspace.</summary>
    public IReadOnlyList<UploadedFile> UploadedFiles => [.. _workspaces.SelectMany(w => w.Files.Uploaded)];

    /// <summary>The list that is for benchmarks; null until it is asked for.</summary>
    internal BulkList? Bulk { get; set; }

    internal OAuthStore OAuth { get; }

    internal RequestLog Log { get; }

    internal RateLimiter Limiter { get; }

    internal Consents Consents { get; } = new();

    public Integration AddPublicIntegration(
        string? clientId = null,
        string? clientSecret = null,
        IEnumerable<string>? redirectUris = null,
        bool refreshTokens = true,
        string? name = null,
        string workspaceName = "Acme",
        string? workspaceIcon = null,
        bool autoApprove = false)
    {
        clientId ??= Guid.NewGuid().ToString();
        var integration = new Integration
        {
            Id = clientId,
            Kind = IntegrationKind.Public,
            Name = name ?? "Test integration",
            Workspace = AddWorkspace(workspaceName, workspaceIcon),
            ClientId = clientId,
            ClientSecret = clientSecret ?? Ids.Secret("secret_", 43),
            RefreshTokens = refreshTokens,
            AutoApprove = autoApprove ? AutoApprove.Allow : AutoApprove.Off,
        };
        foreach (var uri in redirectUris ?? [])
            RegisterRedirectUri(integration, uri);
        Add(integration);
        return integration;
    }

    /// <summary>Adds the URI if Notion's settings page would take it.</summary>
    public void RegisterRedirectUri(Integration integration, string redirectUri)
    {
        ArgumentNullException.ThrowIfNull(integration);
        if (!Uri.TryCreate(redirectUri, UriKind.Absolute, out var uri))
            throw new ArgumentException($"Not an absolute URI: {redirectUri}", nameof(redirectUri));
        if (uri.Scheme == Uri.UriSchemeHttp && uri.Host != "localhost" && !Behavior.AllowIpRedirectUris)
            throw new ArgumentException($"Notion takes http on localhost only: {redirectUri}", nameof(redirectUri));
        integration.AddRedirectUri(redirectUri);
    }

    public Integration AddInternalIntegration(
        string? token = null,
        string workspaceName = "Acme",
        string? name = null,
        Capabilities capabilities = Capabilities.All,
        IEnumerable<Guid>? sharedPages = null) =>
        AddWithToken(
            IntegrationKind.Internal,
            token ?? Ids.Secret("ntn_", 46),
            workspaceName,
            name ?? "Internal integration",
            capabilities,
            sharedPages);

    /// <summary>Acts as a person, and can't list the workspace's users.</summary>
    public Integration AddPersonalAccessToken(
        string? token = null, string workspaceName = "Acme", string? name = null) =>
        AddWithToken(
            IntegrationKind.PersonalAccessToken,
            token ?? Ids.Secret("ntn_", 46),
            workspaceName,
            name ?? "Personal access token",
            Capabilities.All & ~Capabilities.ReadUsers,
            null);

    /// <summary>The workspace of that name; a new one gets users and a few pages.</summary>
    public Workspace AddWorkspace(string name, string? icon = null)
    {
        lock (_lock)
        {
            var workspace = _workspaces.Find(w => w.Name == name);
            if (workspace is null)
            {
                workspace = new Workspace(name, "🏢");
                Seeder.AddUsers(workspace, 5);
                Seeder.AddPages(workspace, ["Home", "Notes"]);
                _workspaces = _workspaces.Add(workspace);
            }

            workspace.Icon = icon ?? workspace.Icon;
            return workspace;
        }
    }

    /// <summary>Adds content to a workspace and says which.</summary>
    public Sample Seed(SeedOptions? options = null, string workspaceName = "Acme") =>
        Seeder.Add(AddWorkspace(workspaceName), options ?? new SeedOptions());

    /// <summary>A live token without the detour over a browser: as if the person had just authorized.</summary>
    public TokenInfo Authorize(Integration? integration = null, string? workspaceName = null)
    {
        var client = integration ?? DefaultIntegration;
        if (workspaceName is not null)
            client.Workspace = AddWorkspace(workspaceName);
        const string redirectUri = "about:authorized";
        return OAuth.RedeemCode(
            client, OAuth.IssueCode(client, redirectUri, ApproverOf(client), client.AutoApprovePages), redirectUri);
    }

    /// <summary>
    /// The next use of any live access token of the bot, or of any bot, is a 401. Refresh tokens stay.
    /// </summary>
    public int ExpireAccessTokens(Guid? botId = null) => OAuth.Expire(botId);

    public bool ExpireAccessToken(string accessToken) => OAuth.Expire(accessToken);

    /// <summary>As if the person had removed the connection in Notion: both tokens are dead.</summary>
    public bool RevokeToken(string token) => OAuth.RevokeAny(token);

    public int RevokeBot(Guid? botId = null) => OAuth.RevokeBot(botId);

    public int CountRequests(string pathPrefix, string? method = null) => Requests.Count(r =>
        r.Path.StartsWith(pathPrefix, StringComparison.Ordinal) && (method is null || r.Method == method));

    public void ClearRequests() => Log.Clear();

    /// <summary>The first request that is wanted, past ones included.</summary>
    public Task<RecordedRequest> WaitForRequestAsync(
        Func<RecordedRequest, bool> wanted, CancellationToken ct = default) =>
        Log.WaitAsync(wanted, ct);

    public void ClearRateLimits() => Limiter.Clear();

    /// <summary>Back to how the fake started.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            Faults.Clear();
            Log.Clear();
            Limiter.Clear();
            OAuth.Clear();
            Consents.Clear();
            Bulk = null;
            Behavior = _options.Behavior.Copy();
            RateLimit = _options.RateLimit;
            _integrations = [];
            _workspaces = [];
            AddDefaults();
        }
    }

    internal Integration? FindClient(string? clientId) => clientId is null
        ? null
        : _integrations.Find(
            i => i.Kind == IntegrationKind.Public && string.Equals(i.ClientId, clientId, StringComparison.Ordinal));

    internal static User ApproverOf(Integration integration) =>
        integration.Workspace.Users.FirstOrDefault(u => u.Id == integration.ApprovingUser)
            ?? integration.Workspace.Users[0];

    private void AddDefaults()
    {
        DefaultWorkspace = AddWorkspace("Acme");
        if (_options.Seed is { } seed)
            DefaultWorkspace.Sample = Seeder.Add(DefaultWorkspace, seed);
        DefaultIntegration = AddPublicIntegration(
            _options.ClientId, _options.ClientSecret, _options.RedirectUris, name: "NotionAuth test integration");
        DefaultInternalIntegration = AddInternalIntegration(_options.InternalToken);
    }

    private Integration AddWithToken(
        IntegrationKind kind,
        string token,
        string workspaceName,
        string name,
        Capabilities capabilities,
        IEnumerable<Guid>? sharedPages)
    {
        var integration = new Integration
        {
            Id = Ids.For(string.Create(CultureInfo.InvariantCulture, $"integration:{kind}:{token}")).ToString(),
            Kind = kind,
            Name = name,
            Workspace = AddWorkspace(workspaceName),
            Token = token,
            RefreshTokens = false,
            Capabilities = capabilities,
        };
        var bot = OAuth.BotFor(integration, integration.Workspace, integration.Workspace.Users[0]);
        bot.Share(sharedPages);
        OAuth.AddFixedToken(bot, token);
        Add(integration);
        return integration;
    }

    private void Add(Integration integration)
    {
        lock (_lock)
        {
            if (integration.ClientId.Length > 0 && FindClient(integration.ClientId) is not null)
                throw new ArgumentException(
                    $"There is an integration with client id {integration.ClientId} already.", nameof(integration));
            _integrations = _integrations.Add(integration);
        }
    }
}
