using System;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Http;

public sealed class BaseUriTests
{
    [Theory]
    [InlineData("https://api.notion.com", "https://api.notion.com/")]
    [InlineData("https://api.notion.com/", "https://api.notion.com/")]
    [InlineData("https://proxy.example:8443", "https://proxy.example:8443/")]
    [InlineData("http://localhost:8080", "http://localhost:8080/")]
    [InlineData("http://127.0.0.1:8080/", "http://127.0.0.1:8080/")]
    [InlineData("http://[::1]:8080", "http://[::1]:8080/")]
    public void Https_origins_and_http_on_this_machine_are_taken(string uri, string expected) =>
        Assert.Equal(expected, BaseUri.Check(new Uri(uri)).AbsoluteUri);

    [Theory]
    [InlineData("http://api.notion.com")]
    [InlineData("http://localhost.example.com")]
    [InlineData("http://127.0.0.1.example.com")]
    [InlineData("http://10.0.0.1")]
    [InlineData("http://localhost@example.com")]
    [InlineData("https://user:password@api.notion.com")]
    [InlineData("https://api.notion.com/v1")]
    [InlineData("https://api.notion.com/?x=y")]
    [InlineData("https://api.notion.com/#x")]
    [InlineData("ftp://localhost")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/v1")]
    public void Whatever_would_carry_a_token_in_the_open_or_is_no_origin_is_refused(string uri) =>
        Expect.Error(ErrorIds.InvalidBaseUri, () => BaseUri.Check(new Uri(uri, UriKind.RelativeOrAbsolute)));
}
