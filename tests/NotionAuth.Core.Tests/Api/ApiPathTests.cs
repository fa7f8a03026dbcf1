using System;
using System.Collections.Generic;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

public sealed class ApiPathTests
{
    private static readonly Uri Notion = new("https://api.notion.com");

    [Theory]
    [InlineData("users/me/", "/v1/users/me/")]
    [InlineData("users/me", "/v1/users/me")]
    [InlineData("/users/me", "/v1/users/me")]
    [InlineData("v1/users/me", "/v1/users/me")]
    [InlineData("/v1/users/me", "/v1/users/me")]
    [InlineData("  users/me ", "/v1/users/me")]
    [InlineData("https://api.notion.com/v1/users/me", "/v1/users/me")]
    [InlineData("https://API.Notion.com/v1/users/me", "/v1/users/me")]
    [InlineData("https://api.notion.com/users/me", "/v1/users/me")]
    [InlineData("users?page_size=5&start_cursor=a%2Fb", "/v1/users?page_size=5&start_cursor=a%2Fb")]
    [InlineData("users?a=..%2F..&b=x@y.z", "/v1/users?a=..%2F..&b=x@y.z")]
    [InlineData("users?next=https://example.com/x", "/v1/users?next=https://example.com/x")]
    [InlineData("pages/a.b..c", "/v1/pages/a.b..c")]
    [InlineData("pages/abc/properties/%3AUPp", "/v1/pages/abc/properties/%3AUPp")]
    [InlineData("pages/abc/properties/a%25b", "/v1/pages/abc/properties/a%25b")]
    [InlineData("pages/abc/properties/%E2%9C%93", "/v1/pages/abc/properties/%E2%9C%93")]
    [InlineData("pages/abc/properties/%E0%A4%95%F0%9F%A6%8A", "/v1/pages/abc/properties/%E0%A4%95%F0%9F%A6%8A")]
    [InlineData("pages/abc/properties/f%5C%5C%3Ap", "/v1/pages/abc/properties/f%5C%5C%3Ap")]
    [InlineData("pages/abc/properties/%3Ba%3B", "/v1/pages/abc/properties/%3Ba%3B")]
    [InlineData("admin/v1/spaces/x/personal_access_tokens", "/admin/v1/spaces/x/personal_access_tokens")]
    [InlineData("/admin/v1/spaces?page_size=5", "/admin/v1/spaces?page_size=5")]
    [InlineData("https://api.notion.com/admin/v1/spaces", "/admin/v1/spaces")]
    [InlineData("admin/v2/spaces", "/v1/admin/v2/spaces")]
    [InlineData("v1/admin/v1/spaces", "/v1/admin/v1/spaces")]
    public void A_path_below_the_API_is_taken(string path, string expected)
    {
        Uri uri = ApiPath.ToUri(path, Notion);
        Assert.Equal("api.notion.com", uri.Authority);
        Assert.Equal(expected, uri.PathAndQuery);
    }

    [Theory]
    // Other hosts, other ports, other schemes.
    [InlineData("https://example.com/v1/users/me")]
    [InlineData("http://api.notion.com/v1/users/me")]
    [InlineData("https://api.notion.com:8443/v1/users/me")]
    [InlineData("https://api.notion.com.example.com/v1/users/me")]
    [InlineData("https://api.notion.com@example.com/v1/users/me")]
    [InlineData("https://user@api.notion.com/v1/users/me")]
    [InlineData("https://api.notion.com")]
    [InlineData("//example.com/v1/users/me")]
    [InlineData("///example.com")]
    [InlineData("/\\example.com")]
    [InlineData("\\\\example.com\\share")]
    [InlineData("ftp://api.notion.com/v1/users/me")]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript://api.notion.com/%0aalert(1)")]
    // Out of the API on the same host.
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("../admin")]
    [InlineData("admin/v1/")]
    [InlineData("admin/v1/../v1/users")]
    [InlineData("admin/v1//spaces")]
    [InlineData("admin/v1/%2e%2e/v1/users")]
    [InlineData("users/../../admin")]
    [InlineData("users/..")]
    [InlineData("users/./me")]
    [InlineData("v1/../admin")]
    [InlineData("https://api.notion.com/v1/../admin")]
    [InlineData("users/%2e%2e/%2e%2e/admin")]
    [InlineData("users/%2E%2E/admin")]
    [InlineData("users/.%2e/admin")]
    [InlineData("users/..%2fadmin")]
    [InlineData("users%2f..%2f..%2fadmin")]
    [InlineData("users/%252e%252e/admin")]
    [InlineData("users/%25252e%25252e/admin")]
    [InlineData("users/%25252525252e%25252525252e/admin")]
    [InlineData("users/%%32%65%%32%65/admin")]
    [InlineData("users/%EF%BC%852e%EF%BC%852e/admin")]
    [InlineData("users/..%5cadmin")]
    [InlineData("users/..%255cadmin")]
    [InlineData("users\\..\\admin")]
    [InlineData("users/\u2025/admin")]
    [InlineData("users/\uFF0E\uFF0E/admin")]
    [InlineData("users/%EF%BC%8E%EF%BC%8E/admin")]
    [InlineData("users/%E2%80%A5/admin")]
    [InlineData("users/%25E2%2580%25A5/admin")]
    [InlineData("users/%c0%ae%c0%ae/admin")]
    [InlineData("users/%C0%AE%C0%AE/admin")]
    [InlineData("users/%e0%80%ae%e0%80%ae/admin")]
    [InlineData("users/%f0%80%80%ae./admin")]
    [InlineData("users/..%c0%afadmin")]
    [InlineData("users/%25c0%25ae%25c0%25ae/admin")]
    [InlineData("users/..%c1%9cadmin")]
    [InlineData("users/%f8%80%80%80%ae./admin")]
    [InlineData("users/..;/admin")]
    [InlineData("users/%2e%2e%3b/admin")]
    [InlineData("users//me")]
    [InlineData("v1//users")]
    // A variable was empty.
    [InlineData("pages/")]
    [InlineData("/v1/pages/")]
    [InlineData("blocks//children")]
    [InlineData("pages/?filter_properties=x")]
    [InlineData("https://api.notion.com/v1/pages/")]
    // What isn't a path.
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("/")]
    [InlineData("/v1/")]
    [InlineData("?page_size=5")]
    [InlineData("users@example.com")]
    [InlineData("users/me#top")]
    [InlineData("users?x=y#top")]
    [InlineData("users/me\r\nX-Header: y")]
    [InlineData("users?x=\r\ny")]
    [InlineData("users/me\0")]
    [InlineData("users/%00")]
    [InlineData("users/%0d%0aX-Header:%20y")]
    [InlineData("users/%250d%250a")]
    [InlineData("users/%25252525250d")]
    [InlineData("users/\u007f")]
    [InlineData("users/\u0085")]
    [InlineData("users/m e")]
    [InlineData("users/mé")]
    [InlineData("users?x=é")]
    [InlineData("users/\ud800")]
    public void A_path_that_leaves_the_API_or_is_none_is_refused(string path)
    {
        NotionAuthException error = Expect.Error(ErrorIds.InvalidPath, () => ApiPath.ToUri(path, Notion));
        Assert.Equal(NotionErrorKind.InvalidArgument, error.Kind);
        Assert.Contains("Nothing was sent", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pages/")]
    [InlineData("blocks//children")]
    [InlineData("data_sources//query?x=y")]
    public void An_empty_part_is_an_error_of_its_own(string path)
    {
        NotionAuthException error = Expect.Error(ErrorIds.InvalidPath, () => ApiPath.ToUri(path, Notion));
        Assert.Contains("an empty part", error.Message, StringComparison.Ordinal);
        Assert.Contains("variable", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_files_signed_address_is_fetched_without_the_token_and_its_signature_isnt_repeated()
    {
        const string Signed =
            "https://prod-files-secure.s3.us-west-2.amazonaws.com/a/b.pdf?X-Amz-Expires=3600&" +
            "X-Amz-Signature=0123456789abcdef0123456789abcdef";
        NotionAuthException error = Expect.Error(ErrorIds.InvalidPath, () => ApiPath.ToUri(Signed, Notion));
        Assert.Contains("another host", error.Message, StringComparison.Ordinal);
        Assert.Contains("Invoke-WebRequest -Uri", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "0123456789abcdef", error + error.Target + error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_base_URI_with_a_port_is_its_own_host_and_no_other_port_is()
    {
        var local = new Uri("http://localhost:8080");
        Assert.Equal(
            "http://localhost:8080/v1/users", ApiPath.ToUri("http://localhost:8080/v1/users", local).AbsoluteUri);
        Expect.Error(ErrorIds.InvalidPath, () => ApiPath.ToUri("http://localhost:80801/v1/users", local));
        Expect.Error(ErrorIds.InvalidPath, () => ApiPath.ToUri("http://localhost/v1/users", local));
        Expect.Error(ErrorIds.InvalidPath, () => ApiPath.ToUri("http://127.0.0.1:8080/v1/users", local));
    }

    [Fact]
    public void A_query_is_encoded_and_added_to_the_one_in_the_path()
    {
        KeyValuePair<string, string>[] query = [new("filter&x", "a=b&c#d/é \r\n"), new("y", "")];
        Assert.Equal("?filter%26x=a%3Db%26c%23d%2F%C3%A9%20%0D%0A&y=", ApiPath.ToUri("users", Notion, query).Query);
        Assert.Equal(
            "?z=1&filter%26x=a%3Db%26c%23d%2F%C3%A9%20%0D%0A&y=", ApiPath.ToUri("users?z=1", Notion, query).Query);
    }

    [Fact]
    public void A_token_in_a_refused_path_is_not_repeated_by_the_error()
    {
        NotionAuthException error = Expect.Error(ErrorIds.InvalidPath, () => ApiPath.ToUri(
            "https://example.com/ntn_0123456789abcdef", Notion));
        Assert.DoesNotContain(
            "0123456789abcdef", error + error.Target + error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void No_mutation_of_a_path_ever_leaves_the_API()
    {
        string[] parts = ["..", ".", "/", "//", "\\", "%2e", "%252e", "%2f", "%5c", "@", "#", "?", ":", "%", "%00",
            "\r\n", "v1", "users", "example.com", "https://", "\uFF0E", "%EF%BC%8E", "%25", " ", ";", "\u2025",
            "%u002e"];
        var random = new Random(20261001);
        for (int i = 0; i < 20_000; i++)
        {
            string path = string.Concat(random.GetItems(parts, random.Next(1, 9)));
            Uri uri;
            try
            {
                uri = ApiPath.ToUri(path, Notion);
            }
            catch (NotionAuthException e) when (e.ErrorId == ErrorIds.InvalidPath)
            {
                continue;
            }

            string decoded = Uri.UnescapeDataString(Uri.UnescapeDataString(uri.AbsolutePath))
                .Normalize(System.Text.NormalizationForm.FormKC);
            bool stays = uri.Scheme == "https" && uri.Authority == "api.notion.com" && uri.UserInfo.Length == 0
                && uri.Fragment.Length == 0
                && uri.AbsolutePath.StartsWith("/v1/", StringComparison.Ordinal)
                && Array.TrueForAll(decoded.Split('/', '\\'), s => s is not (".." or "."));
            Assert.True(stays, $"'{path}' became {uri}.");
        }
    }
}
