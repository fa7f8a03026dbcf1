using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Api.Lists;

/// <summary>Reads a list to its end, and a query beyond the 10,000 rows at which Notion stops.</summary>
internal static class QueryReader
{
    /// <summary>
    /// Fetches the pages as <see cref="Paginator.PagesAsync"/> does. Where Notion stops a query, the rows that were
    /// created from the last one's time on are queried next; rows that were returned already are left out, by their
    /// ids.
    /// </summary>
    /// <returns>The pages. One that is capped is the last: the query can't go on.</returns>
    public static async IAsyncEnumerable<NotionPage> PagesAsync(
        NotionClient client, NotionRequest request, int? pageSize,
        [EnumeratorCancellation] CancellationToken cancellationToken, Task? turn = null)
    {
        bool? direction = QueryWindow.IsDescending(request);
        var returned = new ReturnedItems();
        NotionRequest window = request;
        string? begin = null, note = null;
        while (true)
        {
            var times = new CreationTimes();
            NotionPage? capped = null;
            await foreach (NotionPage page in Paginator
                .PartAsync(client, window, pageSize, direction is null ? null : returned, turn, cancellationToken)
                .ConfigureAwait(false))
            {
                if (direction is null)
                {
                    yield return page;
                    continue;
                }

                times.Add(page.Heads);
                if (page.IsCapped) capped = page;
                yield return page with { IsCapped = false, Note = note };
                note = null;
            }

            if (capped is null) yield break;

            // Without sorts Notion chooses the order: rows that come in that of their times go on from there, others
            // are looked for from the first one on.
            bool isDescending = direction == true || (window == request && times.Fall && !times.Rise);
            string? next = times.Rise || times.Fall ? times.Last : null;
            bool isStuck = next is null ? window != request || QueryWindow.HasCursor(request) : next == begin;
            if (isStuck || !returned.HaveIds)
            {
                yield return capped with { Items = [], Heads = [] };
                yield break;
            }

            direction = isDescending;
            begin = next;
            window = QueryWindow.After(request, next, isDescending);
            note = "Notion stopped at 10,000 rows. Going on with the rows that were created " +
                $"{(next is null ? "first" : $"{(isDescending ? "until" : "from")} {Redaction.OneLine(next)}")}.";
        }
    }

    /// <summary>The order in which rows came.</summary>
    private sealed class CreationTimes
    {
        // As it stands in the last row: every row is looked at, and few lists are ever cut.
        private ReadOnlyMemory<byte> _last;

        public string? Last => _last.IsEmpty ? null : Encoding.UTF8.GetString(_last.ToArray());

        public bool Rise { get; private set; } = true;

        public bool Fall { get; private set; } = true;

        public void Add(IReadOnlyList<ItemHead> rows)
        {
            foreach (ItemHead row in rows)
            {
                // As text: they have one form.
                ReadOnlyMemory<byte> time = row.CreatedTime;
                int order = _last.IsEmpty ? 0 : _last.Span.SequenceCompareTo(time.Span);
                if (time.IsEmpty || order > 0) Rise = false;
                if (time.IsEmpty || order < 0) Fall = false;
                if (!time.IsEmpty) _last = time;
            }
        }
    }
}
