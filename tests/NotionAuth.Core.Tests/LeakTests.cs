using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.OAuth;
using Xunit;

namespace NotionAuth.Core.Tests;

/// <summary>
/// Everything that Core shows to anybody, gathered over a life of successes and failures, holds none of the secrets
/// that were in play.
/// </summary>
public sealed class LeakTests
{
    private static readonly NotionRequest Me = new() { Path = "users/me" };
    private readonly ConcurrentQueue<string> _shown = new();

    [Fact]
    public async Task Nothing_that_is_shown_holds_a_token_a_code_or_a_client_secret()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.ReauthorizationEndsOldPair = false);
        var store = new RecordingStore();
        var cache = new ConnectionCache();

        StoredConnection connection = await SignInAsync(notion, store, cache);
        await FailingSignInsAsync(notion);
        await RequestsAsync(notion, store, cache, connection);
        await TestsAsync(notion, store, connection);
        await RevocationsAsync(notion, store, cache, connection);
        foreach (string line in notion.Log.Select(l => l.ToString())) _shown.Enqueue(line);

        string all = string.Join("\n", _shown);
        Assert.True(_shown.Count > 60, $"Only {_shown.Count} texts were gathered: something wasn't run.");
        Assert.Contains("Connected to", all, StringComparison.Ordinal);
        Assert.Contains("NeedsReconnect", all, StringComparison.Ordinal);
        Assert.Contains("could not be written", all, StringComparison.Ordinal);
        string[] secrets = [.. SecretsOf(notion).Distinct()];
        Assert.True(secrets.Length > 20, $"Only {secrets.Length} secrets were in play.");
        foreach (string secret in secrets)
        {
            foreach (
                string form in new[] {
                    secret, Uri.EscapeDataString(secret), Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)) })
            {
                int at = all.IndexOf(form, StringComparison.OrdinalIgnoreCase);
                Assert.True(at < 0, "A secret is shown: " +
                    $"…{(at < 0 ? "" : all.Substring(Math.Max(0, at - 200), Math.Min(200, at)))}<here>");
            }
        }
    }

    private async Task<StoredConnection> SignInAsync(TestNotion notion, RecordingStore store, ConnectionCache cache)
    {
        var run = new SignInRun(notion)
        {
            Store = store,
            Cache = cache,
            Browser = new ScriptedBrowser(async (b, uri) =>
            {
                Uri back = await ScriptedBrowser.DecideAsync(uri, "allow");
                Show((await ScriptedBrowser.VisitAsync(
                    new Uri(back.AbsoluteUri.Replace("state=", "state=x", StringComparison.Ordinal)))).Html);
                Show((await ScriptedBrowser.VisitAsync(new Uri(back, "/favicon.ico" + back.Query))).Html);
                return await ScriptedBrowser.VisitAsync(back);
            }),
        };
        StoredConnection connection = await run.ConnectAsync();
        await ShowAsync(run);
        Show(connection);
        Show(connection.Details);
        Show(JsonSerializer.Serialize(connection.Details));
        Show(JsonSerializer.Serialize(connection));
        return connection;
    }

    private async Task FailingSignInsAsync(TestNotion notion)
    {
        Task<Uri> Back(AuthorizationRequest request) => ScriptedBrowser.DecideAsync(request.Uri, "allow");
        var wrong = new ClientCredentials(notion.Credentials.ClientId, new Secret(
            "secret_WrongOneButASecretAllTheSame000000000001"));
        var locked = new RecordingStore();
        locked.FailOn("Write");
        foreach (SignInRun run in new SignInRun[]
        {
            new(notion) { Browser = ScriptedBrowser.Denying() },
            new(notion) { Browser = ScriptedBrowser.Allowing(), Credentials = wrong },
            new(notion) { Browser = ScriptedBrowser.Allowing(), Store = locked },
            new(notion) { Browser = ScriptedBrowser.CallingBack(state =>
                $"code={notion.Credentials.ClientSecret.Reveal()}&state={state}") },
            new(notion) { Browser = ScriptedBrowser.CallingBack(state =>
                $"error={notion.Credentials.ClientSecret.Reveal()}&" +
                $"error_description=code%3D{notion.Credentials.ClientSecret.Reveal()}&state={state}") },
            new(notion) { Browser = ScriptedBrowser.CallingBack(state =>
                $"code=a&code={notion.Credentials.ClientSecret.Reveal()}&state={state}") },
            new(notion) { Browser = ScriptedBrowser.CallingBack(_ =>
                $"code={notion.Credentials.ClientSecret.Reveal()}&state=wrong"), Timeout = TimeSpan.FromSeconds(2) },
            new(notion) {
                Paste = async request =>
                    (await Back(request)).AbsoluteUri.Replace("state=", "state=x", StringComparison.Ordinal) },
            new(notion) { Paste = async request => (await Back(request)).Query.TrimStart('?') },
        })
        {
            await FailAsync(() => run.ConnectAsync());
            await ShowAsync(run);
        }

        // An exchange whose reply repeats all that it was sent.
        foreach (
            FaultKind kind in new[] {
                FaultKind.RawBody, FaultKind.EdgeHtml, FaultKind.Reset, FaultKind.TruncateBody, FaultKind.Redirect })
        {
            var run = new SignInRun(notion)
            {
                Browser = new ScriptedBrowser(async (b, uri) =>
                {
                    Uri back = await ScriptedBrowser.DecideAsync(uri, "allow");
                    string echo = $"{ScriptedBrowser.Parameter(back, "code")} " +
                        $"{notion.Credentials.ClientSecret.Reveal()}";
                    notion.Fake.Faults.Add(new Fault
                    {
                        Kind = kind,
                        Status = kind == FaultKind.RawBody ? 400 : 403,
                        Body = JsonSerializer.Serialize(
                            new
                            {
                                error = "invalid_grant",
                                error_description = echo,
                                request_id = echo,
                                additional_data = new { echo }
                            }),
                        Location = "http://localhost/" + Uri.EscapeDataString(echo),
                        PathPattern = "/v1/oauth/token",
                    });
                    return await ScriptedBrowser.VisitAsync(back);
                }),
            };
            await FailAsync(() => run.ConnectAsync());
            await ShowAsync(run);
        }

        await FailAsync(
            () => new TokenConnector(new RecordingStore(), new ConnectionCache(), notion.Transport, notion.Log.Enqueue)
            .ConnectAsync(
                new Secret("ntn_NotAcceptedButASecretAllTheSame0000000000001"),
                new ConnectOptions { BaseUri = notion.BaseUri }, default));
    }

    private async Task RequestsAsync(
        TestNotion notion, RecordingStore store, ConnectionCache cache, StoredConnection connection)
    {
        KnownConnection session = cache.Get(new ConnectionKey(store.Vault, connection.Details.BotId));
        NotionClient client = notion.Client(
            new ConnectionTokenSource(session, store, notion.Transport, notion.Log.Enqueue, Show), session.Limits);
        await client.SendAsync(Me, default);
        notion.Fake.ExpireAccessTokens();
        await client.SendAsync(Me, default);
        store.FailOn("Write", 1);
        notion.Fake.ExpireAccessTokens();
        await client.SendAsync(Me, default);

        string token = session.Connection!.AccessToken.Reveal();
        foreach (
            string body in new[] {
                $$"""{"code":"{{token}}","message":"{{token}}","request_id":"{{token}}"}""",
                $$$"""{"error":"x","error_description":"Bearer {{{token}}}","additional_data":""" +
                $$$"""{"{{{token}}}":"{{{token}}}"}}""" })
        {
            notion.Fake.Faults.Add(
                new Fault
                {
                    Kind = FaultKind.RawBody,
                    Status = 400,
                    Body = body,
                    Headers = new Dictionary<string, string>
                    {
                        [
                        "cf-ray"] = token
                    }
                });
            await FailAsync(() => client.SendAsync(Me, default));
        }

        foreach (
            Fault fault in new[] {
                Fault.Of(404, "object_not_found"), Fault.RateLimited(1), Fault.Edge(),
                new Fault { Kind = FaultKind.Reset },
                new Fault { Kind = FaultKind.Redirect, Location = "/?t=" + token } })
        {
            notion.Fake.Faults.Add(fault);
            await FailAsync(
                () => client.SendAsync(
                    new NotionRequest { Path = "pages", Method = HttpMethod.Post, MaximumRetryCount = 0 }, default));
        }

        await FailAsync(() => client.SendAsync(new NotionRequest { Path = "https://example.com/" + token }, default));
        await FailAsync(
            () => client.SendAsync(Me with { Headers = [new("Authorization", "Bearer " + token)] }, default));
        await FailAsync(() => client.SendAsync(Me with { NotionVersion = token }, default));

        notion.Fake.RevokeBot();
        await FailAsync(() => client.SendAsync(Me, default));
        await FailAsync(() => client.SendAsync(Me, default));
    }

    private async Task TestsAsync(TestNotion notion, RecordingStore store, StoredConnection connection)
    {
        KnownConnection session = new ConnectionCache().Get(new ConnectionKey(store.Vault, connection.Details.BotId));
        foreach (
            Fault? fault in new[] {
                null, Fault.Of(500, "internal_server_error"), Fault.Edge(),
                new Fault {
                    Kind = FaultKind.RawBody, Status = 401,
                    Body = """{"error":"invalid_client","error_description":""" +
                        $"\"{notion.Credentials.ClientSecret.Reveal()}\"}}" } })
        {
            if (fault is not null) notion.Fake.Faults.Add(fault);
            Show(await new ConnectionTester(session, store, notion.Transport, notion.Log.Enqueue).TestAsync(default));
        }

        Show(await new TokenTester(notion.Transport, notion.Log.Enqueue)
            .TestAsync(connection.AccessToken, notion.BaseUri, Core.Api.NotionVersion.Default, default));
        Show(string.Join("\n", (await store.ListAsync(default)).Connections.Select(c => JsonSerializer.Serialize(c))));
        Show(string.Join("\n", ConnectionMetadata.Write(connection)));
        store.Secrets["NotionAuth-broken"] =
            $"{{\"version\":1,\"access_token\":\"{connection.AccessToken.Reveal()}\"}}";
        await FailAsync(() => store.ReadAsync("broken", default));
    }

    private async Task RevocationsAsync(
        TestNotion notion, RecordingStore store, ConnectionCache cache, StoredConnection connection)
    {
        var revoker = new ConnectionRevoker(
            cache.Get(new ConnectionKey(store.Vault, connection.Details.BotId)), store, cache, notion.Transport,
            notion.Log.Enqueue);
        string echo = $"{store.Stored(connection.Details.BotId)!.AccessToken.Reveal()} " +
            $"{store.Stored(connection.Details.BotId)!.RefreshToken!.Reveal()}";
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 400,
                Body = JsonSerializer.Serialize(new
                {
                    error =
                "invalid_request",
                    error_description = echo
                })
            });
        await FailAsync(() => revoker.RevokeAsync(false, default));
        Show((await revoker.RevokeAsync(false, default))!);
        await FailAsync(() => revoker.RevokeAsync(false, default));
    }

    private static IEnumerable<string> SecretsOf(TestNotion notion)
    {
        foreach (TokenInfo token in notion.Fake.Tokens)
        {
            yield return token.AccessToken;
            if (token.RefreshToken is { } refresh) yield return refresh;
        }

        foreach (Integration integration in notion.Fake.Integrations.Where(i => i.ClientSecret.Length > 0))
            yield return integration.ClientSecret;
        foreach (RecordedRequest request in notion.Fake.Requests)
        {
            if (request.Header("Authorization")?.Split(' ') is [_, { } credential]) yield return credential;
            if (request.Body?.Contains("\"code\"", StringComparison.Ordinal) == true)
                yield return TestNotion.Json(request.Body).GetProperty("code").GetString()!;
        }
    }

    private async Task FailAsync(Func<Task> act)
    {
        var error = await Assert.ThrowsAnyAsync<NotionAuthException>(() => act().WaitAsync(TestNotion.Soon));
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            Show(e);
            foreach (System.Reflection.PropertyInfo property in e.GetType().GetProperties())
                Show($"{property.Name}: {property.GetValue(e)}");
        }
    }

    private async Task ShowAsync(SignInRun run)
    {
        foreach (string warning in run.Warnings) Show(warning);
        if (run.Shown.Task.IsCompletedSuccessfully) Show((await run.Shown.Task).Uri);
        if (run.Browser is not null) Show((await run.Browser.Page).Html);
    }

    private void Show(object shown) => _shown.Enqueue(shown.ToString()!);
}
