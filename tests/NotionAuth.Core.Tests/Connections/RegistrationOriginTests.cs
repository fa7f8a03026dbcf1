using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

/// <summary>
/// A client secret goes to the origin that it was given for, and to no other. The two simulated Notions know the same
/// client id with different secrets.
/// </summary>
public sealed class RegistrationOriginTests
{
    private static readonly NotionRequest Me = new() { Path = "users/me" };

    [Fact]
    public async Task A_connection_with_another_base_URI_never_gets_the_secret()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await using TestNotion elsewhere = await TestNotion.StartAsync();
        elsewhere.Fake.DefaultIntegration.ClientSecret = notion.Credentials.ClientSecret.Reveal();
        var store = new RecordingStore();
        StoredConnection connection = await notion.StoreAsync(store);
        StoredConnection forged = connection with { Details = connection.Details with { BaseUri = elsewhere.BaseUri } };
        await store.WriteAsync(forged, default);

        NotionAuthException refresh = await Expect.ErrorAsync(
            ErrorIds.MissingClient, () => ClientOf(elsewhere, store, forged).SendAsync(Me, default));
        NotionAuthException revoke =
            await Expect.ErrorAsync(ErrorIds.MissingClient, () => RevokeAsync(elsewhere, store, forged));
        foreach (NotionAuthException error in new[] { refresh, revoke })
        {
            Assert.Contains(elsewhere.BaseUri.Authority, error.Message, StringComparison.Ordinal);
            Assert.Contains("Connect-NotionWorkspace", error.RecommendedAction, StringComparison.Ordinal);
            Assert.Contains(
                $"-BaseUri '{elsewhere.BaseUri.AbsoluteUri.TrimEnd('/')}'", error.RecommendedAction,
                StringComparison.Ordinal);
        }

        KnownConnection session = new ConnectionCache().Get(new ConnectionKey(store.Vault, forged.Details.BotId));
        TokenTestResult test = await new ConnectionTester(session, store, elsewhere.Transport, elsewhere.Log.Enqueue)
            .TestAsync(default);
        Assert.Equal(TokenTestMethod.UsersMe, test.Method);
        Assert.DoesNotContain(
            elsewhere.Fake.Requests,
            r => r.Header("Authorization")?.StartsWith("Basic", StringComparison.Ordinal) == true);
        Assert.NotNull(store.Stored(forged.Details.BotId));
    }

    [Fact]
    public async Task Signing_in_with_the_same_client_id_at_another_base_URI_keeps_both_registrations()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await using TestNotion test = await TestNotion.StartAsync();
        Assert.Equal(notion.Credentials.ClientId, test.Credentials.ClientId);
        test.Fake.DefaultIntegration.Workspace = test.Fake.AddWorkspace("Test");
        var store = new RecordingStore();
        StoredConnection one = await SignInAsync(notion, store);
        string first =
            Assert.Single(store.Secrets, s => s.Key.StartsWith(SecretName.OfApp(""), StringComparison.Ordinal)).Value;
        StoredConnection two = await SignInAsync(test, store);

        Assert.Equal(first, store.Secrets[SecretName.OfApp(notion.Credentials.ClientId)]);
        notion.Fake.ExpireAccessTokens();
        test.Fake.ExpireAccessTokens();
        Assert.Equal(200, (await ClientOf(notion, store, one).SendAsync(Me, default)).Status);
        Assert.Equal(200, (await ClientOf(test, store, two).SendAsync(Me, default)).Status);
        Assert.Equal(
            [true, true], notion.Fake.RefreshRequests.Concat(test.Fake.RefreshRequests).Select(r => r.Granted));
        await RevokeAsync(test, store, two);
        await RevokeAsync(notion, store, one);
        Assert.Equal([notion.Credentials.ClientId], await store.ListAppsAsync(default));
    }

    [Fact]
    public async Task A_new_secret_takes_the_place_of_its_own_origin_s_alone_and_is_found_without_being_given_again()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await using TestNotion test = await TestNotion.StartAsync();
        test.Fake.DefaultIntegration.Workspace = test.Fake.AddWorkspace("Test");
        var store = new RecordingStore();
        await SignInAsync(test, store);
        await SignInAsync(notion, store);
        Dictionary<string, string> before = Apps(store);
        Assert.Equal(2, before.Count);

        notion.Fake.DefaultIntegration.ClientSecret = "secret_changed_meanwhile";
        await SignInAsync(notion, store);
        Dictionary<string, string> after = Apps(store);
        Assert.Equal(before.Keys, after.Keys);
        string changed = Assert.Single(after.Keys, k => after[k] != before[k]);
        Assert.NotEqual(SecretName.OfApp(test.Credentials.ClientId), changed);
        Assert.All(after.Keys, k => Assert.Matches("^[A-Za-z0-9-]+$", k));
        foreach (TestNotion each in new[] { notion, test })
        {
            var input = new AppInput { BaseUri = each.BaseUri, Environment = _ => null };
            Assert.Equal(
                each.Credentials.ClientSecret.Reveal(),
                (await new AppResolver(store).ResolveAsync(input, default)).Credentials.ClientSecret.Reveal());
        }
    }

    private static Dictionary<string, string> Apps(RecordingStore store) =>
        store.Secrets.Where(s => SecretName.ClientIdOf(s.Key) is not null).OrderBy(s => s.Key, StringComparer.Ordinal)
            .ToDictionary();

    private static Task<StoredConnection> SignInAsync(TestNotion notion, RecordingStore store) =>
        new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), Store = store }.ConnectAsync();

    private static NotionClient ClientOf(TestNotion notion, RecordingStore store, StoredConnection connection)
    {
        KnownConnection session = new ConnectionCache().Get(new ConnectionKey(store.Vault, connection.Details.BotId));
        return notion.Client(new ConnectionTokenSource(session, store, notion.Transport, notion.Log.Enqueue, _ => { }));
    }

    private static Task<NotionConnection?> RevokeAsync(
        TestNotion notion, RecordingStore store, StoredConnection connection)
    {
        var cache = new ConnectionCache();
        KnownConnection session = cache.Get(new ConnectionKey(store.Vault, connection.Details.BotId));
        return new ConnectionRevoker(session, store, cache, notion.Transport, notion.Log.Enqueue)
            .RevokeAsync(false, default);
    }
}
