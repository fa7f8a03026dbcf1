using System;
using System.Collections.Generic;
using System.Text.Json.Nodes;

namespace NotionAuth.FakeNotion.Content;

internal enum EntityKind
{
    Page,
    Database,
    DataSource,
    Block,
    Comment,
}

/// <summary>
/// An object of the workspace. Its JSON is kept as UTF-8 in the newest version's shape and the older shapes are made
/// once, when first asked for, so that a list of thousands costs a copy of bytes. Lists and titles are guarded by the
/// content store's lock.
/// </summary>
internal sealed class Entity
{
    private volatile Content _content;

    public Entity(EntityKind kind, Guid id, Entity? parent, byte[] json, string title, DateTimeOffset edited)
    {
        Kind = kind;
        Id = id;
        IdText = id.ToString();
        Parent = parent;
        Title = title;
        Edited = Created = edited;
        _content = new Content(json);
    }

    public EntityKind Kind { get; }

    public Guid Id { get; }

    public string IdText { get; }

    /// <summary>Null at the top of the workspace.</summary>
    public Entity? Parent { get; set; }

    public string Title { get; set; }

    public DateTimeOffset Created { get; }

    public DateTimeOffset Edited { get; set; }

    public bool InTrash { get; set; }

    /// <summary>Blocks and pages in a page, rows in a data source, data sources in a database.</summary>
    public List<Entity> Children { get; } = [];

    public List<Entity> Comments { get; } = [];

    public bool IsRow => Kind == EntityKind.Page && Parent?.Kind == EntityKind.DataSource;

    public byte[] Canonical => _content.Canonical;

    public JsonObject Json => Endpoints.Json.Parse(_content.Canonical);

    public void Replace(JsonObject json) => _content = new Content(
        Endpoints.Json.Bytes(json), References.Cut(json) is { } cut ? Endpoints.Json.Bytes(cut) : null);

    public byte[] Render(Shape shape)
    {
        var content = _content;
        if (Kind is EntityKind.Database or EntityKind.DataSource)
            return Shaping.Container(this, shape);
        return content.Shapes[(int)shape] ??= Shaping.Rewrite(this, content.Shown, shape);
    }

    /// <summary>How a page or database looks among its parent's blocks.</summary>
    public byte[] RenderAsBlock(Shape shape) => Kind == EntityKind.Block ? Render(shape) : Shaping.AsBlock(this, shape);

    private sealed class Content(byte[] canonical, byte[]? shown = null)
    {
        public byte[] Canonical => canonical;

        /// <summary>With no more references than a page shows.</summary>
        public byte[] Shown => shown ?? canonical;

        public byte[]?[] Shapes { get; } = new byte[]?[3];
    }
}
