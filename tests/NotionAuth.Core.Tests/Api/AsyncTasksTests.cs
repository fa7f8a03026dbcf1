using System;
using System.Linq;
using System.Net.Http;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Content;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

public sealed class AsyncTasksTests
{
    [Fact]
    public async Task A_task_is_looked_at_until_it_is_finished_ever_more_rarely()
    {
        await using TestNotion notion = await TestNotion.StartAsync(
            f => f.Behavior.TaskReads = 4, new SeedOptions());
        NotionReply task = await BeginAsync(notion);
        Assert.Equal((202, "queued"), (task.Status, task.TextOf("status")));
        NotionReply finished = await WaitAsync(notion, task);
        Assert.Equal((task.TextOf("id")!, "succeeded"), (finished.TextOf("id"), finished.TextOf("status")));
        using JsonDocument body = finished.ParseJson();
        Assert.Equal("page", body.RootElement.GetProperty("result").GetProperty("object").GetString());
        TimeSpan[] waits = [.. notion.Waits];
        Assert.Equal(4, waits.Length);
        Assert.Equal(waits.Distinct().Order(), waits);
    }

    [Fact]
    public async Task A_task_is_left_alone_for_as_long_as_it_asks()
    {
        await using TestNotion notion = await TestNotion.StartAsync(
            f => f.Behavior.TaskPollAfterSeconds = 40, new SeedOptions());
        await WaitAsync(notion, await BeginAsync(notion));
        Assert.NotEmpty(notion.Waits);
        Assert.All(notion.Waits, w => Assert.True(w >= TimeSpan.FromSeconds(40)));
    }

    [Fact]
    public async Task A_task_has_an_id_of_its_own_kind()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: new SeedOptions());
        ReplyPiece piece = await PieceAsync(notion, Creation(notion), default);
        Assert.StartsWith("task_", piece.Response.TextOf("id"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_reply_that_begins_a_task_is_waited_for_too()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: new SeedOptions());
        ReplyPiece piece = await PieceAsync(notion, Creation(notion), default);
        Assert.Equal("succeeded", piece.Response.TextOf("status"));
    }

    [Fact]
    public async Task A_failed_task_is_an_error_that_says_why()
    {
        await using TestNotion notion = await TestNotion.StartAsync(
            f => f.Behavior.TaskError = "The text is too odd.", new SeedOptions());
        NotionReply task = await BeginAsync(notion);
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.AsyncTaskFailed, () => WaitAsync(notion, task));
        Assert.Contains("The text is too odd", error.Message, StringComparison.Ordinal);
        Assert.Contains(task.TextOf("id")!, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_ends_with_the_time_that_it_may_take_and_the_task_goes_on()
    {
        await using TestNotion notion = await TestNotion.StartAsync(
            f => f.Behavior.TaskReads = 1_000_000, new SeedOptions());
        NotionReply task = await BeginAsync(notion);
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.RequestTimeout, () => WaitAsync(notion, task, total: TimeSpan.FromMilliseconds(700)));
        Assert.Contains("still running", error.Message, StringComparison.Ordinal);
        Assert.Contains($"async_tasks/{task.TextOf("id")!}", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_ends_at_once_when_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        await using TestNotion notion = await TestNotion.StartAsync(
            f => f.Behavior.TaskReads = 1_000_000, new SeedOptions(), (_, ct) =>
            {
                stop.Cancel();
                return Task.Delay(Timeout.Infinite, ct);
            });
        NotionReply task = await BeginAsync(notion);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => WaitAsync(notion, task, cancellationToken: stop.Token).WaitAsync(TestNotion.Soon));
    }

    [Fact]
    public async Task Any_other_reply_is_returned_as_it_came()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: new SeedOptions());
        ReplyPiece piece = await PieceAsync(notion, new NotionRequest { Path = "users/me" }, default);
        Assert.Equal("user", piece.Response.TextOf("object"));
        Assert.Empty(notion.Waits);
    }

    private static NotionRequest Creation(TestNotion notion) => new()
    {
        Path = "pages",
        Method = HttpMethod.Post,
        Body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            parent = new { page_id = notion.Fake.DefaultWorkspace.Sample.PageId },
            markdown = "# Plans",
            allow_async = true,
        }),
    };

    private static Task<NotionReply> BeginAsync(TestNotion notion) =>
        notion.Client().SendAsync(Creation(notion), default);

    private static async Task<NotionReply> WaitAsync(
        TestNotion notion, NotionReply task, TimeSpan? total = null, CancellationToken cancellationToken = default)
    {
        var request = new NotionRequest { Path = $"async_tasks/{task.TextOf("id")!}" };
        if (total is TimeSpan bound) request = request with { TotalTimeout = bound };
        return (await PieceAsync(notion, request, cancellationToken)).Response;
    }

    private static async Task<ReplyPiece> PieceAsync(
        TestNotion notion, NotionRequest request, CancellationToken cancellationToken)
    {
        ReplyPiece? only = null;
        await foreach (ReplyPiece piece in RequestSender.RunAsync(
            notion.Client(), request, new RequestOptions { Wait = true }, Task.CompletedTask, cancellationToken))
        {
            Assert.Null(only);
            only = piece;
        }

        return only!;
    }
}
