using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

public sealed class AppResolverTests
{
    private static readonly Uri Notion = new("https://api.notion.com");

    [Fact]
    public async Task What_is_given_comes_before_the_environment_and_what_is_remembered()
    {
        RecordingStore store = await RememberingAsync("given");
        AppRegistration app = await ResolveAsync(
            store, new()
            {
                ["NOTION_CLIENT_ID"] = "given",
                ["NOTION_CLIENT_SECRET"] = "env",
                ["NOTION_REDIRECT_URI"] =
                "http://localhost:1/env"
            },
            new AppInput
            {
                BaseUri = Notion,
                ClientId = "given",
                ClientSecret = new Secret("mine"),
                RedirectUris = [new(
                "http://localhost:2/mine")]
            });
        Assert.Equal("given mine http://localhost:2/mine", Text(app));
    }

    [Fact]
    public async Task The_environment_comes_before_what_is_remembered()
    {
        RecordingStore store = await RememberingAsync("env-id", "remembered-id");
        AppRegistration app = await ResolveAsync(
            store, new()
            {
                ["NOTION_CLIENT_ID"] = " env-id ",
                ["NOTION_CLIENT_SECRET"] = " env\r\n",
                [
                "NOTION_REDIRECT_URI"] = "http://localhost:1/a, http://localhost:2/b;http://localhost:3/c"
            });
        Assert.Equal("env-id env http://localhost:1/a http://localhost:2/b http://localhost:3/c", Text(app));
    }

    [Fact]
    public async Task The_only_remembered_app_is_taken_whole()
    {
        AppRegistration app = await ResolveAsync(await RememberingAsync("remembered-id"), []);
        Assert.Equal("remembered-id secret-of-remembered-id http://localhost:9000/remembered", Text(app));
    }

    [Fact]
    public async Task A_secret_in_the_environment_is_not_used_for_another_client_than_the_one_beside_it()
    {
        var environment = new Dictionary<string, string?>
        {
            ["NOTION_CLIENT_ID"] = "env-id",
            ["NOTION_CLIENT_SECRET"] =
            "env"
        };
        AppRegistration app = await ResolveAsync(
            await RememberingAsync("given"), environment, new AppInput { BaseUri = Notion, ClientId = "given" });
        Assert.Equal("secret-of-given", app.Credentials.ClientSecret.Reveal());
        await Expect.ErrorAsync(
            ErrorIds.MissingClient,
            () => ResolveAsync(
                new RecordingStore(), environment, new AppInput { BaseUri = Notion, ClientId = "given" }));
    }

    [Fact]
    public async Task A_secret_alone_in_the_environment_belongs_to_the_client_that_was_given()
    {
        AppRegistration app = await ResolveAsync(
            new RecordingStore(), new() { ["NOTION_CLIENT_SECRET"] = "env" },
            new AppInput { BaseUri = Notion, ClientId = "given" });
        Assert.Equal($"given env {AppResolver.DefaultRedirectUri.OriginalString}", Text(app));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("secret-of-given", true)]
    [InlineData("another", false)]
    public async Task A_secret_is_remembered_where_it_is_the_one_that_the_store_has(string? given, bool isRemembered)
    {
        AppRegistration app = await ResolveAsync(
            await RememberingAsync("given"), [],
            new AppInput { BaseUri = Notion, ClientId = "given", ClientSecret = Secret.From(given) });
        Assert.Equal(isRemembered, app.IsRemembered);
        app = await ResolveAsync(
            new RecordingStore(), [],
            new AppInput { BaseUri = Notion, ClientId = "given", ClientSecret = new Secret("x") });
        Assert.False(app.IsRemembered);
    }

    [Fact]
    public async Task Somebody_is_asked_for_a_secret_only_where_none_is_known()
    {
        var asked = new List<string>();
        var input = new AppInput
        {
            BaseUri = Notion,
            ClientId = "given",
            AskForSecret = (id, _) =>
            {
                asked.Add(id);
                return Task.FromResult<Secret?>(new Secret("typed"));
            },
        };
        Assert.Equal("typed", (await ResolveAsync(new RecordingStore(), [], input)).Credentials.ClientSecret.Reveal());
        Assert.Equal(
            "secret-of-given",
            (await ResolveAsync(await RememberingAsync("given"), [], input)).Credentials.ClientSecret.Reveal());
        Assert.Equal(["given"], asked);
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("x y")]
    [InlineData("x\r\ny")]
    [InlineData("secret_ü")]
    public async Task A_secret_that_is_blank_or_broken_is_MissingClient(string secret)
    {
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.MissingClient,
            () => ResolveAsync(
                new RecordingStore(), [],
                new AppInput { BaseUri = Notion, ClientId = "given", ClientSecret = new Secret(secret) }));
        if (secret.Trim().Length > 0) Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_known_or_several_remembered_is_MissingClient_which_says_what_to_pass()
    {
        NotionAuthException none =
            await Expect.ErrorAsync(ErrorIds.MissingClient, () => ResolveAsync(new RecordingStore(), []));
        Assert.Contains("NOTION_CLIENT_ID", none.RecommendedAction, StringComparison.Ordinal);
        RecordingStore store = await RememberingAsync("one", "two");
        NotionAuthException several = await Expect.ErrorAsync(ErrorIds.MissingClient, () => ResolveAsync(store, []));
        Assert.Contains("one, two", several.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("../x")]
    [InlineData("id:with:colons")]
    public async Task A_client_id_that_cannot_be_one_is_InvalidClientId(string id) =>
        await Expect.ErrorAsync(
            ErrorIds.InvalidClientId,
            () => ResolveAsync(new RecordingStore(), [], new AppInput { BaseUri = Notion, ClientId = id }));

    [Fact]
    public async Task A_redirect_URI_in_the_environment_that_is_none_is_InvalidRedirectUri()
    {
        var environment = new Dictionary<string, string?>
        {
            ["NOTION_CLIENT_ID"] = "id",
            ["NOTION_CLIENT_SECRET"] = "s",
            ["NOTION_REDIRECT_URI"] = "localhost"
        };
        await Expect.ErrorAsync(ErrorIds.InvalidRedirectUri, () => ResolveAsync(new RecordingStore(), environment));
    }

    [Fact]
    public async Task A_remembered_secret_is_not_sent_to_another_host_than_it_was_given_for()
    {
        var elsewhere = new AppInput { BaseUri = new Uri("https://elsewhere.example"), ClientId = "remembered-id" };
        await Expect.ErrorAsync(ErrorIds.MissingClient, async () => await ResolveAsync(await RememberingAsync(
            "remembered-id"), [], elsewhere));
    }

    [Fact]
    public async Task A_broken_registration_does_not_keep_a_given_secret_from_being_used()
    {
        var store = new RecordingStore();
        store.Secrets[SecretName.OfApp("given")] = "broken";
        var input = new AppInput
        {
            BaseUri = Notion,
            ClientId = "given",
            ClientSecret = new Secret("mine"),
            RedirectUris = [new("http://localhost:2/mine")]
        };
        Assert.Equal("given mine http://localhost:2/mine", Text(await ResolveAsync(store, [], input)));
        await Expect.ErrorAsync(
            ErrorIds.SecretInvalid, () => ResolveAsync(store, [], input with { ClientSecret = null }));
    }

    private static Task<AppRegistration> ResolveAsync(
        RecordingStore store, Dictionary<string, string?> environment, AppInput? input = null) =>
        new AppResolver(store)
            .ResolveAsync(
                (input ?? new AppInput { BaseUri = Notion }) with { Environment = environment.GetValueOrDefault },
                default);

    private static async Task<RecordingStore> RememberingAsync(params string[] clientIds)
    {
        var store = new RecordingStore();
        foreach (string id in clientIds)
            await store.WriteAppAsync(
                new AppRegistration(new ClientCredentials(id, new Secret("secret-of-" + id)), [new(
                    "http://localhost:9000/remembered")], Notion), default);
        return store;
    }

    private static string Text(AppRegistration app) =>
        string.Join(
            ' ', [app.Credentials.ClientId, app.Credentials.ClientSecret.Reveal(),
                .. app.RedirectUris.Select(u => u.OriginalString)]);
}
