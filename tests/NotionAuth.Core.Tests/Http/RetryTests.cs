using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Http;

public sealed class RetryTests
{
    private const string Id = "00000000-0000-4000-8000-000000000001";

    // Which requests change nothing, or nothing more when they are done twice.
    private static readonly (string Method, string Path, bool IsSafe)[] Requests =
    [
        ("GET", "users/me", true),
        ("DELETE", $"blocks/{Id}", true),
        ("POST", "search", true),
        ("POST", "/v1/search/", true),
        ("POST", $"data_sources/{Id}/query", true),
        ("POST", "pages", false),
        ("POST", $"pages/{Id}/move", false),
        ("POST", $"databases/{Id}/query/x", false),
        ("PATCH", $"pages/{Id}", false),
        ("PATCH", "search", false),
        ("PUT", "search", false),
    ];

    public static TheoryData<int, string, string, bool> Table()
    {
        var table = new TheoryData<int, string, string, bool>();
        foreach (int status in new[] { 400, 401, 403, 404, 409, 410, 429, 500, 501, 502, 503, 504, 520, 529 })
        {
            foreach ((string method, string path, bool isSafe) in Requests)
                table.Add(
                    status, method, path,
                    status is 409 or 429 or 529 || (status is 500 or 502 or 503 or 504 && isSafe));
        }

        return table;
    }

    public static TheoryData<string, string, bool> Broken()
    {
        var table = new TheoryData<string, string, bool>();
        foreach ((string method, string path, bool isSafe) in Requests) table.Add(method, path, isSafe);
        return table;
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task A_status_is_repeated_where_the_table_says_so(int status, string method, string path, bool repeats)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.Of(status, "some_code", times: null));
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "SomeCode", () => notion.Client().SendAsync(Request(method, path, retries: 2), default));
        Assert.Equal(status, error.Status);
        Assert.Equal(repeats ? 3 : 1, notion.Fake.Requests.Count);
        Assert.Equal(repeats ? 2 : 0, notion.Waits.Count);
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_broken_connection_is_repeated_only_where_that_is_safe(string method, string path, bool repeats)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        foreach (FaultKind kind in new[] { FaultKind.Reset, FaultKind.ResetAfterCommit, FaultKind.TruncateBody })
        {
            notion.Fake.Reset();
            notion.Fake.Faults.Add(new Fault { Kind = kind, Times = null });
            NotionAuthException error = await Expect.ErrorAsync(
                ErrorIds.ConnectionFailed, () => notion.Client().SendAsync(Request(method, path, retries: 1), default));
            Assert.Equal(NotionErrorKind.ConnectionFailed, error.Kind);
            Assert.Equal(repeats ? 2 : 1, notion.Fake.Requests.Count);
        }
    }

    [Theory]
    [InlineData("GET", "users/me", 2)]
    [InlineData("POST", "pages", 1)]
    public async Task A_time_out_is_repeated_only_where_that_is_safe(string method, string path, int attempts)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.Hold(new TaskCompletionSource().Task));
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.RequestTimeout,
            () => notion.Client()
            .SendAsync(Request(method, path, retries: 1) with { Timeout = TimeSpan.FromMilliseconds(300) }, default));
        Assert.Equal(NotionErrorKind.Timeout, error.Kind);
        Assert.Equal(attempts, notion.Log.Count(l => l.Note == "timed out"));
    }

    [Fact]
    public async Task A_truncated_reply_of_a_GET_is_asked_for_again_and_the_whole_one_returned()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.TruncateBody });
        NotionReply response = await notion.Client().SendAsync(new NotionRequest { Path = "users/me" }, default);
        Assert.Equal(
            "user", TestNotion.Json(Encoding.UTF8.GetString(response.Body.Span)).GetProperty("object").GetString());
        Assert.Equal(2, notion.Fake.Requests.Count);
    }

    [Fact]
    public async Task A_write_whose_reply_was_truncated_is_done_once()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: new SeedOptions { Rows = 0, Blocks = 0 });
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.TruncateBody, Method = "POST" });
        Guid parent = notion.Fake.DefaultWorkspace.Sample.PageId;
        byte[] body = Encoding.UTF8.GetBytes(
            $$$$"""{"parent":{"page_id":"{{{{parent}}}}"},"properties":{"title":{"title":[{"text":""" +
            $$$$"""{"content":"Once"}}]}}}""");
        await Expect.ErrorAsync(ErrorIds.ConnectionFailed, () => notion.Client().SendAsync(new NotionRequest
        {
            Path =
            "pages",
            Method = HttpMethod.Post,
            Body = body
        }, default));

        NotionReply found = await notion.Client().SendAsync(
            new NotionRequest { Path = "search", Method = HttpMethod.Post, Body = """{"query":"Once"}"""u8.ToArray() },
            default);
        Assert.Equal(
            1, TestNotion.Json(Encoding.UTF8.GetString(found.Body.Span)).GetProperty("results").GetArrayLength());
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("0", 0)]
    [InlineData("86400", 3600)]
    public async Task Retry_After_in_seconds_is_waited_out_an_hour_at_most(string header, int seconds)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Limited(header));
        await notion.Client()
            .SendAsync(new NotionRequest { Path = "users/me", TotalTimeout = TimeSpan.FromHours(2) }, default);
        Assert.Equal([TimeSpan.FromSeconds(seconds)], notion.Waits);
    }

    [Fact]
    public async Task Retry_After_as_a_date_is_waited_out()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(
            Limited(DateTimeOffset.UtcNow.AddSeconds(300).ToString("R", CultureInfo.InvariantCulture)));
        notion.Fake.Faults.Add(
            Limited(DateTimeOffset.UtcNow.AddSeconds(-300).ToString("R", CultureInfo.InvariantCulture)));
        await notion.Client().SendAsync(new NotionRequest { Path = "users/me" }, default);
        TimeSpan[] waits = [.. notion.Waits];
        Assert.InRange(waits[0], TimeSpan.FromSeconds(270), TimeSpan.FromSeconds(300));
        Assert.Equal(TimeSpan.Zero, waits[1]);
    }

    [Fact]
    public async Task Retry_After_in_the_body_alone_is_waited_out_too()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.Status,
                Status = 429,
                Code = "rate_limited",
                AdditionalData = """{"retry_after":"7"}"""
            });
        await notion.Client().SendAsync(new NotionRequest { Path = "users/me" }, default);
        Assert.Equal([TimeSpan.FromSeconds(7)], notion.Waits);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("soon")]
    [InlineData("-3")]
    [InlineData("1.5")]
    public async Task Without_a_Retry_After_that_makes_sense_the_waits_double_at_most(string? header)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        for (int i = 0; i < 8; i++) notion.Fake.Faults.Add(Limited(header));
        await notion.Client().SendAsync(new NotionRequest { Path = "users/me", MaximumRetryCount = 8 }, default);
        TimeSpan[] waits = [.. notion.Waits];
        Assert.Equal(8, waits.Length);
        for (int i = 0; i < waits.Length; i++) Assert.InRange(waits[i].TotalSeconds, 0, Math.Min(60, Math.Pow(2, i)));
        Assert.True(waits.Distinct().Count() > 1, "The waits have no jitter.");
    }

    [Fact]
    public async Task Four_retries_are_made_by_default_and_none_where_none_are_wanted()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.RateLimited(1, times: null));
        await Expect.ErrorAsync(
            "RateLimited", () => notion.Client().SendAsync(new NotionRequest { Path = "users/me" }, default));
        Assert.Equal(5, notion.Fake.Requests.Count);
        notion.Fake.ClearRequests();
        await Expect.ErrorAsync(
            "RateLimited",
            () => notion.Client().SendAsync(new NotionRequest { Path = "users/me", MaximumRetryCount = 0 }, default));
        Assert.Single(notion.Fake.Requests);
    }

    [Theory]
    [InlineData("GET", "users/me")]
    [InlineData("POST", "pages")]
    public async Task A_block_is_never_repeated_and_says_whom_to_ask(string method, string path)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.Blocked());
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "RateLimited", () => notion.Client().SendAsync(Request(method, path, retries: 4), default));
        Assert.Equal("public_api_request_blocked", error.RateLimitReason);
        Assert.Contains("support", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Single(notion.Fake.Requests);
        Assert.Empty(notion.Waits);
    }

    [Fact]
    public async Task Each_retry_is_logged_with_its_reason_and_wait()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.RateLimited(3));
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.Reset });
        await notion.Client().SendAsync(new NotionRequest { Path = "users/me" }, default);
        string[] lines = [.. notion.Log.Select(l => l.ToString())];
        Assert.Equal(5, lines.Length);
        Assert.Matches("^GET /v1/users/me 429 in [0-9]+ ms, request [0-9a-f-]{36}$", lines[0]);
        Assert.Equal("GET /v1/users/me: 429, retry 1 of 4 in 3.0 s", lines[1]);
        Assert.StartsWith("GET /v1/users/me: ConnectionFailed, retry 2 of 4", lines[3], StringComparison.Ordinal);
        Assert.StartsWith("GET /v1/users/me 200 in ", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_ends_a_wait_between_two_attempts_at_once()
    {
        var waiting = new TaskCompletionSource();
        await using TestNotion notion = await TestNotion.StartAsync(delay: (_, ct) =>
        {
            waiting.TrySetResult();
            return Task.Delay(Timeout.Infinite, ct);
        });
        notion.Fake.Faults.Add(Fault.RateLimited(600, times: null));
        using var cancel = new CancellationTokenSource();
        Task<NotionReply> request = notion.Client().SendAsync(new NotionRequest { Path = "users/me" }, cancel.Token);
        await waiting.Task.WaitAsync(TestNotion.Soon);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request.WaitAsync(TestNotion.Soon));
    }

    [Fact]
    public async Task Cancelling_ends_a_request_under_way_at_once()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.Hold(new TaskCompletionSource().Task));
        using var cancel = new CancellationTokenSource();
        Task<NotionReply> request = notion.Client().SendAsync(new NotionRequest { Path = "users/me" }, cancel.Token);
        await notion.Fake.WaitForRequestAsync(_ => true).WaitAsync(TestNotion.Soon);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request.WaitAsync(TestNotion.Soon));
        Assert.Single(notion.Fake.Requests);
    }

    private static NotionRequest Request(string method, string path, int retries) => new()
    {
        Path = path,
        Method = new HttpMethod(method),
        MaximumRetryCount = retries,
        Body = method is "GET" or "DELETE" ? null : "{}"u8.ToArray(),
    };

    private static Fault Limited(string? retryAfter) => new()
    {
        Kind = FaultKind.Status,
        Status = 429,
        Code = "rate_limited",
        Headers = retryAfter is null ? new Dictionary<string, string>() : new Dictionary<string, string>
        {
            [
            "Retry-After"] = retryAfter
        },
    };
}
