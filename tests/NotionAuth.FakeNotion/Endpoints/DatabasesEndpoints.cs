using System;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

internal static class DatabasesEndpoints
{
    public static void Map(Router router)
    {
        router.Map("POST v1/databases", Create, Capabilities.InsertContent);
        router.Map("GET v1/databases/{database_id}", Retrieve, Capabilities.ReadContent);
        router.Map("PATCH v1/databases/{database_id}", Update, Capabilities.UpdateContent);
        router.Map("POST v1/databases/{database_id}/query", Query, Capabilities.ReadContent, Exists.BeforeDataSources);
    }

    private static Reply Retrieve(Call call)
    {
        call.AllowQuery();
        return Reply.Object(call, Find(call).Render(call.Shape));
    }

    private static Reply Query(Call call)
    {
        var sources = call.Content.ChildrenOf(Find(call));
        return sources.Length == 1
            ? RowQuery.Run(call, sources[0])
            : throw NotionFailure.Validation(
                "Databases with multiple data sources are not supported in this API version.");
    }

    private static Reply Create(Call call)
    {
        call.AllowQuery();
        var legacy = !call.Version.HasDataSources;
        call.AllowBody(
            "parent", "title", "description", "is_inline", "icon", "cover",
            legacy ? "properties" : "initial_data_source");
        var parentJson = call.RequiredObject("parent");
        var parent = parentJson.ContainsKey("page_id")
            ? call.Content.Get(call.Bot, Parents.Id(parentJson, "page_id"), EntityKind.Page)
            : throw NotionFailure.Field("body.parent.page_id", "defined", null, present: false);
        Trash.RefuseEdit(parent);
        var schema = legacy
            ? Schema.Create(call.Json["properties"], "body.properties")
            : Schema.Create(
                Json.Member(call.Json["initial_data_source"], "properties")
                ?? new JsonObject { ["Name"] = new JsonObject { ["title"] = new JsonObject() } },
                "body.initial_data_source.properties");
        var title = RichText.Normalize(call.Json["title"] ?? new JsonArray(), "body.title");
        var (database, source) = Containers.NewDatabase(
            call.Bot.Id, call.NowText, call.Now, parent, Guid.NewGuid(), Guid.NewGuid(), title, schema);
        Containers.Apply(call, database);
        call.Content.Add(database);
        call.Content.Add(source);
        return Reply.Object(call, database.Render(call.Shape), committedId: database.IdText);
    }

    private static Reply Update(Call call)
    {
        call.AllowQuery();
        string[] names = ["parent", "title", "description", "is_inline", "icon", "cover", "is_locked"];
        Trash.AllowBody(call, call.Version.HasDataSources ? names : [.. names, "properties"]);
        var database = Find(call);
        Containers.Apply(call, database);
        if (call.Json["properties"] is JsonObject properties && call.Content.ChildrenOf(database) is [var source, ..])
            Containers.ApplySchema(call, source, properties);
        return Reply.Object(call, database.Render(call.Shape), committedId: database.IdText);
    }

    private static Entity Find(Call call) => call.Content.GetDatabase(call.Bot, call.Id("database_id"));
}
