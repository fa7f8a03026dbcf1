using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Rows;

/// <summary>
/// Writes rows of plain values to a data source. Rows are planned some at a time, so that their keys are looked up
/// together, and then written one by one.
/// </summary>
internal sealed class RowWriter : IDisposable
{
    /// <summary>How many rows are planned together: as many keys as there are conditions in a filter.</summary>
    public const int Together = 100;

    private readonly NotionClient _client;
    private readonly NotionRequest _request;
    private readonly RowTarget _target;
    private readonly RowLookup _lookup;
    private readonly RowKeys? _keys;
    private readonly CellReader _cells;
    private readonly SemaphoreSlim _planning = new(1);
    private readonly SortedSet<string> _computed = new(StringComparer.Ordinal);

    private RowWriter(NotionClient client, NotionRequest request, RowTarget target, string? key)
    {
        _client = client;
        _request = request;
        _target = target;
        _lookup = new RowLookup(client, request);
        _cells = new CellReader(_lookup, client.HasDataSources(request));
        _keys = key is null ? null : new RowKeys(key, target, _lookup, _cells);
    }

    /// <summary>The columns that Notion computes, and that were left out of rows so far.</summary>
    public IReadOnlyList<string> Computed
    {
        get
        {
            lock (_computed) return [.. _computed];
        }
    }

    /// <summary>Makes a writer.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">What the requests have in common: headers, version and bounds.</param>
    /// <param name="dataSource">An id or a path: of a data source, or of a database with one data source.</param>
    /// <param name="key">The column by which rows are found; null to create each.</param>
    /// <param name="reserved">Names that no column may have in a row.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The writer.</returns>
    /// <exception cref="NotionAuthException">As <see cref="RowTarget.FindAsync"/>;
    /// <see cref="ErrorIds.PropertyNotFound"/>, <see cref="ErrorIds.PropertyValueInvalid"/>: there is no such column,
    /// or it can't be a key.</exception>
    public static async Task<RowWriter> OpenAsync(
        NotionClient client, NotionRequest request, string dataSource, string? key,
        IReadOnlyCollection<string> reserved, CancellationToken cancellationToken)
    {
        RowTarget target = await RowTarget.FindAsync(client, request, dataSource, reserved, cancellationToken)
            .ConfigureAwait(false);
        var writer = new RowWriter(client, request, target, key);
        if (writer._keys is { } keys)
            await writer.UnderSchemaAsync(() => new ValueTask<Column>(keys.Column), cancellationToken)
                .ConfigureAwait(false);
        return writer;
    }

    /// <summary>Finds out what is to be done for rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>A plan for each, in order; what is wrong with a row is in its plan.</returns>
    public async Task<IReadOnlyList<RowPlan>> PlanAsync(
        IReadOnlyList<InputRow> rows, CancellationToken cancellationToken)
    {
        await _planning.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _lookup.BeginBatch();
            var drafts = new List<Draft>(rows.Count);
            foreach (InputRow row in rows) drafts.Add(await DraftAsync(row, cancellationToken).ConfigureAwait(false));
            List<Draft> good = drafts.FindAll(d => d.Error is null);
            await FindKeysAsync(good, cancellationToken).ConfigureAwait(false);
            await FindTitlesAsync(good, cancellationToken).ConfigureAwait(false);
            var plans = new List<RowPlan>(rows.Count);
            foreach (Draft draft in drafts)
                plans.Add(await PlanAsync(draft, cancellationToken).ConfigureAwait(false));
            return plans;
        }
        finally
        {
            _planning.Release();
        }
    }

    /// <summary>Does what was planned for a row.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The row's page.</returns>
    /// <exception cref="NotionAuthException">The plan's error; or as
    /// <see cref="NotionClient.SendAsync(NotionRequest, CancellationToken)"/>, with the row's name.</exception>
    public async IAsyncEnumerable<ReplyPiece> WriteAsync(
        RowPlan plan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (plan.Error is not null) throw plan.Error;
        if (plan.IsLeft)
        {
            yield return new ReplyPiece(plan.Found!.Reply, [plan.Found.Json]);
            yield break;
        }

        NotionReply reply;
        try
        {
            reply = await SendAsync(plan, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException e)
        {
            throw e.With($"{plan.Label}: {e.Message}", e.RecommendedAction);
        }

        yield return new ReplyPiece(reply, [reply.Body]);
    }

    /// <inheritdoc/>
    public void Dispose() => _planning.Dispose();

    private async Task<NotionReply> SendAsync(RowPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.SendAsync(RequestOf(plan), cancellationToken).ConfigureAwait(false);
        }
        catch (NotionApiException e) when (e.Status == 400)
        {
            // The columns may have changed since they were read.
            if (await PlanAgainAsync(plan, cancellationToken).ConfigureAwait(false) is not { } again) throw;
            return await _client.SendAsync(RequestOf(again), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<RowPlan?> PlanAgainAsync(RowPlan plan, CancellationToken cancellationToken)
    {
        await _planning.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!await _target.RefreshAsync(plan.Schema!, isNotions: true, cancellationToken)
                .ConfigureAwait(false)) return null;
            Dictionary<Column, object?> values = _target.Names.ColumnsOf(plan.Row.Values);
            return plan with
            {
                Schema = _target.Schema,
                Cells = await CellsAsync(values, plan.Found, cancellationToken).ConfigureAwait(false),
            };
        }
        finally
        {
            _planning.Release();
        }
    }

    private NotionRequest RequestOf(RowPlan plan)
    {
        JsonElement? page = plan.Found?.Page;
        string properties = string.Join(",", plan.Cells.Select(c =>
            $"{Cell.Quoted(c.Column.Name)}:{{\"{c.Column.Type}\":{c.Json(PropertyOf(page, c.Column))}}}"));
        string parent = page is null ? $"\"parent\":{_target.Parent}," : string.Empty;
        return _request with
        {
            Path = page is { } there ? $"pages/{JsonText.StringOf(there, "id")}" : "pages",
            Method = page is null ? HttpMethod.Post : new HttpMethod("PATCH"),
            Body = Encoding.UTF8.GetBytes($"{{{parent}\"properties\":{{{properties}}}}}"),
        };
    }

    private async Task<Draft> DraftAsync(InputRow row, CancellationToken cancellationToken)
    {
        var draft = new Draft(row);
        try
        {
            draft.Values = await UnderSchemaAsync(
                () => new ValueTask<Dictionary<Column, object?>>(_target.Names.ColumnsOf(row.Values)),
                cancellationToken).ConfigureAwait(false);
            if (_keys is not null)
                await UnderSchemaAsync(
                    async () =>
                    {
                        await _keys.ReadAsync(draft, cancellationToken).ConfigureAwait(false);
                        return true;
                    },
                    cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException e)
        {
            draft.Error = e;
        }

        return draft;
    }

    private async Task<RowPlan> PlanAsync(Draft draft, CancellationToken cancellationToken)
    {
        var plan = new RowPlan(draft.Row, draft.Label);
        try
        {
            if (draft.Error is not null) throw draft.Error;
            IReadOnlyList<Cell> cells = await UnderSchemaAsync(
                () => CellsAsync(draft.Values, draft.Found, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            return plan with { Found = draft.Found, Schema = _target.Schema, Cells = cells };
        }
        catch (NotionAuthException e)
        {
            return plan with { Error = e.With($"{draft.Label}: {e.Message}", e.RecommendedAction) };
        }
    }

    // What has to be written: of a row that is there, what is something else than it has.
    private async ValueTask<IReadOnlyList<Cell>> CellsAsync(
        Dictionary<Column, object?> values, FoundRow? found, CancellationToken cancellationToken)
    {
        var cells = new List<Cell>();
        foreach (KeyValuePair<Column, object?> value in values.OrderBy(v => _target.Schema.PlaceOf(v.Key)))
        {
            if (value.Value is null) continue;
            if (value.Key.IsComputed)
            {
                lock (_computed) _computed.Add(value.Key.Name);
                continue;
            }

            if (await CellAsync(value.Key, value.Value, found, cancellationToken).ConfigureAwait(false) is { } cell)
                cells.Add(cell);
        }

        return cells;
    }

    private async ValueTask<Cell?> CellAsync(
        Column column, object value, FoundRow? found, CancellationToken cancellationToken)
    {
        Cell cell;
        if (PropertyOf(found?.Page, column) is not { } there)
        {
            cell = await _cells.ReadAsync(column, value, cancellationToken).ConfigureAwait(false);
            return cell.Canonical.Length == 0 ? null : cell;
        }

        IReadOnlyList<JsonElement>? entries = await CutProperty
            .EntriesAsync(_client, _request, JsonText.StringOf(found!.Page, "id"), there, cancellationToken)
            .ConfigureAwait(false);

        // What stands there is what was given, as a row shows it: names need no look-up then.
        if (CellText.Of(RowValue.Of(there, entries)) == CellText.Of(value)) return null;
        cell = await _cells.ReadAsync(column, value, cancellationToken).ConfigureAwait(false);
        return cell.IsIn(there, entries) ? null : cell;
    }

    private async Task FindKeysAsync(List<Draft> drafts, CancellationToken cancellationToken)
    {
        if (_keys is null || drafts.Count == 0) return;
        try
        {
            await _keys.FindAsync(drafts, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException e)
        {
            // A look-up of many that fails is the failure of each.
            foreach (Draft draft in drafts) draft.Error ??= e;
        }
    }

    private async Task FindTitlesAsync(List<Draft> drafts, CancellationToken cancellationToken)
    {
        var all = from draft in drafts
                  from value in draft.Values
                  where value.Value is not null && !IsShown(draft.Found, value.Key, value.Value)
                  let titles = _cells.TitlesIn(value.Key, value.Value)
                  where titles is not null
                  select titles.Value;
        foreach (var source in all.ToList().GroupBy(t => t.Source))
            try
            {
                await _lookup.FindTitlesAsync(source.Key, source.SelectMany(t => t.Titles), cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (NotionAuthException)
            {
                // It is the error of the rows that name a title, which meet it when they are planned.
                continue;
            }
    }

    private static bool IsShown(FoundRow? found, Column column, object value) =>
        PropertyOf(found?.Page, column) is { } there && CellText.Of(RowValue.Of(there)) == CellText.Of(value);

    private static JsonElement? PropertyOf(JsonElement? page, Column column) =>
        page is { } there && there.TryGetProperty("properties", out JsonElement properties)
            && properties.ValueKind == JsonValueKind.Object
            && properties.TryGetProperty(column.Name, out JsonElement property) ? property : null;

    // What doesn't fit a schema that was read before may fit the one of now.
    private async ValueTask<T> UnderSchemaAsync<T>(Func<ValueTask<T>> read, CancellationToken cancellationToken)
    {
        RowSchema used = _target.Schema;
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (NotionAuthException e)
            when (e.ErrorId is ErrorIds.PropertyNotFound or ErrorIds.PropertyValueInvalid)
        {
            if (!await _target.RefreshAsync(used, isNotions: false, cancellationToken).ConfigureAwait(false)) throw;
        }

        return await read().ConfigureAwait(false);
    }
}
