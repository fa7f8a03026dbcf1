using System;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Json;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

/// <summary>
/// Cuts lists into pages. The cursor of blocks, comments, uploads and searches is the id of the next item; every other
/// one is opaque and belongs to its list.
/// </summary>
internal static class Pagination
{
    public const string Templates = "template";
    private const int MaxPageSize = 100;
    private static readonly byte[] Start = Encoding.UTF8.GetBytes("""{"object":"list","results":[""");
    private static readonly byte[] TemplatesStart = Encoding.UTF8.GetBytes("""{"templates":[""");
    private static readonly byte[] Comma = ","u8.ToArray();

    /// <summary>A GET's page: parameters in the query.</summary>
    public static Reply FromQuery<T>(
        Call call, IReadOnlyList<T> items, Func<T, Guid> id, Func<T, byte[]> render, string type)
    {
        int? size = null;
        if (call.QueryText("page_size") is { } text)
        {
            if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                throw NotionFailure.Field("query.page_size", "a number", text);
            size = Checked("query.page_size", number, zeroIsDefault: type != "comment");
        }

        return Page(
            call, items, id, render, type, size ?? MaxPageSize, call.QueryText("start_cursor"), call.Record.Path);
    }

    /// <summary>
    /// A POST's page: parameters in the body. What the list depends on goes into the scope of its cursors.
    /// </summary>
    public static Reply FromBody<T>(
        Call call, IReadOnlyList<T> items, Func<T, Guid> id, Func<T, byte[]> render, string type, bool capped = false)
    {
        call.RefuseNull("page_size", "a number");
        call.RefuseNull("start_cursor", "a string");
        int? size = null;
        if (call.Json["page_size"] is { } node)
        {
            if (node.GetValueKind() != JsonValueKind.Number || !node.AsValue().TryGetValue<int>(out var number))
                throw NotionFailure.Field("body.page_size", "a number or `undefined`", node);
            size = Checked("body.page_size", number, zeroIsDefault: true);
        }

        var scope = call.Record.Path + Json.Text(call.Json["filter"]) + Json.Text(call.Json["sorts"]) +
            Json.Text(call.Json["query"]);
        return Page(
            call, items, id, render, type, size ?? MaxPageSize, call.OptionalText("start_cursor"), scope, capped);
    }

    private static int Checked(string path, int number, bool zeroIsDefault) => number switch
    {
        0 when zeroIsDefault => MaxPageSize,
        < 1 => throw NotionFailure.Field(path, "≥ `1`", number),
        > MaxPageSize => throw NotionFailure.Field(path, $"≤ `{MaxPageSize}`", number),
        _ => number,
    };

    private static Reply Page<T>(
        Call call,
        IReadOnlyList<T> items,
        Func<T, Guid> id,
        Func<T, byte[]> render,
        string type,
        int size,
        string? cursor,
        string scope,
        bool capped = false)
    {
        var isSearch = call.Record.Path.TrimEnd('/') == "/v1/search";
        var isId = isSearch || type is "block" or "comment" or "file_upload";
        var first = cursor is null ? 0
            : isId ? FindId(items, id, cursor, isSearch ? "body" : "query")
            : Find(items, id, cursor, Hash(scope));
        if (call.State.Behavior.ShortPages)
            size = Math.Max(1, size * 2 / 3);
        var end = Math.Min(first + size, items.Count);
        var reply = new Reply();
        // Templates are the one list that isn't called results and doesn't say what it is.
        var templates = type == Templates;
        reply.Segments.Add(templates ? TemplatesStart : Start);
        for (var i = first; i < end; i++)
        {
            if (i > first)
                reply.Segments.Add(Comma);
            reply.Segments.Add(render(items[i]));
        }

        var more = end < items.Count;
        var next = !more ? "null"
            : Json.Quote(isId ? id(items[end]).ToString() : Encode(Hash(scope), end, id(items[end])));
        var status = capped
            ? ",\"request_status\":{\"type\":\"incomplete\",\"incomplete_reason\":\"query_result_limit_reached\"}"
            : "";
        var kind = templates ? "" : $",\"type\":\"{type}\",\"{type}\":{{}}";
        reply.Segments.Add(Encoding.UTF8.GetBytes(
            $"],\"next_cursor\":{next},\"has_more\":{(more ? "true" : "false")}{kind}{status}," +
            $"\"request_id\":\"{call.RequestId}\"}}"));
        return reply;
    }

    private static int FindId<T>(IReadOnlyList<T> items, Func<T, Guid> id, string cursor, string root)
    {
        if (!Ids.TryParse(cursor, out var wanted))
            throw NotionFailure.Field($"{root}.start_cursor", "a valid uuid or `undefined`", cursor);
        for (var i = 0; i < items.Count; i++)
        {
            if (id(items[i]) == wanted)
                return i;
        }

        throw NotionFailure.Validation($"The start_cursor provided is invalid: {cursor}");
    }

    private static int Find<T>(IReadOnlyList<T> items, Func<T, Guid> id, string cursor, uint scope)
    {
        Span<byte> bytes = stackalloc byte[24];
        if (cursor.Length != 32
            || Base64Url.DecodeFromChars(cursor, bytes, out _, out var written) != System.Buffers.OperationStatus.Done
            || written != 24 || BinaryPrimitives.ReadUInt32BigEndian(bytes) != scope)
        {
            throw NotionFailure.Validation($"The start_cursor provided is invalid: {cursor}");
        }

        var at = BinaryPrimitives.ReadInt32BigEndian(bytes[4..]);
        var wanted = new Guid(bytes[8..], bigEndian: true);
        if (at < items.Count && id(items[at]) == wanted)
            return at;
        // Something came or went before it since the last page.
        for (var i = 0; i < items.Count; i++)
        {
            if (id(items[i]) == wanted)
                return i;
        }

        throw NotionFailure.Validation($"The start_cursor provided is invalid: {cursor}");
    }

    private static string Encode(uint scope, int at, Guid id)
    {
        Span<byte> bytes = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, scope);
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], at);
        _ = id.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    private static uint Hash(string text)
    {
        // FNV-1a: the same in each process, so that a cursor outlives the fake.
        var hash = 2166136261u;
        foreach (var c in text)
            hash = unchecked((hash ^ c) * 16777619);
        return hash;
    }
}
