using NotionAuth.Core.Common;
using Xunit;

namespace NotionAuth.Core.Tests;

public sealed class CommandTextTests
{
    [Theory]
    [InlineData("Acme", "'Acme'")]
    [InlineData("Bob's", "'Bob''s'")]
    [InlineData("Bob\u2019s", "'Bob\u2019\u2019s'")]
    [InlineData("x\u2019; Remove-Item *; #\u2019", "'x\u2019\u2019; Remove-Item *; #\u2019\u2019'")]
    [InlineData("\u2018\u201a\u201b", "'\u2018\u2018\u201a\u201a\u201b\u201b'")]
    [InlineData("", "''")]
    public void Every_single_quote_that_PowerShell_knows_is_doubled(string text, string expected) =>
        Assert.Equal(expected, CommandText.Quoted(text));

    [Theory]
    [InlineData("Acme", "Acme")]
    [InlineData("pages/x-1", "pages/x-1")]
    [InlineData("-Force", "'-Force'")]
    [InlineData("\u2013Force", "'\u2013Force'")]
    [InlineData("Acme reports", "'Acme reports'")]
    [InlineData("$(x)", "'$(x)'")]
    [InlineData("", "''")]
    public void An_argument_has_quotes_where_it_needs_them(string text, string expected) =>
        Assert.Equal(expected, CommandText.Argument(text));

    [Theory]
    [InlineData("al", "al")]
    [InlineData("'al", "al")]
    [InlineData("'Bob''s", "Bob's")]
    [InlineData("\u2019Bob\u2019\u2019s\u2019", "Bob\u2019s")]
    [InlineData("\"al\"", "al")]
    [InlineData("'", "")]
    public void What_is_typed_is_read_without_its_quotes(string word, string expected) =>
        Assert.Equal(expected, CommandText.Unquoted(word));
}
