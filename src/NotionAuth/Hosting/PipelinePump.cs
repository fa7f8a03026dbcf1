using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Hosting;

/// <summary>
/// Lets asynchronous work use the pipeline thread: the work runs on pool threads, and what must happen on the pipeline thread is queued
/// here, which that thread drains until the work has ended.
/// </summary>
internal sealed class PipelinePump
{
    private readonly Queue<Action> _queue = new();
    private bool _isDone;

    /// <summary>Runs work to its end; called on the pipeline thread.</summary>
    /// <param name="work">The work.</param>
    /// <param name="stop">Told that an action on the pipeline thread failed: the work should end.</param>
    /// <exception cref="Exception">What an action on the pipeline thread threw; else what the work threw.</exception>
    public T Run<T>(Func<Task<T>> work, Action stop)
    {
        Task<T> task = Task.Run(work);
        _ = task.ContinueWith(_ => Complete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        ExceptionDispatchInfo? failure = null;
        while (Next() is { } action)
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                // Such as PipelineStoppedException from a write: it has to leave on this thread, after the work has put its things away.
                failure ??= ExceptionDispatchInfo.Capture(e);
                stop();
            }
        }

        failure?.Throw();
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Runs an action on the pipeline thread and waits for it.</summary>
    /// <param name="action">The action. What it throws ends the pipeline: see <see cref="Run"/>.</param>
    /// <returns>What the action returned.</returns>
    public Task<T> InvokeAsync<T>(Func<T> action) => EnqueueAsync(action, endsPipeline: static _ => true);

    /// <summary>Runs an action on the pipeline thread and waits for it; what it throws goes to the caller alone.</summary>
    /// <param name="action">The action.</param>
    /// <returns>What the action returned.</returns>
    public Task<T> CallAsync<T>(Func<T> action) =>
        EnqueueAsync(action, endsPipeline: static e => e is System.Management.Automation.PipelineStoppedException);

    /// <summary>Queues an action and doesn't wait; dropped where the work has ended already.</summary>
    /// <param name="action">The action.</param>
    public void Post(Action action) => TryEnqueue(action);

    private Task<T> EnqueueAsync<T>(Func<T> action, Func<Exception, bool> endsPipeline)
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
                if (endsPipeline(e)) throw;
            }
        });
        if (!isQueued) completion.SetCanceled();
        return completion.Task;
    }

    private bool TryEnqueue(Action action)
    {
        lock (_queue)
        {
            if (_isDone) return false;
            _queue.Enqueue(action);
            Monitor.Pulse(_queue);
            return true;
        }
    }

    private void Complete()
    {
        lock (_queue)
        {
            _isDone = true;
            Monitor.Pulse(_queue);
        }
    }

    private Action? Next()
    {
        lock (_queue)
        {
            while (_queue.Count == 0)
            {
                if (_isDone) return null;
                Monitor.Wait(_queue);
            }

            return _queue.Dequeue();
        }
    }
}
