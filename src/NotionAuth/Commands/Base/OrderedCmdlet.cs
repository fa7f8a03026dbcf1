using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;

namespace NotionAuth.Commands.Base;

/// <summary>
/// A cmdlet that works on several inputs at once and answers them in their order, each one's error at its place. The
/// work goes on while PowerShell fetches the next input; what is ready is written whenever the cmdlet has its turn.
/// </summary>
/// <typeparam name="T">What an input gives, piece by piece.</typeparam>
public abstract class OrderedCmdlet<T> : NotionCmdlet
{
    private OrderedSequences<object?, T>? _sequences;

    /// <summary>How many inputs are worked on at once.</summary>
    private protected abstract int Limit { get; }

    private OrderedSequences<object?, T> Sequences => _sequences ??= new OrderedSequences<object?, T>(Limit);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => BeginAll(Inputs());

    /// <inheritdoc/>
    protected sealed override void EndProcessing()
    {
        BeginAll(LastInputs());
        Drain(toEnd: true);
    }

    /// <summary>The inputs that have come with this record; none where they have to wait for others.</summary>
    private protected abstract IEnumerable<OrderedInput<T>> Inputs();

    /// <summary>The inputs that have waited until the last record.</summary>
    private protected virtual IEnumerable<OrderedInput<T>> LastInputs() => [];

    /// <summary>Writes a piece to the pipeline, on the pipeline thread.</summary>
    /// <param name="piece">The piece.</param>
    private protected abstract void Write(T piece);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) Abandon();
        base.Dispose(disposing);
    }

    private void BeginAll(IEnumerable<OrderedInput<T>> inputs)
    {
        try
        {
            foreach (OrderedInput<T> input in inputs)
            {
                Func<Task, IAsyncEnumerable<T>>? start;
                try
                {
                    start = input.Begin();
                }
                catch (NotionAuthException e)
                {
                    start = _ => Failed(e);
                }

                if (start is not null) Sequences.Add(input.Target, start);
                Drain(toEnd: false);
            }
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    private void Drain(bool toEnd)
    {
        try
        {
            // With every place taken the next input has to wait; otherwise PowerShell gets its thread back as soon as
            // there is nothing to write.
            while (!Sequences.IsEmpty && (toEnd || Sequences.IsFull || Sequences.PeekAsync().IsCompleted))
            {
                Task<OrderedResult<object?, T>> next = Sequences.TakeAsync();
                Wait(next);
                Write(next.Result);
            }
        }
        catch
        {
            // Such as the exception by which Select-Object -First ends the pipeline: the rest isn't wanted any more.
            Abandon();
            throw;
        }
    }

    private void Write(OrderedResult<object?, T> result)
    {
        if (!result.IsEnd) Write(result.Item!);
        else if (result.Error is NotionAuthException error)
            WriteFailure(
                ErrorRecords.From(error, result.Input is string text ? Redaction.Scrub(text) : result.Input));
        else if (result.Error is OperationCanceledException && StopToken.IsCancellationRequested)
            throw new PipelineStoppedException();
        else if (result.Error is not null) ExceptionDispatchInfo.Capture(result.Error).Throw();
    }

    // A refresh that is on the wire is seen through, and its pair has to reach the vault: so it waits.
    private void Abandon()
    {
        if (_sequences is not { IsEmpty: false } sequences) return;
        Stop();
        try
        {
            Wait(sequences.AbandonAsync());
        }
        catch (PipelineStoppedException)
        {
            // Some output that nobody takes any more.
        }
    }

#pragma warning disable CS1998 // An asynchronous sequence that fails at once.
    private static async IAsyncEnumerable<T> Failed(
        NotionAuthException error,
        [EnumeratorCancellation] System.Threading.CancellationToken cancellationToken = default)
#pragma warning restore CS1998
    {
        ExceptionDispatchInfo.Capture(error).Throw();
        yield break;
    }
}

/// <summary>An input that work begins for.</summary>
/// <typeparam name="T">What it gives, piece by piece.</typeparam>
/// <param name="Target">What its errors are about; a text is redacted before it is shown.</param>
/// <param name="Begin">Takes it, on the pipeline thread: what begins the work on it, as
/// <see cref="OrderedSequences{TInput,T}.Add"/> wants it; null for nothing.</param>
internal sealed record OrderedInput<T>(object? Target, Func<Func<Task, IAsyncEnumerable<T>>?> Begin);
