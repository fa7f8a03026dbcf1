using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Pipeline;

/// <summary>
/// Lets asynchronous work use the pipeline thread: what must happen on that thread is queued here, and it drains the
/// queue whenever it waits for the work.
/// </summary>
internal sealed class PipelinePump
{
    private readonly Queue<Action> _queue = new();
    private bool _isClosed;

    /// <summary>
    /// Waits for work; called on the pipeline thread, which runs what is queued until the work has ended.
    /// </summary>
    /// <param name="work">The work. How it ended is the caller's to look at.</param>
    /// <param name="stop">Called when an action on the pipeline thread failed: all work should end.</param>
    /// <exception cref="Exception">What an action on the pipeline thread threw.</exception>
    public void Wait(Task work, Action stop)
    {
        if (!work.IsCompleted)
            _ = work.ContinueWith(
                _ => Pulse(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);

        ExceptionDispatchInfo? failure = null;
        while (Next(work) is { } action)
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                // Such as PipelineStoppedException from a write: it has to leave on this thread, after the work has put
                // its things away.
                failure ??= ExceptionDispatchInfo.Capture(e);
                stop();
            }
        }

        failure?.Throw();
    }

    /// <summary>Takes nothing more; called when no work runs any more.</summary>
    public void Close()
    {
        lock (_queue)
        {
            _isClosed = true;
            _queue.Clear();
        }
    }

    /// <summary>Runs an action on the pipeline thread and waits for it.</summary>
    /// <param name="action">The action. What it throws ends the pipeline: see <see cref="Wait"/>.</param>
    /// <returns>What the action returned.</returns>
    public Task<T> InvokeAsync<T>(Func<T> action)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isQueued = TryEnqueue(() =>
        {
            try
            {
                completion.SetResult(action());
            }
            catch (Exception e)
            {
                completion.SetException(e);
                throw;
            }
        });
        if (!isQueued) completion.SetCanceled();
        return completion.Task;
    }

    /// <summary>Queues an action and doesn't wait; dropped where the work has ended already.</summary>
    /// <param name="action">The action.</param>
    public void Post(Action action) => TryEnqueue(action);

    private bool TryEnqueue(Action action)
    {
        lock (_queue)
        {
            if (_isClosed) return false;
            _queue.Enqueue(action);
            Monitor.PulseAll(_queue);
            return true;
        }
    }

    private void Pulse()
    {
        lock (_queue) Monitor.PulseAll(_queue);
    }

    private Action? Next(Task work)
    {
        lock (_queue)
        {
            while (_queue.Count == 0)
            {
                if (work.IsCompleted) return null;
                Monitor.Wait(_queue);
            }

            return _queue.Dequeue();
        }
    }
}
