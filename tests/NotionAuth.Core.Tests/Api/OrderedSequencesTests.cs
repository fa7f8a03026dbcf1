using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

public sealed class OrderedSequencesTests
{
    [Fact]
    public async Task Results_come_in_the_order_of_the_inputs_whatever_the_order_in_which_they_are_ready()
    {
        var sequences = new OrderedSequences<int, string>(8);
        TaskCompletionSource<string>[] replies =
            [.. Enumerable.Range(0, 8).Select(_ => new TaskCompletionSource<string>())];
        for (int i = 0; i < replies.Length; i++) sequences.Add(i, One(replies[i].Task));
        for (int i = replies.Length - 1; i >= 0; i--) replies[i].SetResult($"reply {i}");
        Assert.Equal(
            Enumerable.Range(0, 8).Select(i => $"reply {i}"), (await ReadAsync(sequences)).Select(r => r.Item));
    }

    [Fact]
    public async Task Every_place_that_is_taken_is_at_work_and_a_finished_one_keeps_its_place_until_it_was_read()
    {
        int started = 0;
        var first = new TaskCompletionSource<string>();
        var sequences = new OrderedSequences<int, string>(3);
        sequences.Add(0, One(first.Task, () => started++));
        for (int i = 1; i < 3; i++) sequences.Add(i, One(Task.FromResult("done"), () => started++));
        Assert.Equal(3, started);
        Assert.True(sequences.IsFull);
        Assert.Throws<InvalidOperationException>(() => sequences.Add(3, One(Task.FromResult("x"))));

        first.SetResult("late");
        Assert.Equal(3, (await ReadAsync(sequences)).Count);
        Assert.False(sequences.IsFull);
        Assert.True(sequences.IsEmpty);
    }

    [Fact]
    public async Task Only_the_one_that_is_read_goes_beyond_its_first_item()
    {
        var fetched = new List<string>();
        async IAsyncEnumerable<string> Pages(string name, Task turn)
        {
            for (int page = 1; page <= 3; page++)
            {
                lock (fetched) fetched.Add(name + page);
                if (page == 1) yield return name + page;
                await turn.WaitAsync(TestNotion.Soon);
                if (page > 1) yield return name + page;
            }
        }

        var sequences = new OrderedSequences<string, string>(2);
        sequences.Add("a", turn => Pages("a", turn));
        sequences.Add("b", turn => Pages("b", turn));
        Assert.Equal(["a1", "b1"], fetched);
        Assert.Equal(["a1", "a2", "a3"], (await TakeAsync(sequences, 3)).Select(r => r.Item));
        Assert.Equal(["a1", "b1", "a2", "a3"], fetched);
        Assert.Equal(["b1", "b2", "b3"], (await ReadAsync(sequences)).Select(r => r.Item));
    }

    [Fact]
    public async Task A_failure_stands_at_its_inputs_place_and_the_others_go_on()
    {
        async IAsyncEnumerable<string> Fails()
        {
            yield return "before";
            await Task.Yield();
            throw new InvalidTimeZoneException("b");
        }

        var sequences = new OrderedSequences<string, string>(3);
        sequences.Add("a", One(Task.FromResult("1")));
        sequences.Add("b", _ => Fails());
        sequences.Add("c", One(Task.FromResult("2")));
        List<OrderedResult<string, string>> results = await ReadAllAsync(sequences);
        Assert.Equal(["a 1", "a end", "b before", "b InvalidTimeZoneException", "c 2", "c end"], results.Select(r =>
            $"{r.Input} {(r.IsEnd ? r.Error?.GetType().Name ?? "end" : r.Item)}"));
    }

    [Fact]
    public async Task What_is_peeked_at_is_what_is_taken()
    {
        var sequences = new OrderedSequences<int, string>(1);
        Assert.Throws<InvalidOperationException>(() => { _ = sequences.PeekAsync(); });
        sequences.Add(1, One(Task.FromResult("x")));
        Assert.Equal("x", (await sequences.PeekAsync()).Item);
        Assert.Same(await sequences.PeekAsync(), await sequences.TakeAsync());
        Assert.True((await sequences.TakeAsync()).IsEnd);
    }

    [Fact]
    public async Task Abandoning_waits_until_nothing_runs_any_more()
    {
        using var cancel = new CancellationTokenSource();
        int running = 0;
        async IAsyncEnumerable<string> Endless()
        {
            Interlocked.Increment(ref running);
            try
            {
                await Task.Delay(Timeout.Infinite, cancel.Token);
                yield return "never";
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }

        async IAsyncEnumerable<string> Half(Task turn)
        {
            Interlocked.Increment(ref running);
            try
            {
                yield return "first";
                await turn;
                yield return "second";
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }

        var sequences = new OrderedSequences<int, string>(4);
        sequences.Add(0, Half);
        sequences.Add(1, _ => Endless());
        sequences.Add(2, Half);
        sequences.Add(3, _ => Endless());
        await sequences.TakeAsync();
        Assert.Equal(4, running);
        await cancel.CancelAsync();
        await sequences.AbandonAsync().WaitAsync(TestNotion.Soon);
        Assert.Equal(0, running);
        Assert.True(sequences.IsEmpty);
    }

    [Fact]
    public async Task As_many_run_at_once_as_there_are_places_and_never_more()
    {
        int now = 0, most = 0;
        async IAsyncEnumerable<int> Work(int i)
        {
            int seen = Interlocked.Increment(ref now);
            lock (this) most = Math.Max(most, seen);
            await Task.Yield();
            Interlocked.Decrement(ref now);
            yield return i;
        }

        var sequences = new OrderedSequences<int, int>(5);
        var read = new List<int>();
        for (int i = 0; i < 500; i++)
        {
            int input = i;
            sequences.Add(input, _ => Work(input));
            while (sequences.IsFull)
                if (await sequences.TakeAsync() is { IsEnd: false } result) read.Add(result.Item);
        }

        read.AddRange((await ReadAsync(sequences)).Select(r => r.Item));
        Assert.Equal(Enumerable.Range(0, 500), read);
        Assert.InRange(most, 1, 5);
    }

    private static Func<Task, IAsyncEnumerable<string>> One(Task<string> reply, Action? started = null)
    {
        async IAsyncEnumerable<string> Items()
        {
            started?.Invoke();
            yield return await reply;
        }

        return _ => Items();
    }

    private static async Task<List<OrderedResult<TInput, T>>> TakeAsync<TInput, T>(
        OrderedSequences<TInput, T> sequences, int count)
    {
        var results = new List<OrderedResult<TInput, T>>();
        while (results.Count < count) results.Add(await sequences.TakeAsync().WaitAsync(TestNotion.Soon));
        return results;
    }

    private static async Task<List<OrderedResult<TInput, T>>> ReadAllAsync<TInput, T>(
        OrderedSequences<TInput, T> sequences)
    {
        var results = new List<OrderedResult<TInput, T>>();
        while (!sequences.IsEmpty) results.Add(await sequences.TakeAsync().WaitAsync(TestNotion.Soon));
        return results;
    }

    private static async Task<List<OrderedResult<TInput, T>>> ReadAsync<TInput, T>(
        OrderedSequences<TInput, T> sequences) =>
        [.. (await ReadAllAsync(sequences)).Where(r => !r.IsEnd)];
}
