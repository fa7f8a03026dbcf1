using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Http;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion;
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
        var gate = new RateLimitGate();

        Task<NotionResponse> first = notion.Client(gate).SendAsync(Me, default);
        Assert.Equal(TimeSpan.FromSeconds(600), await waits.NextAsync());
        Task<NotionResponse>[] others = [.. Enumerable.Range(0, 5).Select(_ => notion.Client(gate).SendAsync(Me, default))];
        foreach (Task<NotionResponse> _ in others) Assert.InRange(await waits.NextAsync(), TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(600));
        Assert.Single(notion.Fake.Requests);
        await notion.Client(new RateLimitGate()).SendAsync(Me, default).WaitAsync(TestNotion.Soon);
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
        Task waiting = gate.WaitAsync(waits.WaitAsync, default);
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
        Task waiting = gate.WaitAsync(waits.WaitAsync, default);
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
        await gate.WaitAsync(
            (_, _) =>
            {
                Assert.True(++count < 10, "The gate asks for the same wait again and again.");
                return Task.CompletedTask;
            },
            default).WaitAsync(TestNotion.Soon);
        Assert.Equal(1, count);
    }

    [Fact]
    public async Task An_open_gate_does_not_wait()
    {
        Task Never(TimeSpan wait, CancellationToken ct) => throw new InvalidOperationException("It waits.");
        await new RateLimitGate().WaitAsync(Never, default);
        var gate = new RateLimitGate();
        gate.CloseFor(TimeSpan.Zero);
        await gate.WaitAsync(Never, default);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_at_the_gate()
    {
        var waits = new Waits();
        var gate = new RateLimitGate();
        gate.CloseFor(TimeSpan.FromHours(1));
        using var cancel = new CancellationTokenSource();
        Task waiting = gate.WaitAsync(waits.WaitAsync, cancel.Token);
        await waits.NextAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TestNotion.Soon));
    }

    [Fact]
    public async Task A_burst_over_the_limit_gets_through_in_the_end()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.RateLimit = new RateLimit { Limit = 20, Window = TimeSpan.FromSeconds(60) });
        using var transport = new NotionTransport(policy: new RetryPolicy
        {
            // Waiting makes the window pass.
            Delay = (_, _) =>
            {
                notion.Fake.ClearRateLimits();
                return Task.CompletedTask;
            },
        });
        var client = new NotionClient(transport, notion.BaseUri, new FixedTokenSource(new Secret(notion.Fake.DefaultInternalIntegration.Token!)), new RateLimitGate());
        NotionResponse[] replies = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => client.SendAsync(Me with { MaximumRetryCount = 60 }, default))).WaitAsync(TestNotion.Soon);
        Assert.All(replies, r => Assert.Equal(200, r.Status));
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
