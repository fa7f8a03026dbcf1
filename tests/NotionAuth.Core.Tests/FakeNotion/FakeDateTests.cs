using System;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

public sealed class FakeDateTests
{
    [Theory]
    [InlineData("""{"start":"2026-03-01"}""", "2026-03-01", null)]
    [InlineData("""{"start":"2026-03-01","end":"2026-03-01"}""", "2026-03-01", "2026-03-01")]
    [InlineData("""{"start":"2026-03-01T09:30:00+01:00"}""", "2026-03-01T09:30:00.000+01:00", null)]
    [InlineData("""{"start":"2026-03-01T09:30:00Z"}""", "2026-03-01T09:30:00.000+00:00", null)]
    [InlineData("""{"start":"2026-03-01T09:30"}""", "2026-03-01T09:30:00.000+00:00", null)]
    [InlineData(
        """{"start":"2026-03-01T09:30:00","end":"2026-07-01T09:30:00","time_zone":"Europe/Berlin"}""",
        "2026-03-01T09:30:00.000+01:00", "2026-07-01T09:30:00.000+02:00")]
    public async Task A_date_comes_back_with_its_offset_and_without_a_time_zone(
        string date, string start, string? end)
    {
        await using var fake = await FakeClient.StartAsync();
        var due = (await CreateAsync(fake, date)).Ok()["properties"]!["Due"]!["date"]!.AsObject();
        Assert.Equal((start, end), ((string?)due["start"], (string?)due["end"]));
        Assert.True(due.ContainsKey("time_zone"));
        Assert.Null(due["time_zone"]);
    }

    [Theory]
    [InlineData("""{"start":"01.03.2026"}""")]
    [InlineData("""{"start":"03/01/2026"}""")]
    [InlineData("""{"start":"March 1, 2026"}""")]
    [InlineData("""{"start":"2026-02-30"}""")]
    [InlineData("""{"start":"2026-03-01","end":"tomorrow"}""")]
    [InlineData("""{"start":"2026-03-02","end":"2026-03-01"}""")]
    [InlineData("""{"end":"2026-03-01"}""")]
    [InlineData("""{"start":"2026-03-01","time_zone":"Europe/Berlin"}""")]
    [InlineData("""{"start":"2026-03-01T09:30:00+01:00","time_zone":"Europe/Berlin"}""")]
    [InlineData("""{"start":"2026-03-01T09:30:00Z","time_zone":"Europe/Berlin"}""")]
    [InlineData("""{"start":"2026-03-01T09:30:00","end":"2026-03-02","time_zone":"Europe/Berlin"}""")]
    [InlineData("""{"start":"2026-03-01T09:30:00","time_zone":"Middle/Earth"}""")]
    [InlineData(""" "2026-03-01" """)]
    public async Task A_date_that_Notion_does_not_take_is_refused(string date)
    {
        await using var fake = await FakeClient.StartAsync();
        var answer = await CreateAsync(fake, date);
        Assert.Equal((400, "validation_error"), (answer.Status, answer.Code));
        Assert.Contains("Due.date", (string?)answer.Json["message"], StringComparison.Ordinal);
    }

    private static Task<Answer> CreateAsync(FakeClient fake, string date)
    {
        var body = new JsonObject
        {
            ["parent"] = new JsonObject { ["data_source_id"] = fake.Sample.DataSourceId.ToString() },
            ["properties"] = new JsonObject { ["Due"] = new JsonObject { ["date"] = JsonNode.Parse(date) } },
        };
        return fake.ApiAsync("POST", "v1/pages", body.ToJsonString());
    }
}
