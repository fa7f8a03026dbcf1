using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Text.Json;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Api.Lists;

/// <summary>One page of a list: the slices of the reply that are its items.</summary>
/// <param name="Items">The items, each a JSON value in UTF-8.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
/// <param name="IsCapped">Whether Notion stopped at its limit of 10,000 rows although there is more.</param>
/// <param name="Response">The reply.</param>
public sealed record NotionPage(
    IReadOnlyList<ReadOnlyMemory<byte>> Items, string? NextCursor, bool IsCapped, NotionReply Response)
{
    /// <summary>
    /// The id of the query that a view's first page has made, under which its further pages are read; null for any
    /// other list.
    /// </summary>
    internal string? ViewQueryId { get; init; }

    /// <summary>What happened before this page, for who wants to know it; null for nothing.</summary>
    internal string? Note { get; init; }

    /// <summary>What tells the items from others: one for each. Empty where the reply isn't a list.</summary>
    internal IReadOnlyList<ItemHead> Heads { get; init; } = [];
}

/// <summary>What tells an item of a list from others. It is read together with the item.</summary>
/// <param name="Id">Its id; null where it has none, or one that is no UUID.</param>
/// <param name="CreatedTime">Its created_time, a slice of the reply between the quotes; empty without one.</param>
internal readonly record struct ItemHead(Guid? Id, ReadOnlyMemory<byte> CreatedTime);

/// <summary>Reads list replies without making objects of their items.</summary>
internal static class PageReader
{
    /// <summary>The name of a list's items where the endpoint has no other.</summary>
    public const string UsualItems = "results";

    private const int MaximumCursorLength = 4096;

    /// <summary>Reads a reply.</summary>
    /// <param name="response">The reply.</param>
    /// <param name="itemsName">The name of its items.</param>
    /// <returns>The page, or null where the reply isn't a list.</returns>
    public static NotionPage? Read(NotionReply response, string itemsName = UsualItems)
    {
        ReadOnlyMemory<byte> body = response.Body;
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = JsonText.Limits.MaxDepth });
        List<ReadOnlyMemory<byte>>? items = null;
        var heads = new List<ItemHead>();
        string? cursor = null, id = null;
        bool hasMore = false, isCapped = false, isViewQuery = false, isList = false;
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isItems = reader.ValueTextEquals(itemsName) || reader.ValueTextEquals(UsualItems);
                bool isCursor = reader.ValueTextEquals("next_cursor"), isMore = reader.ValueTextEquals("has_more"),
                    isStatus = reader.ValueTextEquals("request_status");
                bool isObject = reader.ValueTextEquals("object"), isId = reader.ValueTextEquals("id");
                reader.Read();
                if (isItems && reader.TokenType == JsonTokenType.StartArray) items = Items(ref reader, body, heads);
                else if (isCursor && reader.TokenType == JsonTokenType.String) cursor = reader.GetString();
                else if (isMore) hasMore = IsTrue(ref reader);
                else if (isObject && reader.TokenType == JsonTokenType.String)
                    (isList, isViewQuery) = (reader.ValueTextEquals("list"), reader.ValueTextEquals("view_query"));
                else if (isId && reader.TokenType == JsonTokenType.String) id = reader.GetString();
                else if (isStatus && reader.TokenType == JsonTokenType.StartObject)
                    isCapped = IsCapped(ref reader, body);
                else reader.Skip();
            }

            while (reader.Read())
            {
                // To the end: what follows the object must be nothing.
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw response.Invalid(
                "isn't JSON, is nested too deeply, or has a has_more that is neither true nor false");
        }

        // A list that ends here although there is more would be cut without a word.
        if (hasMore && (items is null || string.IsNullOrEmpty(cursor)))
            throw response.Invalid("says that there is more, and names no next page");
        if (cursor is { Length: > MaximumCursorLength }) throw response.Invalid("has a cursor without end");
        if (items is null) return isList ? throw response.Invalid("says that it is a list and has no items") : null;
        // Every page of a capped query says so; it ends with the last.
        return new NotionPage(items, hasMore ? cursor : null, isCapped && !hasMore, response)
        {
            ViewQueryId = isViewQuery ? id : null,
            Heads = heads,
        };
    }

    private static bool IsTrue(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False or JsonTokenType.Null => false,
        _ => throw new JsonException(),
    };

    private static List<ReadOnlyMemory<byte>> Items(
        ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, List<ItemHead> heads)
    {
        var items = new List<ReadOnlyMemory<byte>>();
        heads.Clear();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int start = checked((int)reader.TokenStartIndex);
            heads.Add(SkipItem(ref reader, body));
            items.Add(body.Slice(start, checked((int)reader.BytesConsumed) - start));
        }

        return items;
    }

    // Both members stand at the beginning of Notion's objects: a look at each costs little while the item is skipped.
    private static ItemHead SkipItem(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return default;
        }

        int depth = reader.CurrentDepth;
        ReadOnlyMemory<byte>? id = null, time = null;
        while ((id is null || time is null) && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isId = id is null && reader.ValueTextEquals("id"u8);
            bool isTime = time is null && reader.ValueTextEquals("created_time"u8);
            reader.Read();
            if (isId) id = TextOf(ref reader, body);
            else if (isTime) time = TextOf(ref reader, body);
            else reader.Skip();
        }

        while (reader.CurrentDepth > depth) reader.Read();
        return new(
            id is { } text && Utf8Parser.TryParse(text.Span, out Guid value, out int length) && length == text.Length
                ? value : null,
            time ?? default);
    }

    private static ReadOnlyMemory<byte> TextOf(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.IndexOf((byte)'\\') < 0)
            return body.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
        reader.Skip();
        return default;
    }

    private static bool IsCapped(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        using JsonDocument status = JsonDocument.Parse(Slice(ref reader, body));
        return JsonText.StringOf(status.RootElement, "incomplete_reason") == "query_result_limit_reached";
    }

    private static ReadOnlyMemory<byte> Slice(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        int start = checked((int)reader.TokenStartIndex);
        reader.Skip();
        return body.Slice(start, checked((int)reader.BytesConsumed) - start);
    }
}
