using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Content;

/// <summary>
/// A query over the rows of a data source. Rows are only parsed if a filter or a sort looks into them.
/// </summary>
internal static class RowQuery
{
    public static Reply Run(Call call, Entity source)
    {
        call.AllowQuery("filter_properties", "filter_properties[]");
        call.AllowBody("filter", "sorts", "start_cursor", "page_size", "in_trash", "archived", "result_type");
        call.RefuseNull("filter", "an object");
        call.RefuseNull("sorts", "an array");
        var rows = call.OptionalBool("in_trash") == true
            ? call.Content.All(e => e.Parent == source && e.InTrash)
            : call.Content.ChildrenOf(source);
        var filter = call.Json["filter"] is { } node ? RowFilter.Parse(node, source) : null;
        var sorts = Sorts(call, source);
        if (filter is not null || sorts.Count > 0)
            rows = Select(rows, filter, sorts);

        var cap = call.State.Behavior.QueryRowCap;
        var capped = rows.Length > cap;
        if (capped)
            rows = rows[..cap];
        var shape = call.Shape;
        var wanted = call.Query.Where(q => q.Key.StartsWith("filter_properties", StringComparison.Ordinal))
            .SelectMany(q => q.Value.ToArray()).OfType<string>().ToArray();
        return Pagination.FromBody(
            call,
            rows,
            r => r.Id,
            r => wanted.Length == 0
            ? r.Render(shape) : Json.Bytes(PagesEndpoints.WithOnly(Json.Parse(r.Render(shape)), wanted)),
            shape == Shape.Databases ? "page_or_database" : "page_or_data_source",
            capped);
    }

    private static Entity[] Select(Entity[] rows, RowFilter? filter, List<Sort> sorts)
    {
        var documents = rows.Select(r => (Row: r, Document: JsonDocument.Parse(r.Canonical))).ToList();
        try
        {
            var kept = documents.Where(d => filter?.Matches(d.Document.RootElement) ?? true);
            IOrderedEnumerable<(Entity Row, JsonDocument Document)>? sorted = null;
            foreach (var sort in sorts)
            {
                SortKey Key((Entity Row, JsonDocument Document) d) => SortKey.Of(d.Document.RootElement, sort);
                sorted = (sorted, sort.Descending) switch
                {
                    (null, false) => kept.OrderBy(Key),
                    (null, true) => kept.OrderByDescending(Key),
                    (_, false) => sorted.ThenBy(Key),
                    (_, true) => sorted.ThenByDescending(Key),
                };
            }

            return [.. (sorted ?? kept).Select(d => d.Row)];
        }
        finally
        {
            documents.ForEach(d => d.Document.Dispose());
        }
    }

    private static List<Sort> Sorts(Call call, Entity source)
    {
        if (call.Json["sorts"] is not { } node)
            return [];
        if (node is not JsonArray items)
            throw NotionFailure.Field("body.sorts", "an array or `undefined`", node);
        return [.. items.Select((item, i) => ParseSort(item, $"body.sorts[{i}]", source))];
    }

    private static Sort ParseSort(JsonNode? node, string path, Entity source)
    {
        var descending = Json.StringOf(Json.Member(node, "direction")) switch
        {
            "ascending" => false,
            "descending" => true,
            _ => throw NotionFailure.Field(
                $"{path}.direction", "`\"ascending\"` or `\"descending\"`", Json.Member(node, "direction")),
        };
        if (Json.StringOf(node!["timestamp"]) is "created_time" or "last_edited_time")
            return new Sort(null, Json.StringOf(node["timestamp"]), descending);
        var property = Json.StringOf(node["property"])
            ?? throw NotionFailure.Field($"{path}.property", "defined", null, present: false);
        return new Sort(RowFilter.NameOf(property, source), null, descending);
    }

    internal sealed record Sort(string? Property, string? Timestamp, bool Descending);

    /// <summary>Numbers sort as numbers, everything else as text; what is empty comes last when ascending.</summary>
    private readonly record struct SortKey(bool Empty, double Number, string Text) : IComparable<SortKey>
    {
        public static SortKey Of(JsonElement row, Sort sort)
        {
            if (sort.Timestamp is { } timestamp)
                return new SortKey(false, 0, row.GetProperty(timestamp).GetString()!);
            var value = row.GetProperty("properties").GetProperty(sort.Property!);
            var payload = value.GetProperty(value.GetProperty("type").GetString()!);
            if (payload.ValueKind == JsonValueKind.Number)
                return new SortKey(false, payload.GetDouble(), "");
            var text = RowFilter.TextOf(payload);
            return new SortKey(text.Length == 0, 0, text);
        }

        public int CompareTo(SortKey other)
        {
            var order = Empty.CompareTo(other.Empty);
            if (order == 0)
                order = Number.CompareTo(other.Number);
            return order != 0 ? order : string.Compare(Text, other.Text, StringComparison.OrdinalIgnoreCase);
        }
    }
}
