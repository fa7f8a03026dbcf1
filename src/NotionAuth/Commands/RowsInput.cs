using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Commands.Base;
using NotionAuth.Conversion.FromJson;
using NotionAuth.Conversion.ToJson;
using NotionAuth.Core.Common;
using NotionAuth.Core.Rows;

namespace NotionAuth.Commands;

/// <summary>
/// Takes the rows of Invoke-NotionRequest. With a key they wait until there are as many as one query can look for.
/// </summary>
/// <param name="command">The command.</param>
/// <param name="open">Makes what writes them, at the first row.</param>
/// <param name="wait">Waits on the pipeline thread.</param>
/// <param name="note">Tells what was done, once.</param>
/// <param name="stopToken">Ends all work.</param>
internal sealed class RowsInput(
    InvokeNotionRequestCommand command, Func<(RowWriter Writer, OutputForm Form)> open, Action<Task> wait,
    Action<string> note, CancellationToken stopToken) : IDisposable
{
    private readonly List<(PSObject Given, InputRow? Row, NotionAuthException? Error)> _waiting = [];
    private (RowWriter Writer, OutputForm Form)? _opened;
    private int _count;

    /// <summary>Takes rows, and gives those that need not wait any more.</summary>
    public IEnumerable<OrderedInput<RequestOutput>> Take(IEnumerable<PSObject> rows)
    {
        foreach (PSObject row in rows)
        {
            _waiting.Add(Read(row, ++_count));
            if (command.Key is not null && _waiting.Count < RowWriter.Together) continue;
            foreach (OrderedInput<RequestOutput> input in TakeRest()) yield return input;
        }
    }

    /// <summary>Gives the rows that wait.</summary>
    public IEnumerable<OrderedInput<RequestOutput>> TakeRest()
    {
        if (_waiting.Count == 0) return [];
        List<(PSObject Given, InputRow? Row, NotionAuthException? Error)> rows = [.. _waiting];
        _waiting.Clear();
        _opened ??= open();
        (RowWriter writer, OutputForm form) = _opened.Value;
        Task<IReadOnlyList<RowPlan>> planning = Task.Run(
            () => writer.PlanAsync([.. rows.Select(r => r.Row).OfType<InputRow>()], stopToken));
        wait(planning);
        if (writer.Computed is { Count: > 0 } computed)
            note($"Columns that Notion computes were left out: {string.Join(", ", computed)}.");
        var plans = new Queue<RowPlan>(planning.Result);
        return rows.Select(r => new OrderedInput<RequestOutput>(
            r.Given, () => r.Error is not null ? throw r.Error : Begin(plans.Dequeue(), writer, form)));
    }

    /// <inheritdoc/>
    public void Dispose() => _opened?.Writer.Dispose();

    private static (PSObject, InputRow?, NotionAuthException?) Read(PSObject row, int number)
    {
        try
        {
            return (row, RowInput.Of(row, number), null);
        }
        catch (NotionAuthException e)
        {
            return (row, null, e);
        }
    }

    private Func<Task, IAsyncEnumerable<RequestOutput>>? Begin(RowPlan plan, RowWriter writer, OutputForm form)
    {
        // A row that is left needs no consent; with -WhatIf that is said, too.
        bool isAsked = plan.Error is null && (!plan.IsLeft || command.IsWhatIf);
        if (isAsked && !command.ShouldProcess(plan.Label, plan.Action)) return null;
        return _ => form.ConvertAsync(writer.WriteAsync(plan, stopToken), stopToken);
    }
}
