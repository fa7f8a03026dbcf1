using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Content;

/// <summary>
/// A data source for benchmarks: real page objects of 3 KB, serialized once, so that a page of the list costs a copy of
/// bytes. It has as many rows as asked for, without Notion's cap of 10,000; from the 10,001st on they are the same
/// objects again.
/// </summary>
internal sealed class BulkList
{
    private const int Distinct = 10_000;
    private const int SmallPageBytes = 1024;
    private static readonly DateTimeOffset Beginning = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    private static readonly byte[] Head = Encoding.UTF8.GetBytes("""{"object":"list","results":[""");

    private readonly int _count;
    private readonly byte[] _rows;

    // Where each row starts in _rows; its comma belongs to it. One more than there are rows.
    private readonly int[] _starts;

    private BulkList(int count, Guid sourceId, byte[] rows, int[] starts, Guid pageId, byte[] page)
    {
        _count = count;
        _rows = rows;
        _starts = starts;
        SourceId = sourceId;
        QueryPath = $"/v1/data_sources/{sourceId}/query";
        PageId = pageId;
        PagePath = $"/v1/pages/{pageId}";
        Page = page;
    }

    public Guid SourceId { get; }

    public string QueryPath { get; }

    /// <summary>A page of 1 KB that isn't in the list, request id included.</summary>
    public Guid PageId { get; }

    public string PagePath { get; }

    public byte[] Page { get; }

    public static BulkList Create(Workspace workspace, int count)
    {
        var schema = RowTemplate.Schema();
        var (_, source) = Containers.NewDatabase(
            workspace.Users[0].Id, Times.ToMinute(Beginning), Beginning, null, Ids.For("bulk:database"), Ids.For(
                "bulk:data_source"), RichText.Plain("Bulk"), schema);
        var template = new RowTemplate(workspace, source, schema, rowBytes: 0, runs: 4);
        var rows = new MemoryStream();
        var starts = new int[Math.Min(count, Distinct) + 1];
        for (var i = 0; i < starts.Length - 1; i++)
        {
            var title = string.Create(CultureInfo.InvariantCulture, $"Task {i + 1}");
            rows.Write(
                Encoding.UTF8.GetBytes(
                    template.Row(i, Ids.For($"bulk:{title}"), title, Times.ToMinute(Beginning.AddMinutes(i))) + ","));
            starts[i + 1] = (int)rows.Length;
        }

        var pageId = Ids.For("bulk:page");
        return new BulkList(count, source.Id, rows.ToArray(), starts, pageId, SmallPage(workspace, pageId));
    }

    /// <summary>A page of the list as Notion writes it, in parts; null if there is no such page.</summary>
    public ReadOnlyMemory<byte>[]? Find(int first, int size, string requestId)
    {
        if (first < 0 || (first >= _count && first > 0))
            return null;
        // A page never goes over the end of the rows that there are: it is shorter then, as Notion's may be.
        var at = _starts.Length == 1 ? 0 : first % (_starts.Length - 1);
        var rows = Math.Min(Math.Min(size, _count - first), _starts.Length - 1 - at);
        var slice = _rows.AsMemory(_starts[at].._starts[at + rows]);
        var next = first + rows < _count ? $"\"{Cursor(first + rows)}\"" : "null";
        var tail =
            $"],\"next_cursor\":{next},\"has_more\":{(next == "null" ? "false" : "true")}," +
            "\"type\":\"page_or_data_source\",\"page_or_data_source\":{}," +
            $"\"request_id\":\"{requestId}\"}}";
        return [Head, rows == 0 ? slice : slice[..^1], Encoding.UTF8.GetBytes(tail)];
    }

    /// <summary>Reads a cursor; -1 for one that isn't ours.</summary>
    public static int Position(string? cursor)
    {
        if (cursor is null)
            return 0;
        return Guid.TryParseExact(cursor, "D", out _)
            && int.TryParse(
                cursor.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var at)
            && cursor == Cursor(at) ? at : -1;
    }

    private static string Cursor(int at) => string.Create(CultureInfo.InvariantCulture,
        $"{at:x8}-b01c-4b01-8b01-b01cb01cb01c");

    private static byte[] SmallPage(Workspace workspace, Guid id)
    {
        byte[] Of(string title)
        {
            var author = User.Reference(workspace.Users[0].Id);
            var time = Times.ToMinute(Beginning);
            return Json.Bytes(new JsonObject
            {
                ["object"] = "page",
                ["id"] = id.ToString(),
                ["created_time"] = time,
                ["last_edited_time"] = time,
                ["created_by"] = author,
                ["last_edited_by"] = author.DeepClone(),
                ["cover"] = null,
                ["icon"] = null,
                ["parent"] = Parents.ToJson(null),
                ["in_trash"] = false,
                ["is_archived"] = false,
                ["is_locked"] = false,
                ["properties"] = PropertyValues.TitleOnly(new JsonObject { ["title"] = RichText.Plain(title) }),
                ["url"] = $"https://app.notion.com/p/{id:N}",
                ["public_url"] = null,
                ["request_id"] = Ids.For("bulk:request").ToString(),
            });
        }

        // The title stands in it twice.
        const string title = "Bulk page ";
        var missing = (SmallPageBytes - Of(title).Length) / 2;
        return Of(title + new string('.', missing));
    }
}
