using System;
using System.Linq;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

internal static class DataSourcesEndpoints
{
    public static void Map(Router router)
    {
        const Exists since = Exists.WithDataSources;
        router.Map("POST v1/data_sources", Create, Capabilities.InsertContent, since);
        router.Map("GET v1/data_sources/{data_source_id}", Retrieve, Capabilities.ReadContent, since);
        router.Map("PATCH v1/data_sources/{data_source_id}", Update, Capabilities.UpdateContent, since);
        router.Map("POST v1/data_sources/{data_source_id}/query", Query, Capabilities.ReadContent, since);
        router.Map("GET v1/data_sources/{data_source_id}/templates", Templates, Capabilities.ReadContent, since);
    }

    private static Reply Retrieve(Call call)
    {
        call.AllowQuery();
        return Reply.Object(call, Find(call).Render(call.Shape));
    }

    private static Reply Query(Call call) => RowQuery.Run(call, Find(call));

    private static Reply Create(Call call)
    {
        call.AllowQuery();
        call.AllowBody("parent", "properties", "title", "icon");
        var database = call.Content.Get(
            call.Bot, Parents.Id(call.RequiredObject("parent"), "database_id"), EntityKind.Database);
        Trash.RefuseEdit(database);
        var schema = Schema.Create(call.Json["properties"], "body.properties");
        var title = RichText.Normalize(call.Json["title"] ?? new JsonArray(), "body.title");
        var source = Containers.NewSource(call.Bot.Id, call.NowText, call.Now, database, Guid.NewGuid(), title, schema);
        call.Content.Add(source);
        return Reply.Object(call, source.Render(call.Shape), committedId: source.IdText);
    }

    private static Reply Update(Call call)
    {
        call.AllowQuery();
        Trash.AllowBody(call, "title", "icon", "properties", "parent");
        var source = Find(call);
        Containers.Apply(call, source);
        if (call.Json["properties"] is { } node)
        {
            Containers.ApplySchema(
                call, source, node as JsonObject ?? throw NotionFailure.Field("body.properties",
                    "an object or `undefined`", node));
        }

        return Reply.Object(call, source.Render(call.Shape), committedId: source.IdText);
    }

    private static Reply Templates(Call call)
    {
        call.AllowQuery("name", "start_cursor", "page_size");
        var source = Find(call);
        var name = call.QueryText("name") ?? "";
        var templates = new[] { "Blank", "Weekly", "Retrospective" }
            .Where(t => t.Contains(name, StringComparison.OrdinalIgnoreCase))
            .Select(t => (Id: Ids.For($"template:{source.IdText}:{t}"), Name: t))
            .ToList();
        return Pagination.FromQuery(
            call,
            templates,
            t => t.Id,
            t => Json.Bytes(
                new JsonObject { ["id"] = t.Id.ToString(), ["name"] = t.Name, ["is_default"] = t.Name == "Blank" }),
            Pagination.Templates);
    }

    private static Entity Find(Call call) =>
        call.Content.Get(call.Bot, call.Id("data_source_id"), EntityKind.DataSource);
}
