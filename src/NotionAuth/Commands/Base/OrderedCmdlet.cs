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
    private OrderedSequences<string, T>? _sequences;

    /// <summary>How many inputs are worked on at once.</summary>
    private protected abstract int Limit { get; }

    /// <summary>What the errors of the input are about.</summary>
    private protected abstract string Target { get; }

    private OrderedSequences<string, T> Sequences => _sequences ??= new OrderedSequences<string, T>(Limit);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        Func<Task, IAsyncEnumerable<T>>? start;
        try
        {
            start = Begin();
        }
        catch (NotionAuthException e)
        {
            start = _ => Failed(e);
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }

        if (start is not null) Sequences.Add(Target, start);
        Drain(toEnd: false);
    }

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Drain(toEnd: true);

    /// <summary>Takes an input, on the pipeline thread.</summary>
    /// <returns>What begins the work on it, as <see cref="OrderedSequences{TInput,T}.Add"/> wants it; null for
    /// nothing.</returns>
    private protected abstract Func<Task, IAsyncEnumerable<T>>? Begin();

    /// <summary>Writes a piece to the pipeline, on the pipeline thread.</summary>
    /// <param name="piece">The piece.</param>
    private protected abstract void Write(T piece);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) Abandon();
        base.Dispose(disposing);
    }

    private void Drain(bool toEnd)
    {
        try
        {
            // With every place taken the next input has to wait; otherwise PowerShell gets its thread back as soon as
            // there is nothing to write.
            while (!Sequences.IsEmpty && (toEnd || Sequences.IsFull || Sequences.PeekAsync().IsCompleted))
            {
                Task<OrderedResult<string, T>> next = Sequences.TakeAsync();
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

    private void Write(OrderedResult<string, T> result)
    {
        if (!result.IsEnd) Write(result.Item!);
        else if (result.Error is NotionAuthException error)
            WriteFailure(ErrorRecords.From(error, Redaction.Scrub(result.Input)));
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
