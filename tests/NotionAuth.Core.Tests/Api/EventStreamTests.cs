using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Api.Events;
using NotionAuth.Core.Api.Lists;
using NotionAuth.Core.Common;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

public sealed class EventStreamTests
{
    private static readonly NotionRequest Session = new()
    {
        Path = "sessions",
        Method = HttpMethod.Post,
        Headers = [new("Accept", "text/event-stream")],
        Body = """{"message":"one two three"}"""u8.ToArray(),
    };

    [Fact]
    public async Task A_sessions_events_come_in_order_with_their_types()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        NotionReply response = await notion.Client().SendAsync(Session, default);
        Assert.Equal(200, response.Status);
        Assert.True(response.Body.IsEmpty);
        Assert.NotNull(response.RequestId);
        var events = new List<ServerSentEvent>();
        await foreach (ServerSentEvent each in response.Events!) events.Add(each);
        Assert.Equal(
            ["session.snapshot", "event.committed", "event.provisional", "event.provisional", "event.provisional",
                "event.committed", "stream.end"],
            events.Select(e => e.Type));
        Assert.Equal("stream.end", TestNotion.Json(events[^1].GetText()).GetProperty("type").GetString());
    }

    [Fact]
    public async Task Each_event_comes_as_it_arrives()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        Channel<string> chunks = Stream(notion);
        NotionReply response = await notion.Client().SendAsync(Session, default);
        await using IAsyncEnumerator<ServerSentEvent> events = response.Events!.GetAsyncEnumerator();
        for (int i = 0; i < 3; i++)
        {
            // The next one isn't sent before this one was read.
            ValueTask<bool> next = events.MoveNextAsync();
            chunks.Writer.TryWrite($"data: {i}\n\n: keep-alive\n\n");
            Assert.True(await next.AsTask().WaitAsync(TestNotion.Soon));
            Assert.Equal($"{i}", events.Current.GetText());
        }

        chunks.Writer.Complete();
        Assert.False(await events.MoveNextAsync().AsTask().WaitAsync(TestNotion.Soon));
    }

    [Fact]
    public async Task A_stream_may_last_longer_than_the_time_out_and_not_be_silent_for_longer()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        Channel<string> chunks = Stream(notion);
        TimeSpan silence = TimeSpan.FromMilliseconds(700);
        NotionReply response = await notion.Client()
            .SendAsync(Session with { Timeout = silence, TotalTimeout = TimeSpan.FromSeconds(1.5) }, default);
        int got = 0;
        using var each = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        Task feeding = Task.Run(async () =>
        {
            for (int i = 0; i < 20 && await each.WaitForNextTickAsync(); i++) chunks.Writer.TryWrite("data: x\n\n");
        });
        NotionAuthException error = await Expect.ErrorAsync(ErrorIds.RequestTimeout, async () =>
        {
            await foreach (ServerSentEvent _ in response.Events!) got++;
        });
        await feeding;
        Assert.Equal(20, got);
        Assert.Contains("silent for 0.7 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Time_that_the_reader_takes_is_no_silence()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        Channel<string> chunks = Stream(notion);
        NotionReply response = await notion.Client()
            .SendAsync(Session with { Timeout = TimeSpan.FromMilliseconds(500) }, default);
        chunks.Writer.TryWrite("data: 1\n\n");
        var got = new List<string>();
        await foreach (ServerSentEvent each in response.Events!)
        {
            got.Add(each.GetText());
            if (got.Count == 2) break;
            await Task.Delay(TimeSpan.FromSeconds(1));
            chunks.Writer.TryWrite("data: 2\n\n");
        }

        Assert.Equal(["1", "2"], got);
    }

    [Theory]
    [InlineData(": bye")]
    [InlineData(":")]
    [InlineData(": bye\n")]
    [InlineData(": one\n: two\n: three")]
    public async Task A_stream_that_ends_in_a_comment_has_ended_well(string last)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        Channel<string> chunks = Stream(notion);
        chunks.Writer.TryWrite("data: 1\n\n" + last);
        chunks.Writer.Complete();
        NotionReply response = await notion.Client().SendAsync(Session, default);
        var got = new List<string>();
        await foreach (ServerSentEvent each in response.Events!) got.Add(each.GetText());
        Assert.Equal(["1"], got);
    }

    [Theory]
    [InlineData("", true, ErrorIds.ConnectionFailed)]
    [InlineData("data: half", false, ErrorIds.ConnectionFailed)]
    [InlineData("data: half\n", false, ErrorIds.ConnectionFailed)]
    [InlineData("data: half\n: bye", false, ErrorIds.ConnectionFailed)]
    [InlineData("dat", false, ErrorIds.ConnectionFailed)]
    [InlineData("event: error\ndata: broken\n\n", false, ErrorIds.StreamFailed)]
    [InlineData("event: stream.error\ndata: " +
        "{\"type\":\"stream.error\",\"error\":{\"code\":\"agent_unavailable\",\"message\":\"broken\"," +
        "\"retryable\":true}}\n\n", false, "AgentUnavailable")]
    [InlineData(
        "data: {\"object\":\"error\",\"status\":529,\"code\":\"service_overload\",\"message\":\"broken\"}\n\n", false,
        "ServiceOverload")]
    public async Task A_stream_that_ends_badly_is_an_error_after_the_events_before(
        string last, bool breaksOff, string errorId)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        Channel<string> chunks = Stream(notion, breaksOff);
        chunks.Writer.TryWrite("data: 1\n\ndata: 2\n\n");
        NotionReply response = await notion.Client().SendAsync(Session, default);
        var got = new List<string>();
        NotionAuthException error = await Expect.ErrorAsync(errorId, async () =>
        {
            await foreach (ServerSentEvent each in response.Events!)
            {
                got.Add(each.GetText());
                if (got.Count < 2) continue;
                chunks.Writer.TryWrite(last);
                chunks.Writer.Complete();
            }
        });
        Assert.Equal(["1", "2"], got);
        if (last.Contains("broken", StringComparison.Ordinal))
            Assert.Contains("broken", error.Message, StringComparison.Ordinal);
        Assert.Single(notion.Fake.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelling_ends_a_silent_stream_at_once(bool bySender)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        Stream(notion).Writer.TryWrite("data: 1\n\n");
        using var cancel = new CancellationTokenSource();
        NotionReply response = await notion.Client().SendAsync(Session, bySender ? cancel.Token : default);
        await using IAsyncEnumerator<ServerSentEvent> events =
            response.Events!.GetAsyncEnumerator(bySender ? default : cancel.Token);
        Assert.True(await events.MoveNextAsync());
        ValueTask<bool> next = events.MoveNextAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.AsTask().WaitAsync(TestNotion.Soon));
    }

    [Fact]
    public async Task Leaving_a_stream_closes_its_connection()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var closed = new TaskCompletionSource();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.Stream, Status = 200, Chunks = Endless(closed) });
        NotionReply response = await notion.Client().SendAsync(Session, default);
        await foreach (ServerSentEvent each in response.Events!)
        {
            Assert.Equal("x", each.GetText());
            break;
        }

        await closed.Task.WaitAsync(TestNotion.Soon);
    }

    [Fact]
    public async Task A_stream_that_nobody_begins_to_read_ends_with_its_owner()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var closed = new TaskCompletionSource();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.Stream, Status = 200, Chunks = Endless(closed) });
        (await notion.Client().SendAsync(Session, default)).Events!.Dispose();
        await closed.Task.WaitAsync(TestNotion.Soon);
    }

    [Fact]
    public async Task A_request_whose_reply_is_enough_ends_the_stream_behind_it()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var closed = new TaskCompletionSource();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.Stream, Status = 200, Chunks = Endless(closed) });
        await foreach (
            ReplyPiece piece in RequestSender.RunAsync(
                notion.Client(), Session, new RequestOptions(), Task.CompletedTask, default))
        {
            Assert.Null(piece.Event);
            break;
        }

        await closed.Task.WaitAsync(TestNotion.Soon);
    }

    [Fact]
    public async Task A_stream_in_place_of_a_list_is_an_error_and_ends()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var closed = new TaskCompletionSource();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.Stream, Status = 200, Chunks = Endless(closed) });
        await Expect.ErrorAsync(ErrorIds.InvalidPaging, async () =>
        {
            await foreach (
                NotionPage _ in Paginator.PagesAsync(
                    notion.Client(), new NotionRequest { Path = "users" }, null, default)) break;
        });
        await closed.Task.WaitAsync(TestNotion.Soon);
    }

    [Fact]
    public async Task An_error_before_the_stream_is_an_error_reply_and_is_retried_as_any_other()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.RateLimited(1));
        NotionReply response = await notion.Client().SendAsync(Session, default);
        await foreach (ServerSentEvent _ in response.Events!)
        {
        }

        Assert.Equal(2, notion.Fake.Requests.Count);
        await Expect.ErrorAsync<NotionApiException>(
            "ValidationError", () => notion.Client().SendAsync(Session with { Body = "{}"u8.ToArray() }, default));
    }

    private static Channel<string> Stream(TestNotion notion, bool breaksOff = false)
    {
        Channel<string> chunks = Channel.CreateUnbounded<string>();
        notion.Fake.Faults.Add(
            new Fault { Kind = FaultKind.Stream, Status = 200, Chunks = Bytes(chunks), BreaksOff = breaksOff });
        return chunks;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Bytes(Channel<string> chunks)
    {
        await foreach (string chunk in chunks.Reader.ReadAllAsync()) yield return Encoding.UTF8.GetBytes(chunk);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Endless(TaskCompletionSource closed)
    {
        try
        {
            while (true)
            {
                yield return "data: x\n\n"u8.ToArray();
                await Task.Yield();
            }
        }
        finally
        {
            closed.SetResult();
        }
    }
}
