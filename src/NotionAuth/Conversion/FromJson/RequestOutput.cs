using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Api.Events;
using NotionAuth.Core.Common;
using NotionAuth.Core.Rows;

namespace NotionAuth.Conversion.FromJson;

/// <summary>A piece of a request's output as PowerShell gets it.</summary>
public sealed class RequestOutput
{
    /// <summary>The objects, in order.</summary>
    public required IReadOnlyList<object?> Objects { get; init; }

    /// <summary>The reply that they come from.</summary>
    public required NotionReply Response { get; init; }

    /// <summary>What the user must know; null for nothing.</summary>
    public string? Warning { get; init; }

    /// <summary>What happened before it, for who wants to know it; null for nothing.</summary>
    public string? Note { get; init; }
}

/// <summary>
/// The form in which a user wants replies. Conversion is done where a reply arrives, beside the pipeline thread's own
/// work.
/// </summary>
/// <param name="isRaw">Whether JSON text is wanted.</param>
/// <param name="asHashtable">Whether dictionaries are wanted in place of objects.</param>
/// <param name="rows">Makes rows of pages; null where none are wanted.</param>
internal sealed class OutputForm(bool isRaw, bool asHashtable, RowReader? rows = null)
{
    private const string HasMore = "There are more rows than this page of the list has. Pass -All to get every one.";

    private const string Capped =
        "Notion stopped at 10,000 rows although there are more. Narrow the query with a filter, " +
        "for example by last_edited_time, and run one for each range.";

    public async IAsyncEnumerable<RequestOutput> ConvertAsync(
        IAsyncEnumerable<ReplyPiece> pieces, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (ReplyPiece piece in pieces.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var objects = new object?[piece.Event is null ? piece.Values.Count : 1];
            for (int i = 0; i < objects.Length; i++)
                objects[i] = piece.Event is not null ? Convert(piece.Event)
                    : await RowOfAsync(piece.Values[i], cancellationToken).ConfigureAwait(false)
                    ?? Convert(piece.Values[i]);
            yield return new RequestOutput
            {
                Objects = objects,
                Response = piece.Response,
                Note = piece.Note,
                Warning = piece.IsCapped ? Capped : piece.HasMore ? HasMore : null
            };
        }
    }

    private async ValueTask<PSObject?> RowOfAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        rows is not null && await rows.ReadAsync(json, cancellationToken).ConfigureAwait(false) is { } row
            ? RowObject.Of(row) : null;

    private object? Convert(ReadOnlyMemory<byte> json) =>
        isRaw ? Encoding.UTF8.GetString(json.ToArray()) : JsonToObject.Convert(json.Span, asHashtable);

    private object Convert(ServerSentEvent next)
    {
        if (isRaw) return next.GetText();
        if (asHashtable)
            return new OrderedDictionary { ["Event"] = next.Type, ["Id"] = next.Id, ["Data"] = DataOf(next) };

        var value = new PSObject();
        value.TypeNames.Insert(0, "Notion.Event");
        value.Properties.Add(new PSNoteProperty("Event", next.Type));
        value.Properties.Add(new PSNoteProperty("Id", next.Id));
        value.Properties.Add(new PSNoteProperty("Data", DataOf(next)));
        return value;
    }

    // A stream may have something else than JSON in it, such as a mark of its end.
    private object? DataOf(ServerSentEvent next)
    {
        try
        {
            return JsonToObject.Convert(next.Data.Span, asHashtable);
        }
        catch (NotionAuthException e) when (e.ErrorId == ErrorIds.InvalidReply)
        {
            return next.GetText();
        }
    }
}
