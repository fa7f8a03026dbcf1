using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Hosting;
using NotionAuth.FakeNotion.OAuth;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

/// <summary>A fake and a bare HTTP client for it: nothing of NotionAuth is between the test and the socket.</summary>
internal sealed class FakeClient : IAsyncDisposable
{
    public const string RedirectUri = "http://localhost:8914/callback";
    public const string Newest = "2026-03-11";

    private readonly HttpClient _http;

    private FakeClient(FakeNotionServer server)
    {
        Server = server;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
        {
            BaseAddress = server.BaseUri,
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    public FakeNotionServer Server { get; }

    public FakeNotionState State => Server.State;

    public Sample Sample => State.DefaultWorkspace.Sample;

    public string InternalToken => State.DefaultInternalIntegration.Token!;

    public static async Task<FakeClient> StartAsync(FakeNotionOptions? options = null) =>
        new(await FakeNotionServer.StartAsync(options));

    public static FakeNotionOptions At(TimeProvider time) => new() { TimeProvider = time };

    public async Task<Answer> SendAsync(
        string method,
        string path,
        string? body = null,
        string? token = null,
        string? version = Newest,
        string contentType = "application/json",
        AuthenticationHeaderValue? authorization = null,
        CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(contentType));
        request.Headers.Authorization = authorization
            ?? (token is null ? null : new AuthenticationHeaderValue("Bearer", token));
        if (version is not null)
            Assert.True(request.Headers.TryAddWithoutValidation("Notion-Version", version));
        using var response = await _http.SendAsync(request, ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        return new Answer(
            (int)response.StatusCode,
            text,
            response.Headers.Concat(response.Content.Headers)
                .ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase));
    }

    public Task<Answer> ApiAsync(string method, string path, string? body = null, string? version = Newest) =>
        SendAsync(method, path, body, InternalToken, version);

    public Task<Answer> FormAsync(string path, MultipartFormDataContent form) => PostAsync(path, form, InternalToken);

    public async Task<Answer> PostAsync(string path, HttpContent content, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("Notion-Version", Newest);
        using var response = await _http.SendAsync(request);
        return new Answer(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Headers.ToDictionary(
                h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase));
    }

    public static AuthenticationHeaderValue Basic(string id, string secret) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}")));

    public static AuthenticationHeaderValue Basic(Integration client) => Basic(client.ClientId, client.ClientSecret);

    public Task<Answer> OAuthAsync(string endpoint, JsonObject body, Integration? client = null) => SendAsync(
        "POST", "v1/oauth/" + endpoint, body.ToJsonString(), authorization: Basic(client ?? State.DefaultIntegration));

    public string AuthorizeUrl(string? redirectUri = RedirectUri, string extra = "&state=s", string? clientId = null) =>
        $"v1/oauth/authorize?client_id={clientId ?? State.DefaultIntegration.ClientId}&response_type=code&owner=user"
        + (redirectUri is null ? "" : "&redirect_uri=" + Uri.EscapeDataString(redirectUri)) + extra;

    /// <summary>A code, without a person.</summary>
    public async Task<string> CodeAsync(Integration? client = null)
    {
        var integration = client ?? State.DefaultIntegration;
        integration.AutoApprove = AutoApprove.Allow;
        var answer = await SendAsync("GET", AuthorizeUrl(clientId: integration.ClientId));
        Assert.Equal(302, answer.Status);
        return answer.Location("code")!;
    }

    public async Task<Answer> RedeemAsync(string code, string redirectUri = RedirectUri, Integration? client = null) =>
        await OAuthAsync(
            "token",
            new JsonObject { ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = redirectUri },
            client);

    public async Task<JsonObject> SignInAsync(Integration? client = null) =>
        (await RedeemAsync(await CodeAsync(client), client: client)).Ok();

    public Task<Answer> RefreshAsync(string refreshToken, Integration? client = null) =>
        OAuthAsync(
            "token", new JsonObject { ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken }, client);

    public async Task<bool> WorksAsync(string accessToken) =>
        (await SendAsync("GET", "v1/users/me", token: accessToken)).Status == 200;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Server.DisposeAsync();
    }
}

internal sealed record Answer(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    public string? Code => (string?)Json["code"];

    public string? Error => (string?)Json["error"];

    public string? RequestId => Headers.GetValueOrDefault("x-notion-request-id");

    public JsonObject Ok()
    {
        Assert.True(Status == 200, $"{Status}: {Text}");
        return Json;
    }

    /// <summary>A parameter of the redirect's query, decoded.</summary>
    public string? Location(string name)
    {
        var query = new Uri(Headers["Location"]).Query.TrimStart('?');
        var raw = query.Split('&').FirstOrDefault(p => p.StartsWith(name + "=", StringComparison.Ordinal));
        return raw is null ? null : Uri.UnescapeDataString(raw[(name.Length + 1)..]);
    }
}

/// <summary>Time that stands still until a test moves it.</summary>
internal sealed class ManualTime : TimeProvider
{
    private DateTimeOffset _now = new(2026, 10, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
