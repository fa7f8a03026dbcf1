using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Rows;
using Xunit;
using static NotionAuth.Core.Tests.Rows.RowRun;

namespace NotionAuth.Core.Tests.Rows;

public sealed class RowKeysTests
{
    [Fact]
    public async Task The_keys_of_many_rows_are_looked_up_in_as_few_queries_as_there_can_be()
    {
        await using RowRun run = await RowRun.StartAsync();
        using RowWriter writer = await run.OpenAsync();
        run.Notion.Fake.ClearRequests();
        IReadOnlyList<RowPlan> plans = await writer.PlanAsync(
            [.. Enumerable.Range(1, 250).Select(i => Row(i, ("Name", $"N{i}")))], default);
        Assert.All(plans, p => Assert.Equal("Create with Name", p.Action));
        Assert.Equal(Enumerable.Repeat($"POST /v1/data_sources/{run.Source}/query", 3), run.Sent());
    }

    [Fact]
    public async Task The_same_key_twice_in_the_input_is_an_error_for_the_second()
    {
        await using RowRun run = await RowRun.StartAsync();
        using RowWriter writer = await run.OpenAsync(key: "Number");
        await writer.PlanAsync([Row(1, ("Name", "A"), ("Number", "1"))], default);
        IReadOnlyList<RowPlan> plans = await writer.PlanAsync(
            [Row(2, ("Number", "2")), Row(3, ("Number", "1.0")), Row(4, ("Number", "2"))], default);
        Assert.Equal([null, ErrorIds.KeyNotUnique, ErrorIds.KeyNotUnique], plans.Select(p => p.Error?.ErrorId));
        Assert.StartsWith("Row 3 (Number '1.0'): A row before it", plans[1].Error!.Message);
    }

    [Fact]
    public async Task Several_rows_with_a_key_are_an_error_that_names_them_and_nothing_is_changed()
    {
        await using RowRun run = await RowRun.StartAsync();
        using (RowWriter each = await run.OpenAsync(key: null))
            await WriteAsync(each, Row(1, ("Name", "A")), Row(2, ("Name", "A")), Row(3, ("Name", "a")));
        RowPlan plan = await run.PlanAsync(("Name", "A"), ("Number", "1"));
        Assert.Equal(ErrorIds.KeyNotUnique, plan.Error?.ErrorId);
        Assert.Contains("2 rows of the data source have this key: ", plan.Error!.Message);
        Assert.Null((await run.PlanAsync(("Name", "a"), ("Number", "1"))).Error);
    }

    [Theory]
    [InlineData("Name", "A")]
    [InlineData("Text", "some text")]
    [InlineData("Mail", "a@b.c")]
    [InlineData("Site", "https://x.y")]
    [InlineData("Phone", "+1")]
    [InlineData("Number", "1.50")]
    [InlineData("Kind", "A")]
    [InlineData("State", "Done")]
    [InlineData("No", "PRE-1")]
    [InlineData("No", "1")]
    public async Task A_key_is_a_column_of_a_type_by_which_Notion_finds_rows(string key, string value)
    {
        await using RowRun run = await RowRun.StartAsync();
        await run.WriteOneAsync(
            ("Name", "A"), ("Text", "some text"), ("Mail", "a@b.c"), ("Site", "https://x.y"), ("Phone", "+1"),
            ("Number", "1.5"), ("Kind", "A"), ("State", "Done"));
        using RowWriter writer = await run.OpenAsync(key);
        IReadOnlyList<RowPlan> plans = await writer.PlanAsync([Row(1, (key, value), ("Done", "yes"))], default);
        Assert.Equal("Change Done", Assert.Single(plans).Action);
    }

    [Theory]
    [InlineData("Tags", ErrorIds.PropertyValueInvalid, "can't be a key")]
    [InlineData("Sum", ErrorIds.PropertyValueInvalid, "can't be a key")]
    [InlineData("Mial", ErrorIds.PropertyNotFound, "There is no column 'Mial'")]
    public async Task A_column_that_cannot_be_a_key_is_an_error_before_any_row(string key, string id, string says)
    {
        await using RowRun run = await RowRun.StartAsync();
        var error = await Assert.ThrowsAsync<NotionAuthException>(() => run.OpenAsync(key));
        Assert.Equal(id, error.ErrorId);
        Assert.Contains(says, error.Message);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public async Task A_row_without_its_key_is_an_error(string? key)
    {
        await using RowRun run = await RowRun.StartAsync();
        RowPlan plan = await run.PlanAsync(("Name", key), ("Number", "1"));
        Assert.Equal(ErrorIds.PropertyValueInvalid, plan.Error?.ErrorId);
        Assert.Contains("The column 'Name' (title) is the key, and the row has no value for it", plan.Error!.Message);
    }
}
