using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Api.Events;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Hosting;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

/// <summary>Custom emojis, and streams that end before their session does.</summary>
public sealed class FakeExtrasTests
{
    [Fact]
    public async Task Custom_emojis_are_a_list_and_are_found_by_their_whole_name()
    {
        await using var fake = await FakeClient.StartAsync();
        var first = (await fake.ApiAsync("GET", "v1/custom_emojis?page_size=2")).Ok();
        var last = (await fake.ApiAsync(
            "GET", $"v1/custom_emojis?page_size=2&start_cursor={first["next_cursor"]}")).Ok();
        var names = new[] { first, last }.SelectMany(p => p["results"]!.AsArray()).Select(e => (string?)e!["name"]);
        Assert.Equal(["bufo", "party-parrot", "shipit"], names);
        var named = (await fake.ApiAsync("GET", "v1/custom_emojis?name=shipit")).Ok()["results"]!.AsArray();
        Assert.Equal("shipit", (string?)Assert.Single(named)!["name"]);
        Assert.Empty((await fake.ApiAsync("GET", "v1/custom_emojis?name=ship")).Ok()["results"]!.AsArray());
    }

    [Theory]
    [InlineData(StreamEnd.Completed, "stream.end")]
    [InlineData(StreamEnd.Timeout, "stream.timeout")]
    [InlineData(StreamEnd.Error, "stream.error")]
    public async Task A_stream_ends_as_it_is_set_to(StreamEnd end, string type)
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.StreamEnd = end;
        var answer = await fake.ApiAsync("POST", "v1/sessions", """{"message":"one two"}""");
        var last = answer.Text.Trim().Split("\n\n")[^1].Split('\n');
        Assert.Equal("event: " + type, last[0]);
        var data = JsonNode.Parse(last[1]["data: ".Length..])!.AsObject();
        Assert.Equal(type, (string?)data["type"]);
        Assert.Equal(end == StreamEnd.Completed ? 2 : 1, (int)data["last_sequence"]!);
        Assert.Equal(end == StreamEnd.Error, data.ContainsKey("error"));
    }

    [Fact]
    public async Task The_module_takes_a_time_out_of_a_stream_for_its_end_and_an_error_for_an_error()
    {
        var request = new NotionRequest
        {
            Path = "sessions",
            Method = HttpMethod.Post,
            Body = """{"message":"one two"}"""u8.ToArray(),
        };
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.StreamEnd = StreamEnd.Timeout);
        List<string> events = await EventsAsync(notion, request);
        Assert.Contains("stream.timeout", events[^1], StringComparison.Ordinal);
        notion.Fake.Behavior.StreamEnd = StreamEnd.Error;
        _ = await Expect.ErrorAsync("AgentUnavailable", () => EventsAsync(notion, request));
    }

    private static async Task<List<string>> EventsAsync(TestNotion notion, NotionRequest request)
    {
        NotionReply reply = await notion.Client().SendAsync(request, default);
        var events = new List<string>();
        await foreach (ServerSentEvent each in reply.Events!)
            events.Add(each.GetText());
        return events;
    }
}
