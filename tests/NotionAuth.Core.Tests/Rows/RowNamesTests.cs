using System;
using System.Collections.Generic;
using System.Linq;
using NotionAuth.Core.Common;
using NotionAuth.Core.Rows;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Rows;

public sealed class RowNamesTests
{
    private static readonly string Page = Guid.NewGuid().ToString();

    [Theory]
    [InlineData("Name", "Name")]
    [InlineData("name", "name")]
    [InlineData("name (2)", "name")]
    [InlineData("NAME (2)", "name")]
    [InlineData("MAIL", "Mail")]
    [InlineData("id", "id")]
    [InlineData("Id (2)", "id")]
    [InlineData("psobject (2)", "psobject")]
    [InlineData("Mails", null)]
    public void A_column_is_found_by_Notions_name_by_the_rows_and_in_any_case(string name, string? column) =>
        Assert.Equal(column, NamesOf("Name", "name", "Mail", "id", "psobject").Find(name)?.Name);

    [Fact]
    public void The_id_and_the_address_of_a_page_are_left_out()
    {
        RowNames names = NamesOf("Name");
        Assert.Equal("Name=a", Columns(names, ("Id", Page), ("Url", "https://app.notion.com/p/x"), ("Name", "a")));
        Assert.Equal("Name=a", Columns(names, ("Id", null), ("Url", ""), ("Name", "a")));
        var error = Assert.Throws<NotionAuthException>(() => Columns(names, ("Id", "4711"), ("Name", "a")));
        Assert.Equal(ErrorIds.PropertyNotFound, error.ErrorId);
    }

    [Fact]
    public void A_column_of_that_name_counts_unless_the_row_has_it_under_its_other_name()
    {
        RowNames names = NamesOf("Id", "Url");
        Assert.Equal("Id=4711,Url=x", Columns(names, ("Id", "4711"), ("Url", "x")));
        Assert.Equal(
            "Id=4711,Url=x", Columns(names, ("Id", Page), ("Url", "https://x"), ("Id (2)", "4711"), ("Url (2)", "x")));
    }

    [Fact]
    public void An_unknown_name_is_told_with_those_that_are_there_and_the_likely_one()
    {
        var error = Assert.Throws<NotionAuthException>(() => Columns(NamesOf("Name", "Points"), ("Ponits", "1")));
        Assert.Equal(ErrorIds.PropertyNotFound, error.ErrorId);
        Assert.Contains("'Ponits'. The columns are: 'Name', 'Points'.", error.Message);
        Assert.Equal("Did you mean 'Points'?", error.RecommendedAction);
        error = Assert.Throws<NotionAuthException>(() => Columns(NamesOf("Name"), ("Something", "1")));
        Assert.DoesNotContain("Did you mean", error.RecommendedAction);
    }

    [Fact]
    public void A_column_that_stands_twice_is_an_error()
    {
        var error = Assert.Throws<NotionAuthException>(
            () => Columns(NamesOf("Name", "name"), ("name", "1"), ("name (2)", "2")));
        Assert.Equal(ErrorIds.PropertyValueInvalid, error.ErrorId);
        Assert.Contains("stands twice", error.Message);
    }

    private static string Columns(RowNames names, params (string Name, object? Value)[] row) => string.Join(
        ',', names.ColumnsOf([.. row.Select(v => new KeyValuePair<string, object?>(v.Name, v.Value))])
            .Select(c => $"{c.Key.Name}={c.Value}"));

    private static RowNames NamesOf(params string[] names)
    {
        string columns = string.Join(',', names.Select((n, i) => $"\"{n}\":{{\"id\":\"{i}\",\"type\":\"url\"}}"));
        return new RowNames(new RowSchema("data_sources/x", TestNotion.Json($"{{{columns}}}")), ["psobject"]);
    }
}
