using System;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Xml.Serialization;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests;

public sealed class SecretTests
{
    private const string Value = "ntn_the-value-itself";

    private static readonly StoredConnection Connection = new()
    {
        Details = new NotionConnection
        {
            Name = "Acme",
            BotId = "b",
            BaseUri = new Uri("https://api.notion.com"),
            NotionVersion = "2026-03-11"
        },
        AccessToken = new Secret(Value),
        RefreshToken = new Secret(Value),
        Reply = TestNotion.Json("{}"),
    };

    public static TheoryData<object> Holders =>
    [
        new Secret(Value),
        Connection,
        new ClientCredentials("client", new Secret(Value)),
        new AppRegistration(
            new ClientCredentials("client", new Secret(Value)), [AppResolver.DefaultRedirectUri], new Uri(
                "https://api.notion.com")),
        AuthorizationResponse.Parse($"?code={Value}&state=s", "s"),
        new { Nested = new[] { new Secret(Value) } },
        TokenReply.Parse(
            TestNotion.Json($$"""{"access_token":"{{Value}}","refresh_token":"{{Value}}","bot_id":"b","x":1}""")),
    ];

    [Theory]
    [MemberData(nameof(Holders))]
    public void A_secret_does_not_show_in_text_or_JSON(object holder)
    {
        Assert.DoesNotContain("the-value", holder.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("the-value", $"{holder}", StringComparison.Ordinal);
        Assert.DoesNotContain("the-value", JsonSerializer.Serialize(holder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_does_not_show_in_a_debugger()
    {
        Assert.DoesNotContain(
            "{", typeof(Secret).GetCustomAttribute<DebuggerDisplayAttribute>()!.Value, StringComparison.Ordinal);
        Assert.Empty(typeof(Secret).GetProperties(BindingFlags.Public | BindingFlags.Instance));
        Assert.All(
            typeof(Secret).GetFields(BindingFlags.NonPublic | BindingFlags.Instance),
            f => Assert.Equal(DebuggerBrowsableState.Never, f.GetCustomAttribute<DebuggerBrowsableAttribute>()!.State));
    }

    [Fact]
    public void A_secret_cannot_be_serialized_by_what_reads_fields_or_constructors()
    {
        Assert.Throws<InvalidOperationException>(() => new XmlSerializer(typeof(Secret)));
        Assert.Equal("{}", JsonSerializer.Serialize(new Secret(Value)));
    }

    [Fact]
    public void Secrets_match_by_value_exactly()
    {
        Assert.True(new Secret("a").Matches(new Secret("a")));
        Assert.False(new Secret("a").Matches(new Secret("A")));
        Assert.False(new Secret("a").Matches(null));
    }

    [Fact]
    public void An_empty_secret_cannot_be_made()
    {
        Assert.Throws<ArgumentException>(() => new Secret(string.Empty));
        Assert.Null(Secret.From(string.Empty));
        Assert.Null(Secret.From(null));
        Assert.Equal("x", Secret.From("x")!.Reveal());
    }
}
