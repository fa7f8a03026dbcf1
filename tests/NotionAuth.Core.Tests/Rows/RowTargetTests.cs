using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Rows;
using NotionAuth.FakeNotion.Control;
using Xunit;
using static NotionAuth.Core.Tests.Rows.RowRun;

namespace NotionAuth.Core.Tests.Rows;

public sealed class RowTargetTests
{
    [Theory]
    [InlineData("{0}")]
    [InlineData("data_sources/{0}")]
    [InlineData("{1}")]
    [InlineData("databases/{1}")]
    [InlineData("pages/{1}")]
    public async Task A_data_source_is_its_id_or_that_of_its_database_and_is_read_once(string form)
    {
        await using RowRun run = await RowRun.StartAsync();
        string text = string.Format(null, form, run.Source, run.Database);
        using (RowWriter first = await run.OpenAsync(source: text))
            await WriteAsync(first, Row(1, ("Name", "A")));
        run.Notion.Fake.ClearRequests();
        using RowWriter second = await run.OpenAsync(source: text);
        await WriteAsync(second, Row(1, ("Name", "B")));
        Assert.Equal([$"POST /v1/data_sources/{run.Source}/query", "POST /v1/pages"], run.Sent());
    }

    [Fact]
    public async Task A_version_without_data_sources_writes_to_the_database()
    {
        await using RowRun run = await RowRun.StartAsync();
        using RowWriter writer = await run.OpenAsync(source: run.Database, version: "2022-06-28");
        await WriteAsync(writer, Row(1, ("Name", "A")));
        Assert.Equal(
            [$"GET /v1/databases/{run.Database}", $"POST /v1/databases/{run.Database}/query", "POST /v1/pages"],
            run.Sent());
    }

    [Fact]
    public async Task What_is_no_data_source_is_an_error()
    {
        await using RowRun run = await RowRun.StartAsync();
        var error = await Assert.ThrowsAsync<NotionAuthException>(() => run.OpenAsync(source: "Inventory"));
        Assert.Equal(ErrorIds.InvalidPath, error.ErrorId);
        Assert.Empty(run.Notion.Fake.Requests);
        error = await Assert.ThrowsAsync<NotionApiException>(() => run.OpenAsync(source: Guid.NewGuid().ToString()));
        Assert.Equal("ObjectNotFound", error.ErrorId);
        await run.SendAsync("POST", "data_sources", $$$"""
            {"parent":{"type":"database_id","database_id":"{{{run.Database}}}"},"properties":{"N":{"title":{} } },
            "title":[{"text":{"content":"Second"} }]}
            """);
        error = await Assert.ThrowsAsync<NotionAuthException>(() => run.OpenAsync(source: run.Database));
        Assert.Equal(ErrorIds.SeveralDataSources, error.ErrorId);
        Assert.Contains(run.Source, error.Message);
    }

    [Fact]
    public async Task A_column_that_is_new_since_the_schema_was_read_is_found()
    {
        await using RowRun run = await RowRun.StartAsync();
        await run.WriteOneAsync(("Name", "A"));
        await AddColumnAsync(run, "Load", "number");
        run.Notion.Fake.ClearRequests();
        Assert.Equal("3", Shown(await run.WriteOneAsync(("Name", "A"), ("Load", "3")), "Load"));
        Assert.Equal(1, run.Notion.Fake.CountRequests($"/v1/data_sources/{run.Source}", "GET"));
    }

    [Fact]
    public async Task A_name_that_stays_unknown_is_asked_for_once_more_and_not_for_each_row()
    {
        await using RowRun run = await RowRun.StartAsync();
        await run.WriteOneAsync(("Name", "A"));
        run.Notion.Fake.ClearRequests();
        using RowWriter writer = await run.OpenAsync();
        IReadOnlyList<RowPlan> plans = await writer.PlanAsync(
            [.. Enumerable.Range(1, 5).Select(i => Row(i, ("Name", $"{i}"), ("Lod", "1")))], default);
        Assert.All(plans, p => Assert.Equal(ErrorIds.PropertyNotFound, p.Error?.ErrorId));
        Assert.Equal([$"GET /v1/data_sources/{run.Source}"], run.Sent());
    }

    [Fact]
    public async Task When_Notion_refuses_a_value_the_schema_is_read_again_and_the_row_is_written_by_it()
    {
        await using RowRun run = await RowRun.StartAsync();
        await AddColumnAsync(run, "Load", "rich_text");
        using RowWriter writer = await run.OpenAsync();
        IReadOnlyList<RowPlan> plans = await writer.PlanAsync(
            [Row(1, ("Name", "A"), ("Load", "3")), Row(2, ("Name", "B"), ("Load", "x"))], default);
        await AddColumnAsync(run, "Load", "number");
        Assert.Equal("3", Shown(await CarryOutAsync(writer, plans[0]), "Load"));
        var error = await Assert.ThrowsAsync<NotionAuthException>(() => CarryOutAsync(writer, plans[1]));
        Assert.Equal(ErrorIds.PropertyValueInvalid, error.ErrorId);
        Assert.Contains("Row 2 (Name 'B'): The column 'Load' (number)", error.Message);
    }

    [Fact]
    public async Task What_Notion_refuses_under_the_same_schema_is_its_error_with_the_row_in_it()
    {
        await using RowRun run = await RowRun.StartAsync();
        using RowWriter writer = await run.OpenAsync();
        IReadOnlyList<RowPlan> plans = await writer.PlanAsync(
            [Row(1, ("Name", "A")), Row(2, ("Name", "B"))], default);
        run.Notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.Status,
            PathPattern = "/v1/pages",
            Status = 400,
            Code = "validation_error",
            Message = "Nope.",
            Times = 2,
        });
        run.Notion.Fake.ClearRequests();
        foreach (RowPlan plan in plans)
        {
            var error = await Assert.ThrowsAsync<NotionApiException>(() => CarryOutAsync(writer, plan));
            Assert.StartsWith($"{plan.Label}: Notion answered 400 validation_error: Nope.", error.Message);
        }

        Assert.Equal(["POST /v1/pages", $"GET /v1/data_sources/{run.Source}", "POST /v1/pages"], run.Sent());
    }

    private static async Task<JsonElement> CarryOutAsync(RowWriter writer, RowPlan plan)
    {
        await foreach (ReplyPiece piece in writer.WriteAsync(plan, default))
            return JsonDocument.Parse(piece.Values[0]).RootElement;
        throw new InvalidOperationException("No page.");
    }

    private static Task<JsonElement> AddColumnAsync(RowRun run, string name, string type) => run.SendAsync(
        "PATCH", $"data_sources/{run.Source}", $"{{\"properties\":{{\"{name}\":{{\"{type}\":{{}}}}}}}}");
}
