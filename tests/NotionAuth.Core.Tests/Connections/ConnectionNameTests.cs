using System;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

public sealed class ConnectionNameTests
{
    [Theory]
    [InlineData("Acme", "Acme")]
    [InlineData("  Acme & Sons (EU) #1 ", "Acme & Sons (EU) #1")]
    [InlineData("Ünïcode 漢字 🦊", "Ünïcode 漢字 🦊")]
    [InlineData("It's", "It's")]
    [InlineData("Family 👨\u200d👩\u200d👧", "Family 👨\u200d👩\u200d👧")]
    [InlineData("👩🏽\u200d💻 Dev", "👩🏽\u200d💻 Dev")]
    [InlineData("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥")]
    [InlineData("🙂\u200d↔\ufe0f", "🙂\u200d↔\ufe0f")]
    [InlineData("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f")]
    [InlineData("می\u200cخواهم", "می\u200cخواهم")]
    [InlineData("क्\u200dष", "क्\u200dष")]
    public void A_name_is_taken_without_blanks_around_it(string name, string expected) =>
        Assert.Equal(expected, ConnectionName.Check(name));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a*")]
    [InlineData("a?")]
    [InlineData("[a]")]
    [InlineData("a`b")]
    [InlineData("a\nb")]
    [InlineData("a\u001bb")]
    [InlineData("a\u202eb")]
    [InlineData("Ac\u200dme")]
    [InlineData("Ac\u200cme")]
    [InlineData("Acme\u200d")]
    [InlineData("\u200dAcme")]
    [InlineData("👨\u200d Acme")]
    [InlineData("👨\u200d\u200d👩")]
    [InlineData("👨\u200c👩")]
    [InlineData("1\u200d2")]
    [InlineData("Acme\U000e0041")]
    [InlineData("Acme🏴 \U000e0067")]
    public void A_name_with_wildcards_or_control_characters_is_InvalidName(string name) =>
        Expect.Error(ErrorIds.InvalidName, () => ConnectionName.Check(name));

    [Fact]
    public void A_name_has_a_hundred_characters_at_most()
    {
        Assert.Equal(100, ConnectionName.Check(new string('x', 100)).Length);
        Expect.Error(ErrorIds.InvalidName, () => ConnectionName.Check(new string('x', 101)));
    }

    [Theory]
    [InlineData("Acme", "Acme")]
    [InlineData(" Acme \r\n", "Acme")]
    [InlineData("[Acme]*", "-Acme--")]
    [InlineData(null, "bot-1")]
    [InlineData("", "bot-1")]
    [InlineData(" \u200b ", "bot-1")]
    public void A_workspace_s_name_is_made_into_one_that_can_be_used(string? workspace, string expected)
    {
        string name = ConnectionName.Default(workspace, "bot-1");
        Assert.Equal(expected, name);
        Assert.Equal(name, ConnectionName.Check(name));
    }

    [Fact]
    public void A_long_workspace_name_is_cut_and_never_in_the_middle_of_a_character()
    {
        string name = ConnectionName.Default("x" + string.Concat(System.Linq.Enumerable.Repeat("🦊", 80)), "bot-1");
        Assert.InRange(name.Length, 90, 100);
        Assert.EndsWith("🦊", name, StringComparison.Ordinal);
        Assert.Equal(name, ConnectionName.Check(name));
        Assert.Equal(100, ConnectionName.Default(new string('y', 3000), "bot-1").Length);
        string family = ConnectionName.Default(new string('x', 97) + "👨\u200d👩", "bot-1");
        Assert.Equal(family, ConnectionName.Check(family));
    }

    [Theory]
    [InlineData("NotionAuth-b3414d65-1", "b3414d65-1", null)]
    [InlineData("NotionAuth-app-463558a3", null, "463558a3")]
    [InlineData("NotionAuth-app-463558a3-at-0123456789abcdef", null, "463558a3")]
    [InlineData("NotionAuth-app-463558a3-at-0123456789ABCDEF", null, "463558a3-at-0123456789ABCDEF")]
    [InlineData("NotionAuth-app-at-0123456789abcdef", null, "at-0123456789abcdef")]
    [InlineData("NotionAuth-write-test", null, null)]
    [InlineData("NotionAuth-spare-b3414d65-1", null, null)]
    [InlineData("NotionAuth-spare-app-463558a3", null, null)]
    [InlineData("NotionAuth-", null, null)]
    [InlineData("NotionAuth-a b", null, null)]
    [InlineData("NotionAuth-a/../b", null, null)]
    [InlineData("Other-b3414d65", null, null)]
    [InlineData("notionauth-b3414d65", null, null)]
    public void A_secret_s_name_tells_what_it_holds(string name, string? botId, string? clientId)
    {
        Assert.Equal(botId, SecretName.BotIdOf(name));
        Assert.Equal(clientId, SecretName.ClientIdOf(name));
    }

    [Theory]
    [InlineData("NotionAuth-b3414d65-1", "NotionAuth-b3414d65-1")]
    [InlineData("notionauth-b3414d65-1", "NotionAuth-b3414d65-1")]
    [InlineData("NOTIONAUTH-APP-B3414D65-1", "NotionAuth-app-b3414d65-1")]
    [InlineData("NotionAuth-Bot-1", "NotionAuth-Bot-1")]
    [InlineData("NotionAuth-BOT-1", "NotionAuth-BOT-1")]
    [InlineData("NotionAuth-b3414d65-1 (id: 123)", "NotionAuth-b3414d65-1")]
    [InlineData("notionauth-app-b3414d65 [id: 123]", "NotionAuth-app-b3414d65")]
    [InlineData("Notes/NotionAuth-b3414d65-1", "NotionAuth-b3414d65-1")]
    [InlineData("Notes\\NotionAuth-b3414d65-1 (2)", "NotionAuth-b3414d65-1")]
    [InlineData("NotionAuth-", null)]
    [InlineData("NotionAuth- (id: 1)", null)]
    [InlineData("NotionAuth-b3414d65 of old", null)]
    [InlineData("NotionAuth-a/../b", null)]
    [InlineData("Backup of NotionAuth-b3414d65", null)]
    [InlineData("MyNotionAuth-b3414d65", null)]
    [InlineData("Other", null)]
    public void Our_name_is_found_in_what_a_vault_shows(string shown, string? name) =>
        Assert.Equal(name, SecretName.Parse(shown));

    [Fact]
    public void A_write_test_is_nobody_s_connection_and_is_left_after_an_hour()
    {
        var now = new DateTime(2026, 9, 30, 8, 15, 0, DateTimeKind.Utc);
        string name = SecretName.OfWriteTest(now);
        Assert.NotEqual(name, SecretName.OfWriteTest(now));
        Assert.Null(SecretName.BotIdOf(name));
        Assert.Null(SecretName.ClientIdOf(name));
        Assert.Equal(name, SecretName.Parse(name));
        Assert.False(SecretName.IsLeftWriteTest(name, now.AddMinutes(59)));
        Assert.True(SecretName.IsLeftWriteTest(name, now.AddMinutes(61)));
        Assert.False(SecretName.IsLeftWriteTest("NotionAuth-b3414d65", now.AddYears(1)));
    }

    [Theory]
    [InlineData("NotionAuth-spare-b3414d65-1", "b3414d65-1", null)]
    [InlineData("NotionAuth-spare-app-463558a3", null, "463558a3")]
    [InlineData("NotionAuth-spare-app-463558a3-at-0123456789abcdef", null, "463558a3")]
    [InlineData("NotionAuth-b3414d65-1", null, null)]
    [InlineData("NotionAuth-app-463558a3", null, null)]
    public void A_spare_copy_s_name_tells_whose_it_is(string name, string? botId, string? clientId)
    {
        Assert.Equal(botId, SecretName.BotIdOfCopy(name));
        Assert.Equal(clientId, SecretName.ClientIdOfCopy(name));
    }
}
