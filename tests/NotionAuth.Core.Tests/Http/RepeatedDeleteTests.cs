using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Http;

/// <summary>A DELETE whose reply gets lost has deleted; the second one finds it in the trash.</summary>
public sealed class RepeatedDeleteTests
{
    public static TheoryData<string> LostReplies() => ["reset", "truncated", "503", "timeout"];

    [Theory]
    [MemberData(nameof(LostReplies))]
    public async Task A_DELETE_that_finds_in_the_trash_what_it_deleted_itself_is_done(string how)
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: new SeedOptions { Rows = 0 });
        Guid page = notion.Fake.DefaultWorkspace.Sample.PageId;
        notion.Fake.Faults.Add(Lost(how));
        NotionRequest delete = Delete(page);
        if (how == "timeout") delete = delete with { Timeout = TimeSpan.FromMilliseconds(300) };
        NotionReply reply = await notion.Client().SendAsync(delete, default);
        Assert.Equal(200, reply.Status);
        Assert.True(TestNotion.Json(Encoding.UTF8.GetString(reply.Body.Span)).GetProperty("in_trash").GetBoolean());
        Assert.Equal(
            ["DELETE", "DELETE", "GET"],
            notion.RequestsTo($"/v1/blocks/{page}").Select(r => r.Method));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_DELETE_that_did_not_delete_itself_says_that_there_is_nothing_to_do(bool isLimitedFirst)
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: new SeedOptions { Rows = 0 });
        Guid page = notion.Fake.DefaultWorkspace.Sample.PageId;
        await notion.Client().SendAsync(Delete(page), default);
        notion.Fake.ClearRequests();
        // Repeated, but after a refusal: that one deleted nothing.
        if (isLimitedFirst) notion.Fake.Faults.Add(Fault.RateLimited(1));
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "ValidationError", () => notion.Client().SendAsync(Delete(page), default));
        Assert.Contains("in the trash already", error.RecommendedAction, StringComparison.Ordinal);
        Assert.All(notion.Fake.Requests, r => Assert.Equal("DELETE", r.Method));
    }

    [Fact]
    public async Task Where_the_look_fails_the_refusal_stands()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: new SeedOptions { Rows = 0 });
        Guid page = notion.Fake.DefaultWorkspace.Sample.PageId;
        notion.Fake.Faults.Add(Lost("reset"));
        notion.Fake.Faults.Add(
            new Fault { Kind = FaultKind.Status, Status = 404, Code = "object_not_found", Method = "GET" });
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "ValidationError", () => notion.Client().SendAsync(Delete(page), default));
        Assert.Equal(400, error.Status);
    }

    [Fact]
    public async Task An_edit_of_what_is_in_the_trash_says_to_take_it_out()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: new SeedOptions { Rows = 0 });
        Guid page = notion.Fake.DefaultWorkspace.Sample.PageId;
        await notion.Client().SendAsync(Delete(page), default);
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "ValidationError",
            () => notion.Client().SendAsync(
                new NotionRequest
                {
                    Path = $"pages/{page}",
                    Method = HttpMethod.Patch,
                    Body = """{"icon":null}"""u8.ToArray(),
                },
                default));
        Assert.Contains("out of the trash first", error.RecommendedAction, StringComparison.Ordinal);
    }

    private static NotionRequest Delete(Guid id) => new() { Path = $"blocks/{id}", Method = HttpMethod.Delete };

    private static Fault Lost(string how) => how switch
    {
        "reset" => new Fault { Kind = FaultKind.ResetAfterCommit, Method = "DELETE" },
        "truncated" => new Fault { Kind = FaultKind.TruncateBody, Method = "DELETE" },
        "503" => new Fault
        {
            Kind = FaultKind.RawBody,
            Status = 503,
            Method = "DELETE",
            Body = "{}",
            AfterCommit = true,
        },
        _ => new Fault
        {
            Kind = FaultKind.Stream,
            Method = "DELETE",
            AfterCommit = true,
            Chunks = NeverAsync(),
        },
    };

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> NeverAsync()
    {
        await Task.Delay(TimeSpan.FromSeconds(5));
        yield break;
    }
}
