using System;
using System.Linq;
using NotionAuth.Core.Common;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("the token ntn_12345678901abc is bad", "the token [redacted] is bad")]
    [InlineData("nrt_abcdEFGH-_0", "[redacted]")]
    [InlineData("SECRET_abcdefgh", "[redacted]")]
    [InlineData("Authorization: Bearer abc.def-ghi_jkl", "Authorization: [redacted]")]
    [InlineData("Authorization: Basic dXNlcjpwYXNzd29yZA==", "Authorization: [redacted]")]
    [InlineData("?code=0123-4567&state=x", "?code=[redacted]&state=x")]
    [InlineData("""{"access_token":"0123456789","x":1}""", """{"access_token":"[redacted]","x":1}""")]
    [InlineData("""{"client_secret" : "0123456789"}""", """{"client_secret" : "[redacted]"}""")]
    [InlineData("refresh_token='0123456789', x", "refresh_token='[redacted]', x")]
    public void What_looks_like_a_secret_is_replaced(string text, string expected) =>
        Assert.Equal(expected, Redaction.Scrub(text));

    [Theory]
    [InlineData("The error code validation_error is on notion.so/my-integrations.")]
    [InlineData("body failed validation: body.page_size should be ≤ `100`, instead was `101`.")]
    [InlineData("Could not find page with ID: 1f2d8b6a-5c3e-4a7d-9b1c-0e4f6a8d2c35.")]
    public void What_does_not_is_left(string text) => Assert.Equal(text, Redaction.Scrub(text));

    [Fact]
    public void A_known_secret_is_replaced_plain_and_percent_encoded()
    {
        var secret = new Secret("a+b/c=d e&f");
        Assert.Equal("[redacted], [redacted], x[redacted]y", Redaction.Scrub(
            $"a+b/c=d e&f, {Uri.EscapeDataString(secret.Reveal())}, xa+b/c=d e&fy", null, secret));
        Assert.Equal(
            "[redacted]",
            Redaction.Scrub(
                Uri.EscapeDataString(secret.Reveal()).Replace("%2B", "%2b", StringComparison.Ordinal).Replace("%2F",
                    "%2f", StringComparison.Ordinal), secret));
    }

    [Fact]
    public void Of_two_known_secrets_no_rest_is_left_where_one_begins_with_the_other() =>
        Assert.Equal("[redacted]!", Redaction.Scrub("hunter2-and-more!", new Secret("hunter2"), new Secret(
            "hunter2-and-more")));

    [Fact]
    public void A_text_is_one_line_without_what_a_terminal_obeys_or_what_turns_it_around()
    {
        string scrubbed = Redaction.Scrub(
            "a\r\nb\tc\u001b[31md\u0000e\u0085f\u202eg\u2066h\u200bi\u2028j\u2029k\ufeffl\u007fm");
        Assert.Equal("a  b c [31md e f g h i j k l m", scrubbed);
    }

    [Fact]
    public void A_text_has_a_bounded_length()
    {
        Assert.Equal(2001, Redaction.Scrub(new string('x', 1_000_000)).Length);
        Assert.EndsWith("…", Redaction.OneLine(new string('x', 2001)), StringComparison.Ordinal);
        Assert.Equal(2000, Redaction.OneLine(new string('x', 2000)).Length);
    }

    [Fact]
    public void A_secret_across_the_place_where_a_text_is_cut_leaves_no_half()
    {
        const string secret = "0123456789-0123456789-0123456789";
        foreach (int before in new[] { 1990, 2000, 3990, 3999, 4000 })
        {
            string scrubbed = Redaction.Scrub(new string(' ', before) + secret, new Secret(secret));
            Assert.DoesNotContain("0123", scrubbed, StringComparison.Ordinal);
            Assert.DoesNotContain(
                "0123", Redaction.Scrub(new string(' ', before) + "ntn_" + secret), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_cut_does_not_break_a_character_in_two()
    {
        string cut = Redaction.OneLine(new string('x', 1999) + "🦊🦊");
        Assert.False(cut.Any(char.IsSurrogate) && !cut.Contains("🦊", StringComparison.Ordinal),
            "Half of a character is left.");
    }

    [Theory]
    [InlineData("a\U000e0041b", "a b")]
    [InlineData("a\u202eb", "a b")]
    [InlineData("👨\u200d👩", "👨\u200d👩")]
    [InlineData("a\u200db", "a b")]
    public void What_is_invisible_is_a_blank_where_it_joins_nothing(string text, string expected) =>
        Assert.Equal(expected, Redaction.OneLine(text));

    [Fact]
    public void Hostile_text_takes_no_time()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        foreach (string part in new[] { " ", "\t\n", "= ", "\"", "a", "token=", "Bearer ", "ntn_", "code:\"",
            "access_token \t\r\n ", "_", "secret_secret_", "\"'" })
            _ = Redaction.Scrub(string.Concat(Enumerable.Repeat(part, 200_000)));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TestNotion.Soon);
    }

    [Fact]
    public void Blanks_take_no_more_time_than_other_characters()
    {
        // Four thousand blanks cost millions of steps where each of them looks back over all before it.
        TimeSpan letters = Fastest(new string('x', 4000)), blanks = Fastest(new string(' ', 4000));
        Assert.True(blanks < letters * 50 + TimeSpan.FromMilliseconds(5),
            $"Blanks take {blanks.TotalMilliseconds} ms, letters {letters.TotalMilliseconds} ms.");

        static TimeSpan Fastest(string text) => Enumerable.Range(0, 20).Min(n =>
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            _ = Redaction.Scrub(text);
            return clock.Elapsed;
        });
    }

    [Theory]
    [InlineData("Acme\u034f", "Acme")]
    [InlineData("A\ufe0fcme", "Acme")]
    [InlineData("Ac\ufe00me", "Acme")]
    [InlineData("Acme\U000E0100", "Acme")]
    [InlineData("Acme\u3164", "Acme ")]
    [InlineData("Ac\u115f\u1160\uffa0me", "Ac   me")]
    [InlineData("\u2764\ufe0f Acme 1\ufe0f\u20e3", "\u2764\ufe0f Acme 1\ufe0f\u20e3")]
    public void What_nobody_sees_makes_no_second_name_that_looks_the_same(string text, string expected) =>
        Assert.Equal(expected, Redaction.OneLine(text));

    // Not data of the theory: an attribute's text can't hold half a character.
    [Fact]
    public void Half_a_character_shows_as_none() => Assert.Equal("Ac\ufffdme\ufffd", Redaction.OneLine(
        "Ac\ud800me\udc00"));

    [Fact]
    public void Nothing_is_empty() =>
        Assert.Equal(string.Empty, Redaction.Scrub(null) + Redaction.OneLine(null) + Redaction.Scrub(string.Empty));
}
