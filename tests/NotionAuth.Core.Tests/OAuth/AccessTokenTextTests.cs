using System.Collections.Generic;
using NotionAuth.Core.Common;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.OAuth;

public sealed class AccessTokenTextTests
{
    [Theory]
    [InlineData("ntn_abc")]
    [InlineData("  ntn_abc\r\n")]
    [InlineData("\uFEFFntn_abc")]
    [InlineData("\tntn_abc\u200B \0")]
    public void What_pipes_and_editors_leave_around_a_token_is_trimmed(string text) =>
        Assert.Equal("ntn_abc", AccessTokenText.Parse(text).Reveal());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \r\n")]
    [InlineData("ntn_a bc")]
    [InlineData("ntn_abc\r\nX-Header: y")]
    [InlineData("ntn_äbc")]
    [InlineData("ntn_a\u200Bbc")]
    [InlineData("ntn_a\0bc")]
    public void An_empty_token_or_one_with_something_in_its_middle_is_InvalidToken(string? text) =>
        Expect.Error(ErrorIds.InvalidToken, () => AccessTokenText.Parse(text));

    [Fact]
    public void A_token_longer_than_any_header_takes_is_InvalidToken() =>
        Expect.Error(ErrorIds.InvalidToken, () => AccessTokenText.Parse(new string('a', 4097)));

    [Fact]
    public void A_refresh_token_is_WrongTokenKind()
    {
        NotionAuthException error =
            Expect.Error(ErrorIds.WrongTokenKind, () => AccessTokenText.Parse("nrt_0123456789"));
        Assert.DoesNotContain("nrt_0123456789", error.ToString(), System.StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ntn_one", null, "ntn_one")]
    [InlineData("ntn_one", "ntn_two", "ntn_one")]
    [InlineData(" ", "ntn_two\n", "ntn_two")]
    public void The_environment_gives_NOTION_TOKEN_else_NOTION_API_TOKEN(string? first, string? second, string expected)
    {
        var variables = new Dictionary<string, string?> { ["NOTION_TOKEN"] = first, ["NOTION_API_TOKEN"] = second };
        Assert.Equal(expected, EnvironmentToken.Read(variables.GetValueOrDefault).Reveal());
    }

    [Fact]
    public void An_environment_without_a_token_is_MissingEnvironmentToken() =>
        Expect.Error(ErrorIds.MissingEnvironmentToken, () => EnvironmentToken.Read(_ => null));
}
