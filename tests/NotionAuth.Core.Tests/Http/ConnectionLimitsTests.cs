using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;
using NotionAuth.Core.Http.Handlers;
using NotionAuth.Core.Http.RateLimits;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.Hosting;
using Xunit;

namespace NotionAuth.Core.Tests.Http;

public sealed class RateLimitGateTests
{
    private static readonly NotionRequest Me = new() { Path = "users/me" };

    [Fact]
    public async Task A_429_holds_back_every_other_request_of_that_connection_and_none_of_another()
    {
        var waits = new Waits();
        await using TestNotion notion = await TestNotion.StartAsync(delay: waits.WaitAsync);
        notion.Fake.Faults.Add(Fault.RateLimited(600));
        var gate = new ConnectionLimits();

        Task<NotionReply> first = notion.Client(gate).SendAsync(Me, default);
        Assert.Equal(TimeSpan.FromSeconds(600), await waits.NextAsync());
        Task<NotionReply>[] others =
            [.. Enumerable.Range(0, 5).Select(_ => notion.Client(gate).SendAsync(Me, default))];
        foreach (Task<NotionReply> _ in others)
            Assert.InRange(await waits.NextAsync(), TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(600));
        Assert.Single(notion.Fake.Requests);
        await notion.Client(new ConnectionLimits()).SendAsync(Me, default).WaitAsync(TestNotion.Soon);
        Assert.Equal(2, notion.Fake.Requests.Count);

        waits.Release();
        await Task.WhenAll([first, .. others]).WaitAsync(TestNotion.Soon);
        Assert.Equal(8, notion.Fake.Requests.Count);
    }

    [Fact]
    public async Task A_shorter_429_does_not_open_the_gate_early()
    {
        var waits = new Waits();
        var gate = new RateLimitGate();
        gate.CloseFor(TimeSpan.FromSeconds(100));
        gate.CloseFor(TimeSpan.FromSeconds(1));
        Task waiting = EnterAsync(gate, waits);
        Assert.InRange(await waits.NextAsync(), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(100));
        waits.Release();
        await waiting.WaitAsync(TestNotion.Soon);
    }

    [Fact]
    public async Task Who_waits_at_the_gate_goes_on_waiting_when_it_is_closed_for_longer_meanwhile()
    {
        var waits = new Waits();
        var gate = new RateLimitGate();
        gate.CloseFor(TimeSpan.FromSeconds(50));
        Task waiting = EnterAsync(gate, waits);
        Assert.InRange(await waits.NextAsync(), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(50));
        gate.CloseFor(TimeSpan.FromSeconds(200));
        waits.ReleaseOne();
        Assert.InRange(await waits.NextAsync(), TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(200));
        Assert.False(waiting.IsCompleted);
        waits.Release();
        await waiting.WaitAsync(TestNotion.Soon);
    }

    [Fact]
    public async Task A_wait_at_the_gate_is_waited_out_once_and_not_over_and_over()
    {
        int count = 0;
        var gate = new RateLimitGate();
        gate.CloseFor(TimeSpan.FromHours(1));

        // A delay that ends early, as after the machine's clock was set back: the gate trusts it.
        await gate.EnterAsync(
            _ =>
            {
                Assert.True(++count < 10, "The gate asks for the same wait again and again.");
                return Task.CompletedTask;
            },
            default).AsTask().WaitAsync(TestNotion.Soon);
        Assert.Equal(1, count);
    }

    [Fact]
    public async Task An_open_gate_does_not_wait()
    {
        Task Never(TimeSpan wait) => throw new InvalidOperationException("It waits.");
        Assert.Null(await new RateLimitGate().EnterAsync(Never, default));
        var gate = new RateLimitGate();
        gate.CloseFor(TimeSpan.Zero);
        await gate.EnterAsync(Never, default);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_at_the_gate_and_the_wait_for_ones_turn()
    {
        var waits = new Waits();
        var gate = new RateLimitGate();
        gate.CloseFor(TimeSpan.FromHours(1));
        using var cancel = new CancellationTokenSource();
        Task waiting = EnterAsync(gate, waits, cancel.Token);
        await waits.NextAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TestNotion.Soon));

        var paced = new RateLimitGate();
        paced.CloseFor(TimeSpan.Zero);
        await paced.EnterAsync(NoWait, default);
        using var cancelTurn = new CancellationTokenSource();
        Task<RateLimitGate.Pass?> turn = paced.EnterAsync(NoWait, cancelTurn.Token).AsTask();
        await cancelTurn.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => turn.WaitAsync(TestNotion.Soon));
    }

    [Fact]
    public async Task When_the_gate_opens_one_goes_first_and_each_that_is_served_lets_two_more_go()
    {
        var gate = new RateLimitGate();
        gate.CloseFor(TimeSpan.Zero);
        Task<RateLimitGate.Pass?>[] all =
            [.. Enumerable.Range(0, 200).Select(_ => gate.EnterAsync(NoWait, default).AsTask())];
        for (int gone = 0, turn = 1; turn <= 64; gone += turn, turn *= 2)
        {
            RateLimitGate.Pass?[] let = await Task.WhenAll(all.Skip(gone).Take(turn)).WaitAsync(TestNotion.Soon);
            Assert.False(all[gone + turn].IsCompleted, $"More than {turn} were let through at once.");
            foreach (RateLimitGate.Pass? each in let) gate.Leave(each!, wasServed: true);
        }

        await Task.WhenAll(all).WaitAsync(TestNotion.Soon);
        Assert.True(gate.IsOpen);
    }

    [Fact]
    public async Task A_429_to_the_first_holds_the_others_back_again_and_costs_no_more_than_itself()
    {
        var waits = new Waits();
        var gate = new RateLimitGate();
        gate.CloseFor(TimeSpan.Zero);
        RateLimitGate.Pass first = (await gate.EnterAsync(NoWait, default))!;
        Task<RateLimitGate.Pass?>[] others = [.. Enumerable.Range(0, 20).Select(_ => EnterAsync(gate, waits))];
        gate.CloseFor(TimeSpan.FromSeconds(60));
        gate.Leave(first, wasServed: false);
        foreach (Task<RateLimitGate.Pass?> _ in others) await waits.NextAsync();
        Assert.All(others, o => Assert.False(o.IsCompleted));
        waits.Release();
        RateLimitGate.Pass second = (await (await Task.WhenAny(others).WaitAsync(TestNotion.Soon)))!;
        gate.Leave(second, wasServed: true);
    }

    [Fact]
    public async Task Who_gets_no_answer_does_not_hold_up_those_behind_for_long()
    {
        var gate = new RateLimitGate();
        gate.CloseFor(TimeSpan.Zero);
        await gate.EnterAsync(NoWait, default);
        await gate.EnterAsync(NoWait, default).AsTask().WaitAsync(TestNotion.Soon);
    }

    [Fact]
    public async Task A_burst_over_the_limit_gets_through_in_the_end_with_few_429s()
    {
        await using TestNotion notion = await TestNotion.StartAsync(
            f => f.RateLimit = new RateLimit { Limit = 20, Window = TimeSpan.FromSeconds(60) });
        using var transport = new NotionTransport(proxy: null, policy: new RetryPolicy
        {
            // Waiting makes the window pass.
            Delay = (_, _) =>
            {
                notion.Fake.ClearRateLimits();
                return Task.CompletedTask;
            },
        });
        var client = new NotionClient(
            transport, notion.BaseUri, new FixedTokenSource(new Secret(notion.Fake.DefaultInternalIntegration.Token!)),
            new ConnectionLimits());
        NotionReply[] replies = await Task.WhenAll(
            Enumerable.Range(0, 60).Select(_ => client.SendAsync(Me with { MaximumRetryCount = 60 }, default)))
            .WaitAsync(TestNotion.Soon);
        Assert.All(replies, r => Assert.Equal(200, r.Status));
    }

    [Theory]
    [InlineData("public_api_request_rate_limit", false, false, false)]
    [InlineData("something_new", false, false, false)]
    [InlineData("public_api_endpoint_rate_limit", false, true, true)]
    [InlineData("public_api_space_request_rate_limit", false, false, false)]
    public async Task A_429_holds_back_what_its_reason_speaks_of(
        string reason, bool sameEndpoint, bool otherEndpoint, bool otherMethod)
    {
        var waits = new Waits();
        await using TestNotion notion = await TestNotion.StartAsync(delay: waits.WaitAsync);
        notion.Fake.Faults.Add(Fault.RateLimited(600, path: "/v1/users/", reason: reason));
        var gate = new ConnectionLimits();
        Task<NotionReply> first = notion.Client(gate)
            .SendAsync(new NotionRequest { Path = $"users/{Guid.NewGuid()}", ReturnsErrorReplies = true }, default);
        await waits.NextAsync();
        Assert.Equal(sameEndpoint, await GoesAsync(notion, gate, waits, new NotionRequest
        {
            Path =
            $"users/{Guid.NewGuid():N}/"
        }));
        Assert.Equal(otherEndpoint, await GoesAsync(notion, gate, waits, Me));
        Assert.Equal(otherMethod, await GoesAsync(notion, gate, waits, new NotionRequest
        {
            Path =
            $"users/{Guid.NewGuid()}",
            Method = System.Net.Http.HttpMethod.Delete
        }));
        waits.Release();
        await first.WaitAsync(TestNotion.Soon);
    }

    [Fact]
    public async Task A_429_of_the_workspace_holds_back_every_connection_to_it_and_none_to_another()
    {
        var waits = new Waits();
        await using TestNotion notion = await TestNotion.StartAsync(delay: waits.WaitAsync);
        string workspace = Guid.NewGuid().ToString();
        ConnectionLimits one = GateOf(notion, workspace), two = GateOf(notion, workspace),
            other = GateOf(notion, Guid.NewGuid().ToString());
        notion.Fake.Faults.Add(Fault.RateLimited(600, reason: "public_api_space_request_rate_limit"));
        Task<NotionReply> first = notion.Client(one).SendAsync(Me, default);
        await waits.NextAsync();
        Assert.False(await GoesAsync(notion, two, waits, Me));
        Assert.True(await GoesAsync(notion, other, waits, Me));
        waits.Release();
        await first.WaitAsync(TestNotion.Soon);
    }

    [Fact]
    public async Task Waiting_at_the_gate_is_no_retry_and_is_reported()
    {
        var waits = new Waits();
        var reports = new ConcurrentQueue<string>();
        await using TestNotion notion = await TestNotion.StartAsync(delay: waits.WaitAsync);
        var gate = new ConnectionLimits();
        gate.CloseFor(TimeSpan.FromSeconds(600));
        var client = new NotionClient(
            notion.Transport, notion.BaseUri,
            new FixedTokenSource(new Secret(notion.Fake.DefaultInternalIntegration.Token!)), gate, notion.Log.Enqueue)
        {
            Waiting = w =>
                reports.Enqueue($"{w.Reason} {w.Retry} of {w.MaximumRetryCount} {w.Method} {w.Path}: {w.Detail}"),
            Waited = w => reports.Enqueue($"{w.Reason} over"),
        };
        Task<NotionReply> request = client.SendAsync(Me with { MaximumRetryCount = 0 }, default);
        await waits.NextAsync();
        Assert.Equal(["Gate 0 of 0 GET /v1/users/me: Notion's rate limit for this connection"], reports);
        Assert.Matches(
            "^GET /v1/users/me: held back for (600|599).[0-9] s by Notion's rate limit for this connection$",
            Assert.Single(notion.Log).ToString());
        waits.Release();
        Assert.Equal(200, (await request.WaitAsync(TestNotion.Soon)).Status);
        Assert.Equal("Gate over", reports.Last());
    }

    [Fact]
    public async Task A_gate_that_stays_closed_for_longer_than_the_request_may_take_is_an_error_at_once()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var gate = new ConnectionLimits();
        gate.CloseFor(TimeSpan.FromSeconds(600));
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.RateLimited,
            () => notion.Client(gate).SendAsync(Me with { TotalTimeout = TimeSpan.FromSeconds(60) }, default));
        Assert.Contains("Nothing was sent.", error.Message, StringComparison.Ordinal);
        Assert.Empty(notion.Fake.Requests);
        Assert.Empty(notion.Waits);
    }

    [Fact]
    public void A_token_has_one_gate_at_each_host()
    {
        var gates = new RateLimitRegistry();
        Uri here = new("https://api.notion.com"), there = new("http://localhost:1");
        Assert.Same(gates.ForToken(new Secret("ntn_one"), here), gates.ForToken(new Secret("ntn_one"), here));
        Assert.NotSame(gates.ForToken(new Secret("ntn_one"), here), gates.ForToken(new Secret("ntn_two"), here));
        Assert.NotSame(gates.ForToken(new Secret("ntn_one"), here), gates.ForToken(new Secret("ntn_one"), there));
    }

    private static Task NoWait(TimeSpan wait) => Task.CompletedTask;

    private static Task<RateLimitGate.Pass?> EnterAsync(
        RateLimitGate gate, Waits waits, CancellationToken cancellationToken = default) =>
        gate.EnterAsync(left => waits.WaitAsync(left, cancellationToken), cancellationToken).AsTask();

    private static ConnectionLimits GateOf(TestNotion notion, string workspace)
    {
        KnownConnection known = new ConnectionCache().Get(new ConnectionKey("", Guid.NewGuid().ToString()));
        StoredConnection connection = notion.ConnectionOf(notion.Fake.Authorize(notion.Fake.DefaultIntegration));
        known.SetSaved(connection with { Details = connection.Details with { WorkspaceId = workspace } });
        return known.Limits;
    }

    /// <summary>Whether a request goes out at once; one that waits instead is called off.</summary>
    private static async Task<bool> GoesAsync(
        TestNotion notion, ConnectionLimits gate, Waits waits, NotionRequest request)
    {
        using var cancel = new CancellationTokenSource();
        Task<NotionReply> sent = notion.Client(gate)
            .SendAsync(request with { ReturnsErrorReplies = true }, cancel.Token);
        bool goes = await Task.WhenAny(sent, waits.AskedAsync()) == sent;
        if (!goes) await waits.NextAsync();
        await cancel.CancelAsync();
        return goes;
    }

    /// <summary>Waits that end when the test says so.</summary>
    private sealed class Waits
    {
        private readonly ConcurrentQueue<TaskCompletionSource> _pending = new();
        private readonly Channel<TimeSpan> _asked = Channel.CreateUnbounded<TimeSpan>();
        private volatile bool _released;

        public Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
        {
            if (_released) return Task.CompletedTask;
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _pending.Enqueue(end);
            _asked.Writer.TryWrite(wait);
            if (_released) end.TrySetResult();
            return end.Task.WaitAsync(cancellationToken);
        }

        public Task<TimeSpan> NextAsync() => _asked.Reader.ReadAsync().AsTask().WaitAsync(TestNotion.Soon);

        /// <summary>Ends when there is something for <see cref="NextAsync"/>.</summary>
        public Task<bool> AskedAsync() => _asked.Reader.WaitToReadAsync().AsTask();

        public void ReleaseOne()
        {
            Assert.True(_pending.TryDequeue(out TaskCompletionSource? end));
            end.TrySetResult();
        }

        public void Release()
        {
            _released = true;
            while (_pending.TryDequeue(out TaskCompletionSource? end)) end.TrySetResult();
        }
    }
}
