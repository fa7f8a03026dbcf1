using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Rows;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.Hosting;

namespace NotionAuth.Core.Tests.Rows;

/// <summary>A data source with a column of every type, and rows that are written to it.</summary>
internal sealed class RowRun : IAsyncDisposable
{
    private const string Columns =
        """
        "Name":{"title":{}},"Text":{"rich_text":{}},"Mail":{"email":{}},"Site":{"url":{}},"Phone":{"phone_number":{}},
        "Number":{"number":{}},"Done":{"checkbox":{}},"Kind":{"select":{"options":[{"name":"A"}]}},
        "State":{"status":{}},"Tags":{"multi_select":{"options":[{"name":"x"},{"name":"y"}]}},"Day":{"date":{}},
        "Who":{"people":{}},"Docs":{"files":{}},"No":{"unique_id":{"prefix":"PRE"}},"Sum":{"formula":{}},
        "Count":{"rollup":{}},"Made":{"created_time":{}},"Changed":{"last_edited_time":{}},"By":{"created_by":{}},
        "Editor":{"last_edited_by":{}}
        """;

    private static readonly NotionRequest Template = new() { Path = "pages" };

    private RowRun(TestNotion notion) => Notion = notion;

    public TestNotion Notion { get; }

    public string Source { get; private set; } = string.Empty;

    public string Database { get; private set; } = string.Empty;

    public Sample Sample => Notion.Fake.DefaultWorkspace.Sample;

    public static async Task<RowRun> StartAsync(int rows = 3)
    {
        var run = new RowRun(await TestNotion.StartAsync(seed: new SeedOptions { Rows = rows }));
        run.Notion.Fake.RateLimit = new RateLimit { Enabled = false };
        string relation = $"\"Tasks\":{{\"relation\":{{\"data_source_id\":\"{run.Sample.DataSourceId}\"}}}}";
        JsonElement database = await run.SendAsync("POST", "databases", $$$"""
            {"parent":{"type":"page_id","page_id":"{{{run.Sample.PageId}}}"},
            "initial_data_source":{"properties":{ {{{Columns}}},{{{relation}}} } } }
            """);
        run.Database = database.GetProperty("id").GetString()!;
        run.Source = database.GetProperty("data_sources")[0].GetProperty("id").GetString()!;
        run.Notion.Fake.ClearRequests();
        return run;
    }

    public static InputRow Row(int number, params (string Name, object? Value)[] values) =>
        new(number, [.. values.Select(v => new KeyValuePair<string, object?>(v.Name, v.Value))]);

    public Task<RowWriter> OpenAsync(string? key = "Name", string? source = null, string? version = null) =>
        RowWriter.OpenAsync(
            Notion.Client(), Template with { NotionVersion = version }, source ?? Source, key, ["psobject"], default);

    /// <summary>Plans and writes rows; a row that fails is null.</summary>
    public static async Task<JsonElement?[]> WriteAsync(RowWriter writer, params InputRow[] rows)
    {
        var pages = new List<JsonElement?>();
        foreach (RowPlan plan in await writer.PlanAsync(rows, default))
        {
            pages.Add(null);
            if (plan.Error is not null) continue;
            await foreach (ReplyPiece piece in writer.WriteAsync(plan, default))
                pages[^1] = TestNotion.Json(Encoding.UTF8.GetString(piece.Values[0].Span));
        }

        return [.. pages];
    }

    public async Task<JsonElement> WriteOneAsync(params (string Name, object? Value)[] values)
    {
        using RowWriter writer = await OpenAsync();
        return (await WriteAsync(writer, Row(1, values)))[0]!.Value;
    }

    /// <summary>The plan of one row by the key Name.</summary>
    public async Task<RowPlan> PlanAsync(params (string Name, object? Value)[] values)
    {
        using RowWriter writer = await OpenAsync();
        return (await writer.PlanAsync([Row(1, values)], default))[0];
    }

    public async Task<JsonElement> SendAsync(string method, string path, string? body = null)
    {
        NotionReply reply = await Notion.Client().SendAsync(
            new NotionRequest
            {
                Path = path,
                Method = new HttpMethod(method),
                Body = body is null ? null : Encoding.UTF8.GetBytes(body),
            },
            default);
        using JsonDocument document = reply.ParseJson();
        return document.RootElement.Clone();
    }

    /// <summary>The value of a column, as a row shows it.</summary>
    public static string Shown(JsonElement page, string column) =>
        CellText.Of(RowValue.Of(page.GetProperty("properties").GetProperty(column)));

    public IReadOnlyList<string> Sent() => [.. Notion.Fake.Requests.Select(r => $"{r.Method} {r.Path}")];

    public IReadOnlyList<RecordedRequest> Writes() => [.. Notion.Fake.Requests
        .Where(r => r.Method == "PATCH" || (r.Method == "POST" && r.Path == "/v1/pages"))];

    public ValueTask DisposeAsync() => Notion.DisposeAsync();
}
