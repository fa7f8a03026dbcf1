using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Rows;
using Xunit;
using static NotionAuth.Core.Tests.Rows.RowRun;

namespace NotionAuth.Core.Tests.Rows;

public sealed class RowWriterTests
{
    [Fact]
    public async Task A_row_is_created_with_values_of_every_type()
    {
        await using RowRun run = await RowRun.StartAsync();
        string ada = run.Notion.Fake.DefaultWorkspace.Users[0].Email;
        JsonElement page = await run.WriteOneAsync(
            ("Name", "New"), ("text", "a b"), ("Mail", "a@b.c"), ("Site", "https://x.y"), ("Phone", "+1 2"),
            ("Number", "1.5"), ("Done", "yes"), ("Kind", "B"), ("State", "Done"), ("Tags", "x, z"),
            ("Day", "2026-11-26/2026-11-28"), ("Who", ada.ToUpperInvariant()), ("Docs", "https://x.y/a.png"),
            ("Tasks", "Task 2"));
        Assert.Equal(run.Source, page.GetProperty("parent").GetProperty("data_source_id").GetString());
        Assert.Equal(
            ["New", "a b", "a@b.c", "https://x.y", "+1 2", "1.5", "true", "B", "Done", "x, z", "2026-11-26/2026-11-28",
                "Ada Lovelace", "https://x.y/a.png", "PRE-1"],
            new[] { "Name", "Text", "Mail", "Site", "Phone", "Number", "Done", "Kind", "State", "Tags", "Day", "Who",
                "Docs", "No" }.Select(c => Shown(page, c)));
        JsonElement task = await run.SendAsync("GET", $"pages/{Shown(page, "Tasks")}");
        Assert.Equal("Task 2", Shown(task, "Name"));
    }

    [Fact]
    public async Task With_a_key_a_row_that_is_there_is_changed_where_it_differs_and_one_that_is_not_is_created()
    {
        await using RowRun run = await RowRun.StartAsync();
        await run.WriteOneAsync(("Name", "A"), ("Number", "1"), ("Kind", "A"));
        run.Notion.Fake.ClearRequests();
        using RowWriter writer = await run.OpenAsync();
        JsonElement?[] pages = await WriteAsync(
            writer, Row(1, ("name", "A"), ("Number", "2"), ("Kind", "A")), Row(2, ("Name", "B"), ("Number", "2")));
        Assert.Equal(
            [$"POST /v1/data_sources/{run.Source}/query",
                $"PATCH /v1/pages/{pages[0]!.Value.GetProperty("id").GetString()}", "POST /v1/pages"],
            run.Sent());
        Assert.Equal("""{"properties":{"Number":{"number":2}}}""", run.Notion.Fake.Requests[1].Body);
        Assert.Equal(["2", "2"], pages.Select(p => Shown(p!.Value, "Number")));
    }

    [Fact]
    public async Task A_row_that_needs_no_change_sends_nothing_and_is_its_page()
    {
        await using RowRun run = await RowRun.StartAsync();
        JsonElement made = await run.WriteOneAsync(("Name", "A"), ("Number", "1"), ("Tags", "y, x"), ("Done", "no"));
        run.Notion.Fake.ClearRequests();
        JsonElement page = await run.WriteOneAsync(
            ("Name", "A"), ("Number", "1.0"), ("Tags", "x,y"), ("Done", "0"), ("Mail", ""), ("Day", null));
        Assert.Equal(made.GetProperty("id").GetString(), page.GetProperty("id").GetString());
        Assert.Equal([$"POST /v1/data_sources/{run.Source}/query"], run.Sent());
    }

    [Fact]
    public async Task Null_leaves_a_column_and_an_empty_text_clears_it()
    {
        await using RowRun run = await RowRun.StartAsync();
        string[] columns = ["Text", "Mail", "Number", "Done", "Kind", "State", "Tags", "Day", "Who", "Docs", "Tasks"];
        object[] values = ["a", "a@b.c", "1", true, "A", "Done", "x", "2026-01-01",
            run.Notion.Fake.DefaultWorkspace.Users[0].Id.ToString(), "https://x.y/a", "Task 1"];
        await run.WriteOneAsync([("Name", "A"), .. columns.Zip(values, (c, v) => (c, (object?)v))]);
        Assert.True((await run.PlanAsync([("Name", "A"), .. columns.Select(c => (c, (object?)null))])).IsLeft);
        JsonElement page = await run.WriteOneAsync([("Name", "A"), .. columns.Select(c => (c, (object?)""))]);
        Assert.All(columns, c => Assert.Equal(c == "Done" ? "false" : "", Shown(page, c)));
    }

    [Fact]
    public async Task A_new_row_leaves_out_what_is_empty()
    {
        await using RowRun run = await RowRun.StartAsync();
        await run.WriteOneAsync(("Name", "A"), ("Text", ""), ("Number", null), ("Done", "no"));
        Assert.EndsWith(
            "\"properties\":{\"Name\":{\"title\":[{\"type\":\"text\",\"text\":{\"content\":\"A\"}}]}}}",
            Assert.Single(run.Writes()).Body);
    }

    [Fact]
    public async Task What_Notion_computes_is_left_out_and_named()
    {
        await using RowRun run = await RowRun.StartAsync();
        using RowWriter writer = await run.OpenAsync();
        await WriteAsync(writer, Row(1, ("Name", "A"), ("No", "PRE-9"), ("Made", "2020-01-01"), ("Sum", null)));
        Assert.Equal(["Made", "No"], writer.Computed);
        Assert.DoesNotContain("PRE", Assert.Single(run.Writes()).Body);
    }

    [Fact]
    public async Task A_text_with_the_same_words_keeps_its_form()
    {
        await using RowRun run = await RowRun.StartAsync();
        await run.SendAsync("POST", "pages", $$$$$"""
            {"parent":{"type":"data_source_id","data_source_id":"{{{{{run.Source}}}}}"},"properties":{
            "Name":{"title":[{"text":{"content":"A"}}]},
            "Text":{"rich_text":[{"text":{"content":"one "}},{"text":{"content":"two"},"annotations":{"bold":true}}]},
            "Docs":{"files":[{"name":"a","type":"file","file":{"url":"https://s3/a?sign=1","expiry_time":"2026"}}]}}}
            """);
        Assert.True((await run.PlanAsync(("Name", "A"), ("Text", "one two"), ("Docs", "https://s3/a?sign=2"))).IsLeft);
    }

    [Fact]
    public async Task Related_pages_that_a_page_shows_cut_are_compared_to_the_last()
    {
        await using RowRun run = await RowRun.StartAsync(rows: 30);
        string[] titles = [.. Enumerable.Range(1, 30).Select(i => $"Task {i}")];
        await run.WriteOneAsync(("Name", "A"), ("Tasks", new RowList(titles)));
        run.Notion.Fake.ClearRequests();
        Assert.True((await run.PlanAsync(("Name", "A"), ("Tasks", new RowList([.. titles.Reverse()])))).IsLeft);
        Assert.Contains(run.Sent(), r => r.Contains("/properties/"));
        Assert.False((await run.PlanAsync(("Name", "A"), ("Tasks", new RowList(titles[..29])))).IsLeft);
    }

    [Fact]
    public async Task A_row_that_fails_does_not_stop_the_others_and_names_itself_and_its_column()
    {
        await using RowRun run = await RowRun.StartAsync();
        using RowWriter writer = await run.OpenAsync();
        IReadOnlyList<RowPlan> plans = await writer.PlanAsync(
            [Row(1, ("Name", "A"), ("Number", "x")), Row(2, ("Name", "B")), Row(3, ("Nmae", "C"))], default);
        Assert.Equal(
            [ErrorIds.PropertyValueInvalid, null, ErrorIds.PropertyNotFound], plans.Select(p => p.Error?.ErrorId));
        Assert.StartsWith(
            "Row 1 (Name 'A'): The column 'Number' (number) can't have the value 'x'", plans[0].Error!.Message);
        Assert.StartsWith("Row 3: There is no column 'Nmae'.", plans[2].Error!.Message);
        Assert.Equal("Create with Name", plans[1].Action);
    }

    [Fact]
    public async Task A_plan_says_what_is_done()
    {
        await using RowRun run = await RowRun.StartAsync();
        await run.WriteOneAsync(("Name", "A"), ("Number", "1"));
        RowPlan plan = await run.PlanAsync(("Name", "A"), ("Number", "2"), ("Kind", "A"), ("Done", false));
        Assert.Equal(("Row 1 (Name 'A')", "Change Number, Kind"), (plan.Label, plan.Action));
        Assert.Equal("Leave as it is", (await run.PlanAsync(("Name", "A"), ("Number", "1"))).Action);
    }

    [Fact]
    public async Task A_thousand_rows_of_every_column_type_go_out_and_back_in_without_a_write()
    {
        await using RowRun run = await RowRun.StartAsync();
        string[] people = [.. run.Notion.Fake.DefaultWorkspace.Users.Select(u => u.Email)];
        using (RowWriter writer = await run.OpenAsync(key: null))
            await WriteAsync(writer, [.. Enumerable.Range(1, 1000).Select(i => Row(
                i, ("Name", $"Row {i}"), ("Text", i % 5 == 0 ? new string('t', 2500) : $"text, {i}"),
                ("Mail", $"m{i}@example.com"), ("Site", $"https://example.com/?a={i}"), ("Phone", $"+{i}"),
                ("Number", $"{i}.25"), ("Done", i % 2 == 0), ("Kind", i % 3 == 0 ? "" : "A"), ("State", "Done"),
                ("Tags", i % 4 == 0 ? "" : "y, x"),
                ("Day", i % 2 == 0 ? "2026-11-26T14:00+01:00" : "2026-11-26/2026-11-27"),
                ("Who", people[i % people.Length]), ("Docs", $"https://example.com/{i}.png"),
                ("Tasks", "Task 1, Task 2")))]);
        List<InputRow> rows = await RowsAsync(run);
        Assert.Equal(1000, rows.Count);
        Assert.Equal(23, rows[0].Values.Count);
        run.Notion.Fake.ClearRequests();
        foreach (List<InputRow> some in new[] { rows, [.. rows.Select(AsCsv)] })
            for (int i = 0; i < rows.Count; i += RowWriter.Together)
            {
                using RowWriter each = await run.OpenAsync();
                IReadOnlyList<RowPlan> plans = await each.PlanAsync(some.GetRange(i, RowWriter.Together), default);
                Assert.All(plans, p => Assert.True(p.IsLeft, p.Error?.Message ?? $"{p.Label}: {p.Action}"));
            }

        Assert.Equal(20, run.Notion.Fake.Requests.Count);
        Assert.All(run.Sent(), r => Assert.Equal($"POST /v1/data_sources/{run.Source}/query", r));
    }

    private static InputRow AsCsv(InputRow row) =>
        new(row.Number, [.. row.Values.Select(v => KeyValuePair.Create(v.Key, (object?)CellText.Of(v.Value)))]);

    private static async Task<List<InputRow>> RowsAsync(RowRun run)
    {
        var request = new NotionRequest
        {
            Path = $"data_sources/{run.Source}/query",
            Method = System.Net.Http.HttpMethod.Post,
        };
        NotionClient client = run.Notion.Client();
        var reader = new RowReader(client, request, ["psobject"]);
        var rows = new List<InputRow>();
        await foreach (var page in NotionAuth.Core.Api.Lists.Paginator.PagesAsync(client, request, null, default))
            foreach (ReadOnlyMemory<byte> item in page.Items)
                rows.Add(new InputRow(rows.Count + 1, (await reader.ReadAsync(item, default))!.Columns));
        return rows;
    }
}
