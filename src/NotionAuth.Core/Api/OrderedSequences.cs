using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace NotionAuth.Core.Api;

/// <summary>
/// What comes next of <see cref="OrderedSequences{TInput,T}"/>: an item of an input's sequence, or that sequence's end.
/// </summary>
/// <typeparam name="TInput">What a sequence was made of.</typeparam>
/// <typeparam name="T">What it gives.</typeparam>
/// <param name="Input">The input.</param>
/// <param name="IsEnd">Whether the input's sequence has ended.</param>
/// <param name="Item">The item, where it hasn't.</param>
/// <param name="Error">What the sequence ended with; null where it ended well.</param>
internal sealed record OrderedResult<TInput, T>(TInput Input, bool IsEnd, T? Item, Exception? Error);

/// <summary>
/// Several sequences that run at once and are read one after the other, in the order in which they were added. Each
/// holds its place until it has been read to its end, so that no more than so many are ever held, whichever of them is
/// ready first. Used by one thread at a time.
/// </summary>
/// <typeparam name="TInput">What a sequence is made of.</typeparam>
/// <typeparam name="T">What it gives.</typeparam>
/// <param name="limit">How many places there are.</param>
internal sealed class OrderedSequences<TInput, T>(int limit)
{
    private readonly Queue<Running> _running = new();
    private Task<OrderedResult<TInput, T>>? _next;

    /// <summary>Whether there is nothing to be read.</summary>
    public bool IsEmpty => _running.Count == 0;

    /// <summary>Whether every place is taken.</summary>
    public bool IsFull => _running.Count >= limit;

    /// <summary>Adds a sequence and begins with its first item at once.</summary>
    /// <param name="input">What it is made of.</param>
    /// <param name="start">Makes the sequence. The task that it gets ends when the sequence's turn to be read has come:
    /// nothing beyond the first item is wanted before.</param>
    /// <exception cref="InvalidOperationException">Every place is taken.</exception>
    public void Add(TInput input, Func<Task, IAsyncEnumerable<T>> start)
    {
        if (IsFull) throw new InvalidOperationException("Every place is taken.");
        var running = new Running(input, start);
        _running.Enqueue(running);
        if (_running.Count == 1) running.TakeTurn();
    }

    /// <summary>The next result in order, which stays the next one until it is taken.</summary>
    /// <returns>A task that never fails: a sequence's failure is a result.</returns>
    /// <exception cref="InvalidOperationException">There is nothing to be read.</exception>
    public Task<OrderedResult<TInput, T>> PeekAsync() =>
        _next ??= _running.Count > 0 ? _running.Peek().NextAsync() : throw new InvalidOperationException(
            "There is nothing to be read.");

    /// <summary>Takes the next result; after a sequence's last one, the next sequence has its turn.</summary>
    /// <returns>The result.</returns>
    public async Task<OrderedResult<TInput, T>> TakeAsync()
    {
        OrderedResult<TInput, T> result = await PeekAsync().ConfigureAwait(false);
        _next = null;
        if (!result.IsEnd) return result;
        _running.Dequeue();
        if (_running.Count > 0) _running.Peek().TakeTurn();
        return result;
    }

    /// <summary>Gives up every sequence; the caller has cancelled them.</summary>
    /// <returns>A task that ends when none of them runs any more.</returns>
    public async Task AbandonAsync()
    {
        foreach (Running running in _running) running.TakeTurn();
        foreach (Running running in _running) await running.EndAsync().ConfigureAwait(false);
        _running.Clear();
        _next = null;
    }

    private sealed class Running
    {
        private readonly TInput _input;
        private readonly IAsyncEnumerator<T> _items;
        private readonly TaskCompletionSource<bool> _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task<OrderedResult<TInput, T>> _pending;
        private bool _isTaken;

        public Running(TInput input, Func<Task, IAsyncEnumerable<T>> start)
        {
            _input = input;
            _items = start(_turn.Task).GetAsyncEnumerator();
            _pending = MoveAsync();
        }

        public void TakeTurn() => _turn.TrySetResult(true);

        public Task<OrderedResult<TInput, T>> NextAsync()
        {
            if (_isTaken) _pending = MoveAsync();
            _isTaken = true;
            return _pending;
        }

        public async Task EndAsync()
        {
            if (!(await _pending.ConfigureAwait(false)).IsEnd) await _items.DisposeAsync().ConfigureAwait(false);
        }

        private async Task<OrderedResult<TInput, T>> MoveAsync()
        {
            Exception? error = null;
            try
            {
                if (await _items.MoveNextAsync().ConfigureAwait(false)) return new(_input, false, _items.Current, null);
            }
#pragma warning disable CA1031 // Whatever it is, it belongs to this input, and the reader decides.
            catch (Exception e)
#pragma warning restore CA1031
            {
                error = e;
            }

            await _items.DisposeAsync().ConfigureAwait(false);
            return new(_input, true, default, error);
        }
    }
}
