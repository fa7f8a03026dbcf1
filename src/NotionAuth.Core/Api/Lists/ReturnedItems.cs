using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Api.Lists;

/// <summary>
/// Which items of a list were returned already, by their ids: 16 bytes for each, as a list may have a million.
/// </summary>
internal sealed class ReturnedItems
{
    private readonly List<Guid[]> _pages = [];
    private HashSet<Guid>? _ids;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Whether each can be told from all others. The items of a page's property can't: their id is the property's.
    /// </summary>
    public bool HaveIds { get; private set; } = true;

    /// <summary>Adds what is returned now.</summary>
    public void Add(IReadOnlyList<ReadOnlyMemory<byte>> items)
    {
        Count += items.Count;
        if (!HaveIds) return;
        var page = new Guid[items.Count];
        for (int i = 0; i < page.Length && HaveIds; i++)
        {
            if (IdOf(items[i].Span) is { } id) page[i] = id;
            else HaveIds = false;
        }

        _pages.Add(page);
        _ids?.UnionWith(page);
    }

    /// <summary>Leaves out what was returned.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Without(IReadOnlyList<ReadOnlyMemory<byte>> items)
    {
        _ids ??= [.. _pages.SelectMany(p => p)];
        return [.. items.Where(i => IdOf(i.Span) is not { } id || !_ids.Contains(id))];
    }

    private static Guid? IdOf(ReadOnlySpan<byte> item)
    {
        var reader = new Utf8JsonReader(item, new JsonReaderOptions { MaxDepth = JsonText.Limits.MaxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isId = reader.ValueTextEquals("id");
            reader.Read();
            if (isId) return reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out Guid id) ? id : null;
            reader.Skip();
        }

        return null;
    }
}
