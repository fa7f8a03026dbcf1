using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Content;

/// <summary>Fills workspaces. The same seed gives the same objects, ids and times included.</summary>
internal static class Seeder
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    private static readonly string[] People = ["Ada Lovelace", "Grace Hopper", "Alan Turing", "Katherine Johnson",
        "Edsger Dijkstra"];

    public static void AddUsers(Workspace workspace, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var name = i < People.Length ? People[i] : string.Create(CultureInfo.InvariantCulture, $"Person {i + 1}");
            _ = workspace.AddUser(name, name.ToLowerInvariant().Replace(' ', '.') + "@example.com");
        }
    }

    public static IReadOnlyList<Guid> AddPages(Workspace workspace, IEnumerable<string> titles) =>
        [.. titles.Select(t => AddPage(workspace, null, t, Beginning).Id)];

    public static Sample Add(Workspace workspace, SeedOptions seed)
    {
        var page = AddPage(workspace, null, seed.Title, Beginning.AddDays(1));
        AddBlocks(workspace, page, seed.Blocks);
        AddComments(workspace, page, seed.Comments);
        var (database, source) = AddDatabase(workspace, page, seed);
        var others = AddPages(workspace, seed.Pages);
        return new Sample
        {
            PageId = page.Id,
            DatabaseId = database.Id,
            DataSourceId = source.Id,
            TopPages = [page.Id, .. others],
        };
    }

    private static Entity AddPage(Workspace workspace, Entity? parent, string title, DateTimeOffset time)
    {
        var id = FreeId(workspace, $"page:{parent?.IdText}:{title}");
        var author = workspace.Users[0].Id;
        var properties = PropertyValues.TitleOnly(new JsonObject
        {
            ["title"] = new JsonArray(new JsonObject { ["text"] = new JsonObject { ["content"] = title } }),
        });
        var json = new JsonObject
        {
            ["object"] = "page",
            ["id"] = id.ToString(),
            ["created_time"] = Times.ToMinute(time),
            ["last_edited_time"] = Times.ToMinute(time),
            ["created_by"] = User.Reference(author),
            ["last_edited_by"] = User.Reference(author),
            ["cover"] = null,
            ["icon"] = new JsonObject { ["type"] = "emoji", ["emoji"] = "📄" },
            ["parent"] = Parents.ToJson(parent),
            ["in_trash"] = false,
            ["is_archived"] = false,
            ["is_locked"] = false,
            ["properties"] = properties,
            ["url"] = $"https://app.notion.com/p/{id:N}",
            ["public_url"] = null,
        };
        var page = new Entity(EntityKind.Page, id, parent, Json.Bytes(json), title, time);
        workspace.Content.Add(page);
        return page;
    }

    private static void AddBlocks(Workspace workspace, Entity page, int count)
    {
        var author = workspace.Users[0].Id;
        for (var i = 0; i < count; i++)
        {
            var type = (i % 10) switch { 0 => "heading_2", 3 => "bulleted_list_item", 5 => "to_do", _ => "paragraph" };
            var text = string.Create(CultureInfo.InvariantCulture,
                $"Block {i + 1} of {page.Title}: naïve café, 漢字, “quotes” & <tags>");
            var payload = Blocks.Payload(type, new JsonObject { ["rich_text"] = RichText.Plain(text) }, "seed");
            var time = Beginning.AddMinutes(i);
            workspace.Content.Add(Blocks.Create(
                author, Times.ToMinute(time), time, page, new BlockDraft(type, payload, []), FreeId(workspace,
                    $"block:{page.IdText}:{i}")));
        }
    }

    private static void AddComments(Workspace workspace, Entity page, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var author = workspace.Users[i % workspace.Users.Count];
            var text = RichText.Plain(string.Create(CultureInfo.InvariantCulture, $"Comment {i + 1} by {author.Name}"));
            workspace.Content.Add(CommentsEndpoints.New(
                author.Id,
                author.Name,
                Beginning.AddHours(i),
                page,
                Ids.For($"discussion:{page.IdText}"),
                text,
                FreeId(workspace, $"comment:{page.IdText}:{i}")));
        }
    }

    private static (Entity Database, Entity Source) AddDatabase(Workspace workspace, Entity page, SeedOptions seed)
    {
        var time = Beginning.AddDays(2);
        var schema = RowTemplate.Schema();
        var (database, source) = Containers.NewDatabase(
            workspace.Users[0].Id,
            Times.ToMinute(time),
            time,
            page,
            FreeId(workspace, $"database:{page.IdText}:{seed.DatabaseTitle}"),
            FreeId(workspace, $"data_source:{page.IdText}:{seed.DatabaseTitle}"),
            RichText.Plain(seed.DatabaseTitle),
            schema);
        workspace.Content.Add(database);
        workspace.Content.Add(source);
        var template = new RowTemplate(workspace, source, schema, seed.RowBytes);
        for (var i = 0; i < seed.Rows; i++)
        {
            var id = Ids.For(string.Create(CultureInfo.InvariantCulture, $"row:{source.IdText}:{i}"));
            var created = Beginning.AddMinutes(i);
            var title = string.Create(CultureInfo.InvariantCulture, $"Task {i + 1}");
            var json = Encoding.UTF8.GetBytes(template.Row(i, id, title, Times.ToMinute(created)));
            workspace.Content.Add(new Entity(EntityKind.Page, id, source, json, title, created));
        }

        return (database, source);
    }

    /// <summary>The id for a name, or for that name with a number if something has it already.</summary>
    private static Guid FreeId(Workspace workspace, string name)
    {
        var id = Ids.For($"{workspace.Name}:{name}");
        for (var i = 2; workspace.Content.Find(id) is not null; i++)
            id = Ids.For(string.Create(CultureInfo.InvariantCulture, $"{workspace.Name}:{name}:{i}"));
        return id;
    }
}
