using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using NotionAuth.FakeNotion.Hosting;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

public sealed partial class FakeAuthorizeTests
{
    [Theory]
    [InlineData("http://localhost:8914/callback/")]
    [InlineData("http://localhost:8915/callback")]
    [InlineData("http://localhost/callback")]
    [InlineData("http://127.0.0.1:8914/callback")]
    [InlineData("http://localhost:8914/Callback")]
    [InlineData("http://LOCALHOST:8914/callback")]
    [InlineData("http://localhost:8914/callback?x=1")]
    [InlineData("http://localhost:8914/%63allback")]
    public async Task A_redirect_uri_that_is_not_registered_character_for_character_never_calls_back(
        string? redirectUri)
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.AutoApprove = AutoApprove.Allow;
        await AssertRefusedAsync(fake, fake.AuthorizeUrl(redirectUri), "Missing or invalid redirect_uri");
    }

    [Fact]
    public async Task An_unknown_client_never_calls_back()
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.AutoApprove = AutoApprove.Allow;
        var nobody = Guid.NewGuid().ToString();
        await AssertRefusedAsync(fake, fake.AuthorizeUrl(clientId: nobody), "Missing or invalid client_id");
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("a%2Fb%20c+d%2B~%25")]
    [InlineData("%F0%9F%8E%89%C3%BC")]
    [InlineData("x%3Dy%26code%3Devil")]
    [InlineData("")]
    public async Task The_state_comes_back_byte_for_byte(string rawState)
    {
        await using var fake = await FakeClient.StartAsync();
        foreach (var decision in new[] { AutoApprove.Allow, AutoApprove.Deny })
        {
            fake.State.Behavior.AutoApprove = decision;
            var answer = await fake.SendAsync("GET", fake.AuthorizeUrl(extra: "&state=" + rawState));
            Assert.EndsWith("&state=" + rawState, answer.Headers["Location"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_state_none_comes_back()
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.AutoApprove = AutoApprove.Deny;
        var answer = await fake.SendAsync("GET", fake.AuthorizeUrl(extra: ""));
        Assert.Equal(FakeClient.RedirectUri + "?error=access_denied", answer.Headers["Location"]);
    }

    [Theory]
    [InlineData("client_id=?&redirect_uri=!&response_type=token&owner=user", "response_type")]
    [InlineData("client_id=?&redirect_uri=!&owner=user", "response_type")]
    [InlineData("client_id=?&redirect_uri=!&response_type=code&owner=nobody", "owner")]
    [InlineData("client_id=?&redirect_uri=!&response_type=code", "owner")]
    [InlineData("client_id=?&response_type=code&owner=user", "redirect_uri")]
    [InlineData("client_id=?&redirect_uri=&response_type=code&owner=user", "redirect_uri")]
    [InlineData("redirect_uri=!&response_type=code&owner=user", "client_id")]
    [InlineData("client_id=nobody&redirect_uri=!&response_type=code&owner=user", "client_id")]
    [InlineData("client_id=?&client_id=?&redirect_uri=!&response_type=code&owner=user", "client_id")]
    public async Task A_malformed_query_is_refused_as_JSON_and_never_calls_back(string query, string name)
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.AutoApprove = AutoApprove.Allow;
        var answer = await fake.SendAsync("GET", "v1/oauth/authorize?state=s&" + query
            .Replace("?", fake.State.DefaultIntegration.ClientId, StringComparison.Ordinal)
            .Replace("!", Uri.EscapeDataString(FakeClient.RedirectUri), StringComparison.Ordinal));
        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Error));
        Assert.StartsWith(
            $"query failed validation: query.{name} should be ", (string?)answer.Json["error_description"],
            StringComparison.Ordinal);
        Assert.False(answer.Headers.ContainsKey("Location"));
    }

    [Fact]
    public async Task A_person_picks_pages_and_the_bot_sees_those_alone()
    {
        await using var fake = await FakeClient.StartAsync();
        var page = await fake.SendAsync("GET", fake.AuthorizeUrl());
        Assert.Equal(200, page.Status);
        Assert.Contains("id=\"allow\"", page.Text, StringComparison.Ordinal);
        Assert.Contains("id=\"deny\"", page.Text, StringComparison.Ordinal);
        Assert.Contains("Engineering", page.Text, StringComparison.Ordinal);

        var allowed = await DecideAsync(fake, page, "allow", fake.Sample.PageId);
        Assert.Equal(302, allowed.Status);
        var token = (string)(await fake.RedeemAsync(allowed.Location("code")!)).Ok()["access_token"]!;
        Assert.Equal(200, (await fake.SendAsync("GET", $"v1/pages/{fake.Sample.PageId}", token: token)).Status);
        var other = fake.Sample.TopPages.First(p => p != fake.Sample.PageId);
        var hidden = await fake.SendAsync("GET", $"v1/pages/{other}", token: token);
        Assert.Equal((404, "object_not_found"), (hidden.Status, hidden.Code));
        // What is below a page is shared with it.
        Assert.Equal(
            200, (await fake.SendAsync("GET", $"v1/data_sources/{fake.Sample.DataSourceId}", token: token)).Status);
        var found = (await fake.SendAsync("POST", "v1/search", """{"query":"road"}""", token)).Ok();
        Assert.Empty(found["results"]!.AsArray());
    }

    [Fact]
    public async Task A_person_says_no()
    {
        await using var fake = await FakeClient.StartAsync();
        var answer = await DecideAsync(fake, await fake.SendAsync("GET", fake.AuthorizeUrl()), "deny");
        Assert.Equal(FakeClient.RedirectUri + "?error=access_denied&state=s", answer.Headers["Location"]);
        Assert.DoesNotContain(fake.State.Tokens, t => t.ClientId.Length > 0);
    }

    [Fact]
    public async Task A_consent_form_works_once_and_only_with_its_nonce()
    {
        await using var fake = await FakeClient.StartAsync();
        var page = await fake.SendAsync("GET", fake.AuthorizeUrl());
        using var forged = new FormUrlEncodedContent([new("nonce", "forged"), new("decision", "allow")]);
        Assert.Equal(400, (await fake.PostAsync("_consent", forged)).Status);
        Assert.Equal(302, (await DecideAsync(fake, page, "allow")).Status);
        Assert.Equal(400, (await DecideAsync(fake, page, "allow")).Status);
    }

    [Fact]
    public async Task What_the_consent_page_names_is_encoded()
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.DefaultIntegration.Name = "<script>alert(1)</script>";
        var page = await fake.SendAsync("GET", fake.AuthorizeUrl());
        Assert.DoesNotContain("<script", page.Text, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirect_uris_on_an_ip_address_can_not_be_registered()
    {
        await using var fake = await FakeClient.StartAsync();
        _ = Assert.Throws<ArgumentException>(() => fake.State.AddPublicIntegration(redirectUris: [
            "http://127.0.0.1:1/cb"]));
        fake.State.Behavior.AllowIpRedirectUris = true;
        Assert.Single(fake.State.AddPublicIntegration(redirectUris: ["http://127.0.0.1:1/cb"]).RedirectUris);
    }

    /// <summary>On a page of the simulated Notion's own, or, where it is told so, at once.</summary>
    private static async Task AssertRefusedAsync(FakeClient fake, string url, string text)
    {
        var sent = await fake.SendAsync("GET", url);
        Assert.Equal(302, sent.Status);
        Assert.StartsWith(
            fake.Server.BaseUri + "install-integration?", sent.Headers["Location"], StringComparison.Ordinal);
        var page = await fake.SendAsync("GET", sent.Headers["Location"]);
        fake.State.Behavior.AuthorizeErrorsInPlace = true;
        var inPlace = await fake.SendAsync("GET", url);
        Assert.Equal((200, 400), (page.Status, inPlace.Status));
        foreach (var answer in new[] { page, inPlace })
        {
            Assert.Contains(text, answer.Text, StringComparison.Ordinal);
            Assert.False(answer.Headers.ContainsKey("Location"));
        }
    }

    private static async Task<Answer> DecideAsync(FakeClient fake, Answer page, string decision, params Guid[] pages)
    {
        var fields = new List<KeyValuePair<string, string>>
        {
            new("nonce", Nonce().Match(page.Text).Groups[1].Value),
            new("decision", decision),
        };
        fields.AddRange(pages.Select(p => new KeyValuePair<string, string>("pages", p.ToString())));
        using var form = new FormUrlEncodedContent(fields);
        return await fake.PostAsync("_consent", form);
    }

    [GeneratedRegex("name=\"nonce\" value=\"([^\"]+)\"")]
    private static partial Regex Nonce();
}
