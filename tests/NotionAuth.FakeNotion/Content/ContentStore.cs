using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using NotionAuth.FakeNotion.Endpoints;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Content;

/// <summary>The objects of a workspace and who may see them.</summary>
/// <param name="users">The people of the workspace.</param>
internal sealed class ContentStore(Func<IEnumerable<User>> users)
{
    private readonly Dictionary<Guid, Entity> _entities = [];
    private readonly List<Entity> _topLevel = [];

    /// <summary>Held for every change, and while a list is copied.</summary>
    public Lock Lock { get; } = new();

    public IReadOnlyList<Entity> TopLevel
    {
        get
        {
            lock (Lock)
                return [.. _topLevel.Where(e => !e.InTrash)];
        }
    }

    /// <summary>A person or a bot as a page shows it: a person with all that is known, anybody else by id.</summary>
    public JsonObject Person(Guid id) => users().FirstOrDefault(u => u.Id == id)?.ToJson() ?? User.Reference(id);

    public Entity? Find(Guid id)
    {
        lock (Lock)
            return _entities.GetValueOrDefault(id);
    }

    /// <summary>
    /// The object, if it exists, is of the kind and is shared with the bot; else what Notion says to all three.
    /// </summary>
    public Entity Get(Bot bot, Guid id, EntityKind kind, string? kindName = null)
    {
        var entity = Find(id);
        return entity is not null && entity.Kind == kind && CanSee(bot, entity)
            ? entity
            : throw NotionFailure.NotFound(kindName ?? NameOf(kind), id.ToString(), bot);
    }

    /// <summary>The page of a path. A database's id is told apart, which names the API for it.</summary>
    public Entity GetPage(Bot bot, Guid id) =>
        Find(id) is { Kind: EntityKind.Database } other && CanSee(bot, other)
            ? throw NotionFailure.Validation(
                $"Provided ID {id} is a database, not a page. Use the retrieve database API instead.")
            : Get(bot, id, EntityKind.Page);

    /// <summary>The database of a path. A page's id is told apart, which names the API for it.</summary>
    public Entity GetDatabase(Bot bot, Guid id) =>
        Find(id) is { Kind: EntityKind.Page } other && CanSee(bot, other)
            ? throw NotionFailure.Validation(
                $"Provided database_id {id} is a page, not a database. Use the pages API instead, " +
                "or pass the ID of the database itself.")
            : Get(bot, id, EntityKind.Database);

    /// <summary>A block, or a page or database seen as one.</summary>
    public Entity GetBlock(Bot bot, Guid id)
    {
        var entity = Find(id);
        return entity is { Kind: EntityKind.Block or EntityKind.Page or EntityKind.Database } && CanSee(bot, entity)
            ? entity
            : throw NotionFailure.NotFound("block", id.ToString(), bot);
    }

    /// <summary>Sharing a page shares what is below it.</summary>
    public static bool CanSee(Bot bot, Entity entity)
    {
        if (bot.SharedPages is null)
            return true;
        for (var at = entity; at is not null; at = at.Parent)
        {
            if (bot.IsShared(at.Id))
                return true;
        }

        return false;
    }

    public Entity[] ChildrenOf(Entity parent)
    {
        lock (Lock)
            return [.. parent.Children.Where(c => !c.InTrash)];
    }

    public Entity[] CommentsOn(Entity parent)
    {
        lock (Lock)
            return [.. parent.Comments];
    }

    public Entity[] All(Func<Entity, bool> wanted)
    {
        lock (Lock)
            return [.. _entities.Values.Where(wanted)];
    }

    public void Add(Entity entity, int? at = null)
    {
        lock (Lock)
        {
            _entities.Add(entity.Id, entity);
            if (entity.Kind == EntityKind.Comment)
                entity.Parent!.Comments.Add(entity);
            else
                ListOf(entity).Insert(at ?? ListOf(entity).Count, entity);
        }
    }

    public void Move(Entity entity, Entity newParent)
    {
        lock (Lock)
        {
            _ = ListOf(entity).Remove(entity);
            entity.Parent = newParent;
            newParent.Children.Add(entity);
        }
    }

    public void Remove(Entity entity)
    {
        lock (Lock)
        {
            _ = _entities.Remove(entity.Id);
            _ = (entity.Kind == EntityKind.Comment ? entity.Parent!.Comments : ListOf(entity)).Remove(entity);
        }
    }

    public static string NameOf(EntityKind kind) => kind switch
    {
        EntityKind.Page => "page",
        EntityKind.Database => "database",
        EntityKind.DataSource => "data_source",
        EntityKind.Comment => "comment",
        _ => "block",
    };

    private List<Entity> ListOf(Entity entity) => entity.Parent?.Children ?? _topLevel;
}
