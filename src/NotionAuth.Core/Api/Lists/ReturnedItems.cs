using System;
using System.Collections.Generic;
using System.Linq;

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

    /// <summary>Adds a page that is returned now.</summary>
    public void Add(NotionPage page)
    {
        Count += page.Items.Count;
        HaveIds &= page.Heads.Count == page.Items.Count && page.Heads.All(h => h.Id is not null);
        if (!HaveIds) return;
        var ids = new Guid[page.Heads.Count];
        for (int i = 0; i < ids.Length; i++) ids[i] = page.Heads[i].Id.GetValueOrDefault();
        _pages.Add(ids);
        _ids?.UnionWith(ids);
    }

    /// <summary>Leaves out of a page what was returned.</summary>
    public NotionPage Without(NotionPage page)
    {
        // An error that the request wants as a reply is a page of one item and no head.
        if (page.Heads.Count == 0) return page;
        _ids ??= [.. _pages.SelectMany(p => p)];
        int[] left = [.. Enumerable.Range(0, page.Heads.Count)
            .Where(i => page.Heads[i].Id is not { } id || !_ids.Contains(id))];
        return left.Length == page.Items.Count ? page : page with
        {
            Items = [.. left.Select(i => page.Items[i])],
            Heads = [.. left.Select(i => page.Heads[i])],
        };
    }
}
