using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;
using NotionAuth.Core.Http.Handlers;
using NotionAuth.Core.Http.RateLimits;
using NotionAuth.Core.OAuth;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.Hosting;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.Core.Tests.Support;

/// <summary>
/// A fake Notion, and Core pointed at it: nothing waits for a clock, everything that was logged is kept.
/// </summary>
internal sealed class TestNotion : IAsyncDisposable
{
    /// <summary>Longer than anything here takes; a test that gets there has failed.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly FakeNotionServer _server;

    private TestNotion(FakeNotionServer server, Func<TimeSpan, CancellationToken, Task>? delay)
    {
        _server = server;
        BaseUri = Core.Http.BaseUri.Check(server.BaseUri);
        Transport = new NotionTransport(proxy: null, policy: new RetryPolicy { Delay = delay ?? Record });
    }

    public FakeNotionState Fake => _server.State;

    public Uri BaseUri { get; }

    public NotionTransport Transport { get; }

    public ConcurrentQueue<RequestLogEntry> Log { get; } = new();

    /// <summary>The waits that were asked for; none of them was waited out.</summary>
    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public ClientCredentials Credentials => CredentialsOf(Fake.DefaultIntegration);

    public AppRegistration App => new(Credentials, [AppResolver.DefaultRedirectUri], BaseUri);

    public static async Task<TestNotion> StartAsync(
        Action<FakeNotionState>? set = null, SeedOptions? seed = null,
        Func<TimeSpan, CancellationToken, Task>? delay = null)
    {
        FakeNotionServer server = await FakeNotionServer.StartAsync(new FakeNotionOptions { Seed = seed });
        set?.Invoke(server.State);
        return new TestNotion(server, delay);
    }

    public static ClientCredentials CredentialsOf(Integration integration) =>
        new(integration.ClientId, new Secret(integration.ClientSecret));

    public OAuthClient OAuth(ClientCredentials? credentials = null) =>
        new(Transport, credentials ?? Credentials, BaseUri, Core.Api.NotionVersion.Default, Log.Enqueue);

    public NotionClient Client(Secret token, ConnectionLimits? gate = null) =>
        Client(new FixedTokenSource(token), gate);

    public NotionClient Client(IAccessTokenSource tokens, ConnectionLimits? gate = null) =>
        new(Transport, BaseUri, tokens, gate, Log.Enqueue);

    /// <summary>A client with a live token of the internal integration.</summary>
    public NotionClient Client(ConnectionLimits? gate = null) =>
        Client(new Secret(Fake.DefaultInternalIntegration.Token!), gate);

    /// <summary>A code as the browser would bring it back, for the redirect URI given.</summary>
    public async Task<Secret> AuthorizeAsync(Uri redirectUri, Integration? integration = null)
    {
        integration ??= Fake.DefaultIntegration;
        integration.AutoApprove = AutoApprove.Allow;
        var request = new AuthorizationRequest(BaseUri, integration.ClientId, redirectUri.OriginalString, "user");
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var browser = new HttpClient(handler);
        using HttpResponseMessage answer = await browser.GetAsync(request.Uri);
        return AuthorizationResponse.Parse(answer.Headers.Location!.Query, request.State).Code!;
    }

    /// <summary>A connection as a sign-in would have left it, stored together with its app.</summary>
    public async Task<StoredConnection> StoreAsync(
        IConnectionStore store, string name = "Acme", Integration? integration = null, string? workspaceName = null)
    {
        integration ??= Fake.DefaultIntegration;
        StoredConnection connection = ConnectionOf(Fake.Authorize(integration, workspaceName), name, store.Vault);
        await store.WriteAsync(connection, CancellationToken.None);
        await store.WriteAppAsync(
            new AppRegistration(CredentialsOf(integration), [AppResolver.DefaultRedirectUri], BaseUri),
            CancellationToken.None);
        return connection;
    }

    public StoredConnection ConnectionOf(TokenInfo tokens, string name = "Acme", string vault = "") => new()
    {
        Details = new NotionConnection
        {
            Name = name,
            BotId = tokens.BotId.ToString(),
            BaseUri = BaseUri,
            NotionVersion = Core.Api.NotionVersion.Default,
            AuthType = AuthType.OAuth,
            ClientId = tokens.ClientId,
            HasRefreshToken = tokens.RefreshToken is not null,
            ConnectedAt = DateTime.UtcNow,
            WorkspaceName = "Acme",
            Vault = vault,
        },
        AccessToken = new Secret(tokens.AccessToken),
        RefreshToken = Secret.From(tokens.RefreshToken),
        Reply = Json("""{"workspace_name":"Acme"}"""),
        Generation = 1,
    };

    /// <summary>
    /// Registers a redirect URI and signs in with it. The port is free when it is chosen; should somebody take it
    /// before the sign-in does, it chooses again.
    /// </summary>
    public async Task<T> WithRedirectUriAsync<T>(Func<Uri, Task<T>> signIn)
    {
        while (true)
        {
            Uri uri = NewRedirectUri();
            Fake.RegisterRedirectUri(Fake.DefaultIntegration, uri.OriginalString);
            try
            {
                return await signIn(uri);
            }
            catch (NotionAuthException e) when (e.ErrorId == ErrorIds.PortInUse && e.Target == uri.OriginalString)
            {
                // Somebody was faster: the next one.
            }
        }
    }

    /// <summary>A loopback URI below the ports that the kernel gives to outgoing connections.</summary>
    public static Uri NewRedirectUri() =>
        new(string.Create(CultureInfo.InvariantCulture,
            $"http://localhost:{RandomNumberGenerator.GetInt32(10_000, 20_000)}/callback"));

    public static JsonElement Json(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    public IReadOnlyList<RecordedRequest> RequestsTo(string path) =>
        [.. Fake.Requests.Where(r => r.Path.StartsWith(path, StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        Transport.Dispose();
        await _server.DisposeAsync();
    }

    private Task Record(TimeSpan wait, CancellationToken cancellationToken)
    {
        Waits.Enqueue(wait);
        return cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;
    }
}
