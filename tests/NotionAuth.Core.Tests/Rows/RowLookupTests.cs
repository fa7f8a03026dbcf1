using System.Linq;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Rows;
using NotionAuth.FakeNotion.Control;
using Xunit;
using static NotionAuth.Core.Tests.Rows.RowRun;

namespace NotionAuth.Core.Tests.Rows;

public sealed class RowLookupTests
{
    [Fact]
    public async Task People_are_found_by_address_name_and_id_and_are_read_once()
    {
        await using RowRun run = await RowRun.StartAsync();
        var people = run.Notion.Fake.DefaultWorkspace.Users;
        using RowWriter writer = await run.OpenAsync(key: null);
        var pages = await WriteAsync(
            writer, Row(1, ("Who", $"{people[0].Email}, {people[1].Name}")), Row(2, ("Who", people[2].Id.ToString())),
            Row(3, ("Who", people[3].Email)));
        Assert.Equal(
            [$"{people[0].Name}, {people[1].Name}", people[2].Name, people[3].Name],
            pages.Select(p => Shown(p!.Value, "Who")));
        Assert.Equal(1, run.Notion.Fake.CountRequests("/v1/users"));
    }

    [Theory]
    [InlineData("Who", "nobody@example.com", "which is no person: it takes e-mail addresses")]
    [InlineData("Who", "Twin", "which is 2 people: it takes e-mail addresses")]
    [InlineData("Tasks", "Task 99", "which is the title of no related page: it takes ids, links or exact titles")]
    [InlineData("Tasks", "task 1", "which is the title of no related page")]
    public async Task What_is_not_there_or_not_one_is_an_error(string column, string value, string says)
    {
        await using RowRun run = await RowRun.StartAsync();
        run.Notion.Fake.DefaultWorkspace.AddUser("Twin", "one@example.com");
        run.Notion.Fake.DefaultWorkspace.AddUser("Twin", "two@example.com");
        RowPlan plan = await run.PlanAsync(("Name", "A"), (column, value));
        Assert.Equal(ErrorIds.PropertyValueInvalid, plan.Error?.ErrorId);
        Assert.Contains(says, plan.Error!.Message);
    }

    [Fact]
    public async Task Related_pages_that_cannot_be_read_are_the_error_of_the_rows_that_name_one_and_asked_for_once()
    {
        await using RowRun run = await RowRun.StartAsync();
        using RowWriter writer = await run.OpenAsync(key: null);
        run.Notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.Status,
            PathPattern = $"/v1/data_sources/{run.Sample.DataSourceId}/query",
            Status = 404,
            Code = "object_not_found",
            Message = "Not shared.",
            Times = null,
        });
        run.Notion.Fake.ClearRequests();
        var plans = await writer.PlanAsync(
            [Row(1, ("Tasks", "Task 1")), Row(2, ("Name", "B")), Row(3, ("Tasks", "Task 2"))], default);
        Assert.Equal(["ObjectNotFound", null, "ObjectNotFound"], plans.Select(p => p.Error?.ErrorId));
        Assert.StartsWith("Row 3: Notion answered 404", plans[2].Error!.Message);
        Assert.Single(run.Sent());
    }

    [Fact]
    public async Task Titles_of_many_rows_are_looked_up_in_one_query()
    {
        await using RowRun run = await RowRun.StartAsync(rows: 60);
        using RowWriter writer = await run.OpenAsync(key: null);
        run.Notion.Fake.ClearRequests();
        var plans = await writer.PlanAsync(
            [.. Enumerable.Range(1, 40).Select(i => Row(i, ("Tasks", $"Task {i}, Task {i + 1}")))], default);
        Assert.All(plans, p => Assert.Null(p.Error));
        Assert.Equal($"POST /v1/data_sources/{run.Sample.DataSourceId}/query", Assert.Single(run.Sent()));
    }

    [Fact]
    public async Task A_title_with_a_comma_is_one_title_where_there_is_such_a_page_and_two_pages_of_one_are_an_error()
    {
        await using RowRun run = await RowRun.StartAsync();
        using (RowWriter tasks = await run.OpenAsync(key: null, source: run.Sample.DataSourceId.ToString()))
            await WriteAsync(
                tasks, Row(1, ("Name", "This, that")), Row(2, ("Name", "Two")), Row(3, ("Name", "Two")));
        async Task<string?> ErrorOfAsync(string titles) =>
            (await run.PlanAsync(("Name", "A"), ("Tasks", titles))).Error?.Message;
        Assert.Null(await ErrorOfAsync("This, that"));
        Assert.Null(await ErrorOfAsync("Task 1, Task 2"));
        Assert.Contains("the title of 2 related pages", await ErrorOfAsync("Two"));
    }
}
