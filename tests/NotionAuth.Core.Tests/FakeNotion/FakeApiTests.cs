using System;
using System.Linq;
using System.Net.Http;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NotionAuth.FakeNotion.OAuth;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

public sealed class FakeApiTests
{
    // URL and method, JSON, credential, version, body: the first that is wrong makes the error.
    [Theory]
    [InlineData("GET", "v1/nowhere", false, null, null, 400, "invalid_request_url")]
    [InlineData("DELETE", "v1/users/me", false, null, null, 400, "invalid_request_url")]
    [InlineData("GET", "v1/oauth/token", false, null, null, 400, "invalid_request_url")]
    [InlineData("GET", "v1/search", true, "2026-03-11", null, 400, "invalid_request_url")]
    [InlineData("POST", "v1/nowhere", false, null, "{", 400, "invalid_request_url")]
    [InlineData("POST", "v1/search", false, null, "{", 400, "invalid_json")]
    [InlineData("POST", "v1/search", true, null, "{", 400, "invalid_json")]
    [InlineData("POST", "v1/search", false, null, "[]", 401, "unauthorized")]
    [InlineData("POST", "v1/search", true, null, "[]", 400, "missing_version")]
    [InlineData("POST", "v1/search", true, "", "[]", 400, "missing_version")]
    [InlineData("POST", "v1/search", true, "2099-01-01", "[]", 400, "missing_version")]
    [InlineData("POST", "v1/search", true, "2026-03-11", "{", 400, "invalid_json")]
    [InlineData("POST", "v1/search", true, "2026-03-11", """{"a":1,"a":2}""", 400, "invalid_json")]
    [InlineData("POST", "v1/search", true, "2026-03-11", """{"query":"\ud800"}""", 400, "invalid_json")]
    [InlineData("POST", "v1/search", true, "2026-03-11", """{"filter":{"\udc00":1}}""", 400, "invalid_json")]
    [InlineData("POST", "v1/search", true, "2026-03-11", "[]", 400, "validation_error")]
    [InlineData("POST", "v1/search", true, "2026-03-11", """{"nonsense":1}""", 400, "validation_error")]
    [InlineData("GET", "v1/users/me/", true, "2026-03-11", null, 200, null)]
    [InlineData("GET", "v1/users/me//", true, "2026-03-11", null, 400, "invalid_request_url")]
    [InlineData("GET", "v1//users/me", true, "2026-03-11", null, 400, "invalid_request_url")]
    [InlineData("GET", "V1/users/me", true, "2026-03-11", null, 400, "invalid_request_url")]
    [InlineData("GET", "v1/users/me?x=1", true, "2026-03-11", null, 400, "validation_error")]
    [InlineData("GET", "v1/pages/not-an-id", true, "2026-03-11", null, 400, "validation_error")]
    [InlineData("GET", "v1/pages/00000000-0000-4000-8000-000000000000", true, "2026-03-11", null, 404,
        "object_not_found")]
    public async Task Checks_come_in_notions_order(
        string method, string path, bool authorized, string? version, string? body, int status, string? code)
    {
        await using var fake = await FakeClient.StartAsync();
        var answer = await fake.SendAsync(method, path, body, authorized ? fake.InternalToken : null, version);
        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Equal(answer.RequestId, (string?)answer.Json["request_id"]);
        Assert.Equal(answer.RequestId, Assert.Single(fake.State.Requests).RequestId);
        if (code is not null)
            Assert.Equal(("error", status), ((string?)answer.Json["object"], (int)answer.Json["status"]!));
    }

    [Theory]
    [InlineData(false, null, 401, "unauthorized")]
    [InlineData(true, null, 400, "missing_version")]
    [InlineData(true, "", 400, "missing_version")]
    [InlineData(true, "2099-01-01", 400, "missing_version")]
    [InlineData(true, "2026-03-11", 400, "invalid_json")]
    public async Task JSON_can_come_after_credential_and_version(
        bool authorized, string? version, int status, string code)
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.JsonBeforeCredential = false;
        var answer = await fake.SendAsync(
            "POST", "v1/search", "{", authorized ? fake.InternalToken : null, version);
        Assert.Equal((status, code), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("Bearer ?", 200)]
    [InlineData("bearer    ?", 200)]
    [InlineData("Bearer \t ?", 200)]
    [InlineData("Bearer wrong", 401)]
    [InlineData("Bearer", null)]
    [InlineData("?", null)]
    [InlineData("Token ?", null)]
    [InlineData("Bearer? x", null)]
    [InlineData("Bearer ? ?", null)]
    public async Task An_Authorization_header_that_is_malformed_has_a_text_of_its_own(string header, int? status)
    {
        await using var fake = await FakeClient.StartAsync();
        using var http = new HttpClient { BaseAddress = fake.Server.BaseUri };
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/users/me");
        request.Headers.Add("Notion-Version", FakeClient.Newest);
        Assert.True(request.Headers.TryAddWithoutValidation(
            "Authorization", header.Replace("?", fake.InternalToken, StringComparison.Ordinal)));
        using var response = await http.SendAsync(request);
        Assert.Equal(status ?? 401, (int)response.StatusCode);
        var json = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        if (status != 200)
            Assert.Equal(
                status is null
                    ? "Authorization header must use the format \"Bearer <token>\"." : "API token is invalid.",
                (string?)json["message"]);
    }

    [Fact]
    public async Task A_route_of_another_version_does_not_exist_but_the_credential_comes_first()
    {
        await using var fake = await FakeClient.StartAsync();
        var ofRows = $"v1/data_sources/{fake.Sample.DataSourceId}/query";
        var ofDatabase = $"v1/databases/{fake.Sample.DatabaseId}/query";
        Assert.Equal("unauthorized", (await fake.SendAsync("POST", ofRows, "{}", "wrong", "2022-06-28")).Code);
        Assert.Equal("invalid_request_url", (await fake.ApiAsync("POST", ofRows, "{}", "2022-06-28")).Code);
        Assert.Equal("invalid_request_url", (await fake.ApiAsync("POST", ofDatabase, "{}", "2025-09-03")).Code);
        Assert.Equal(200, (await fake.ApiAsync("POST", ofRows, "{}", "2025-09-03")).Status);
        Assert.Equal(200, (await fake.ApiAsync("POST", ofDatabase, "{}", "2022-06-28")).Status);
    }

    [Theory]
    [InlineData("v1/search", "query", "a string")]
    [InlineData("v1/search", "filter", "an object")]
    [InlineData("v1/search", "sort", "an object")]
    [InlineData("v1/search", "start_cursor", "a string")]
    [InlineData("v1/search", "page_size", "a number")]
    [InlineData("rows", "filter", "an object")]
    [InlineData("rows", "sorts", "an array")]
    [InlineData("rows", "start_cursor", "a string")]
    [InlineData("rows", "page_size", "a number")]
    public async Task A_member_that_is_null_is_refused_where_it_may_only_be_left_out(
        string path, string member, string type)
    {
        await using var fake = await FakeClient.StartAsync();
        path = path == "rows" ? $"v1/data_sources/{fake.Sample.DataSourceId}/query" : path;
        Answer reply = await fake.ApiAsync("POST", path, $"{{\"{member}\":null}}");
        Assert.Equal(400, reply.Status);
        Assert.Equal(
            $"body failed validation: body.{member} should be {type} or `undefined`, instead was `null`.",
            (string?)reply.Json["message"]);
    }

    [Fact]
    public async Task An_id_of_the_wrong_kind_is_refused_with_the_name_of_the_right_API()
    {
        await using var fake = await FakeClient.StartAsync();
        Answer page = await fake.ApiAsync("GET", $"v1/pages/{fake.Sample.DatabaseId}");
        Answer database = await fake.ApiAsync("GET", $"v1/databases/{fake.Sample.PageId}");
        Assert.Equal((400, "validation_error"), (page.Status, page.Code));
        Assert.Equal((400, "validation_error"), (database.Status, database.Code));
        Assert.Equal(
            $"Provided ID {fake.Sample.DatabaseId} is a database, not a page. Use the retrieve database API instead.",
            (string?)page.Json["message"]);
        Assert.Equal(
            $"Provided database_id {fake.Sample.PageId} is a page, not a database. " +
            "Use the pages API instead, or pass the ID of the database itself.",
            (string?)database.Json["message"]);
        Assert.Equal(404, (await fake.ApiAsync("GET", $"v1/pages/{fake.Sample.DataSourceId}")).Status);
    }

    [Fact]
    public async Task The_two_messages_about_the_version_are_notions()
    {
        await using var fake = await FakeClient.StartAsync();
        Assert.Equal(
            "Notion-Version header failed validation: Notion-Version header should be defined," +
            " instead was `undefined`.",
            (string?)(await fake.ApiAsync("GET", "v1/users/me", version: null)).Json["message"]);
        Assert.EndsWith(
            "or `\"2026-03-11\"`, instead was `\"banana\"`.",
            (string?)(await fake.ApiAsync("GET", "v1/users/me", version: "banana")).Json["message"],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ids_are_taken_with_and_without_dashes_and_given_with_them()
    {
        await using var fake = await FakeClient.StartAsync();
        foreach (var format in new[] { "N", "D" })
        {
            var page =
                (await fake.ApiAsync("GET", "v1/pages/" + fake.Sample.PageId.ToString(format).ToUpperInvariant())).Ok();
            Assert.Equal(fake.Sample.PageId.ToString(), (string?)page["id"]);
        }
    }

    [Fact]
    public async Task A_row_has_the_shape_of_the_version_it_is_asked_for_under()
    {
        await using var fake = await FakeClient.StartAsync();
        var id = (string)(
            await fake.ApiAsync("POST", $"v1/data_sources/{fake.Sample.DataSourceId}/query", """{"page_size":1}"""))
            .Ok()["results"]![0]!["id"]!;
        async Task<JsonObject> RowAsync(string version) =>
            (await fake.ApiAsync("GET", "v1/pages/" + id, version: version)).Ok();

        var (oldest, middle, newest) = (await RowAsync("2022-06-28"), await RowAsync("2025-09-03"), await RowAsync(
            "2026-03-11"));
        Assert.Equal(
            ("database_id", "data_source_id", "data_source_id"),
            ((string?)oldest["parent"]!["type"], (string?)middle["parent"]!["type"],
                (string?)newest["parent"]!["type"]));
        Assert.False(oldest["parent"]!.AsObject().ContainsKey("data_source_id"));
        Assert.Equal(
            (true, true, false), (oldest.ContainsKey("archived"), middle.ContainsKey("archived"), newest.ContainsKey(
                "archived")));
        Assert.Equal((false, true), (middle.ContainsKey("is_archived"), newest.ContainsKey("is_archived")));
        Assert.True(JsonNode.DeepEquals(oldest["properties"], newest["properties"]));
    }

    [Fact]
    public async Task Databases_have_properties_before_data_sources_and_data_sources_after()
    {
        await using var fake = await FakeClient.StartAsync();
        var path = $"v1/databases/{fake.Sample.DatabaseId}";
        var (before, after) = ((await fake.ApiAsync("GET", path, version: "2022-06-28")).Ok(), (await fake.ApiAsync(
            "GET", path)).Ok());
        Assert.Equal("title", (string?)before["properties"]!["Name"]!["type"]);
        Assert.False(before.ContainsKey("data_sources"));
        Assert.False(after.ContainsKey("properties"));
        Assert.Equal(fake.Sample.DataSourceId.ToString(), (string?)after["data_sources"]![0]!["id"]);

        var search = """{"filter":{"property":"object","value":"database"}}""";
        Assert.Equal("database", (string?)(await fake.ApiAsync("POST", "v1/search", search, "2022-06-28")).Ok()[
            "results"]![0]!["object"]);
        Assert.Equal("validation_error", (await fake.ApiAsync("POST", "v1/search", search)).Code);
    }

    [Fact]
    public async Task The_newest_version_knows_position_and_in_trash_and_the_others_after_and_archived()
    {
        await using var fake = await FakeClient.StartAsync();
        var children = $"v1/blocks/{fake.Sample.PageId}/children";
        var first = (string)(await fake.ApiAsync("GET", children + "?page_size=1")).Ok()["results"]![0]!["id"]!;
        var block = """{"paragraph":{"rich_text":[{"text":{"content":"new"}}]}}""";
        var position =
            $$"""{"children":[{{block}}],"position":{"type":"after_block","after_block":{"id":"{{first}}"} } }""";
        var after = $$"""{"children":[{{block}}],"after":"{{first}}"}""";
        Assert.Equal("validation_error", (await fake.ApiAsync("PATCH", children, after)).Code);
        Assert.Equal("validation_error", (await fake.ApiAsync("PATCH", children, position, "2025-09-03")).Code);
        var one = (string?)(await fake.ApiAsync("PATCH", children, position)).Ok()["results"]![0]!["id"];
        var two = (string?)(await fake.ApiAsync("PATCH", children, after, "2025-09-03")).Ok()["results"]![0]!["id"];
        var order = (await fake.ApiAsync("GET", children)).Ok()["results"]!.AsArray().Select(b => (string?)b!["id"])
            .Take(3);
        Assert.Equal([first, two, one], order);

        var page = $"v1/pages/{fake.Sample.PageId}";
        Assert.Equal("validation_error", (await fake.ApiAsync("PATCH", page, """{"archived":true}""")).Code);
        var archived = (await fake.ApiAsync("PATCH", page, """{"archived":true}""", "2022-06-28")).Ok();
        Assert.True((bool)archived["archived"]! && (bool)archived["in_trash"]!);
        var refused = await fake.ApiAsync("PATCH", page, """{"icon":null}""");
        Assert.Contains("archived", (string?)refused.Json["message"], StringComparison.Ordinal);
        Assert.False((bool)(await fake.ApiAsync("PATCH", page, """{"in_trash":false}""")).Ok()["in_trash"]!);
    }

    [Theory]
    [InlineData("""{"parent":{"page_id":"?"},"properties":{"Nope":{}}}""", "Nope is not a property that exists.")]
    [InlineData("""{"properties":{}}""",
        "body failed validation: body.parent should be defined, instead was `undefined`.")]
    [InlineData("""{"parent":{"page_id":"x"}}""",
        "body failed validation: body.parent.page_id should be a valid uuid, instead was `\"x\"`.")]
    [InlineData("""{"parent":{"page_id":"?"},"children":[{"paragraph":{"rich_text":[{"text":{"content":7}}]}}]}""",
        "body failed validation: body.children[0].paragraph.rich_text[0].text.content should be a string, " +
        "instead was `7`.")]
    [InlineData("""{"parent":{"page_id":"?"},"children":[{"nonsense":{}}]}""",
        "body failed validation: body.children[0].paragraph should be defined, instead was `undefined`.")]
    [InlineData("""{"parent":{"page_id":"?"},"request_id":"y"}""",
        "body failed validation: body.request_id should be not present, instead was `\"y\"`.")]
    public async Task Validation_names_the_field(string body, string message)
    {
        await using var fake = await FakeClient.StartAsync();
        var id = fake.Sample.PageId.ToString();
        var answer = await fake.ApiAsync("POST", "v1/pages", body.Replace("?", id, StringComparison.Ordinal));
        Assert.Equal((400, "validation_error", message), (answer.Status, answer.Code, (string?)answer.Json["message"]));
    }

    [Theory]
    [InlineData("""{"Points":{"number":"7"}}""", 400)]
    [InlineData("""{"Points":{"number":7.25}}""", 200)]
    [InlineData("""{"Points":{"checkbox":true}}""", 400)]
    [InlineData("""{"Status":{"status":{"name":"Nowhere"}}}""", 400)]
    [InlineData("""{"Tags":{"multi_select":[{"name":"brand new"}]}}""", 200)]
    [InlineData("""{"Due":{"date":{"start":"tomorrow"}}}""", 400)]
    [InlineData("""{"Due":"2026-01-01"}""", 400)]
    [InlineData("""{"Assignee":{"people":["x"]}}""", 400)]
    [InlineData("""{"Urgent":{"checkbox":1}}""", 400)]
    public async Task Property_values_are_held_against_the_schema(string properties, int status)
    {
        await using var fake = await FakeClient.StartAsync();
        var body = $$"""{"parent":{"data_source_id":"{{fake.Sample.DataSourceId}}"},"properties":{{properties}}}""";
        Assert.Equal(status, (await fake.ApiAsync("POST", "v1/pages", body)).Status);
    }

    [Fact]
    public async Task Payloads_have_limits()
    {
        await using var fake = await FakeClient.StartAsync();
        string Body(string text, int count) => new JsonObject
        {
            ["children"] = new JsonArray([.. Enumerable.Range(0, count).Select(_ => JsonNode.Parse(
                $$$"""{"paragraph":{"rich_text":[{"text":{"content":"{{{text}}}"}}]}}"""))]),
        }.ToJsonString();
        var path = $"v1/blocks/{fake.Sample.PageId}/children";
        Assert.Equal(200, (await fake.ApiAsync("PATCH", path, Body(new string('x', 2000), 100))).Status);
        Assert.Equal("validation_error", (await fake.ApiAsync("PATCH", path, Body(new string('x', 2001), 1))).Code);
        Assert.Equal("validation_error", (await fake.ApiAsync("PATCH", path, Body("x", 101))).Code);
        Assert.Equal("validation_error", (await fake.ApiAsync("PATCH", path, Body(new string('x', 600_000), 1))).Code);
    }

    [Fact]
    public async Task What_an_integration_may_not_do_is_restricted()
    {
        await using var fake = await FakeClient.StartAsync();
        var personal = fake.State.AddPersonalAccessToken().Token!;
        Assert.Equal("restricted_resource", (await fake.SendAsync("GET", "v1/users", token: personal)).Code);
        var me = (await fake.SendAsync("GET", "v1/users/me", token: personal)).Ok();
        Assert.Equal("user", (string?)me["bot"]!["owner"]!["type"]);
        var reader = fake.State.AddInternalIntegration(capabilities: Capabilities.ReadContent).Token!;
        Assert.Equal(200, (await fake.SendAsync("GET", $"v1/pages/{fake.Sample.PageId}", token: reader)).Status);
        Assert.Equal(403, (await fake.SendAsync("PATCH", $"v1/pages/{fake.Sample.PageId}", "{}", reader)).Status);
        Assert.Equal("workspace", (string?)(await fake.ApiAsync("GET", "v1/users/me")).Ok()["bot"]!["owner"]!["type"]);
    }

    [Fact]
    public async Task Deleting_moves_to_the_trash_and_out_of_lists()
    {
        await using var fake = await FakeClient.StartAsync();
        var children = $"v1/blocks/{fake.Sample.PageId}/children";
        var id = (string)(await fake.ApiAsync("GET", children)).Ok()["results"]![0]!["id"]!;
        Assert.True((bool)(await fake.ApiAsync("DELETE", "v1/blocks/" + id)).Ok()["in_trash"]!);
        Assert.True((bool)(await fake.ApiAsync("GET", "v1/blocks/" + id)).Ok()["in_trash"]!);
        Assert.NotEqual(id, (string?)(await fake.ApiAsync("GET", children)).Ok()["results"]![0]!["id"]);
    }

    [Fact]
    public async Task A_database_is_made_with_a_data_source_that_takes_rows()
    {
        await using var fake = await FakeClient.StartAsync();
        var database = (await fake.ApiAsync(
            "POST",
            "v1/databases",
            $$$"""{"parent":{"type":"page_id","page_id":"{{{fake.Sample.PageId}}}"},"title":[{"text":""" +
            $$$"""{"content":"Made"}}],"initial_data_source":{"properties":{"Title":{"title":{}},"Size":{"number":""" +
            $$$"""{} } } } }""")).Ok();
        var source = (string)database["data_sources"]![0]!["id"]!;
        var row =
            $$$"""{"parent":{"data_source_id":"{{{source}}}"},"properties":{"Title":{"title":[{"text":""" +
            $$$"""{"content":"é 漢 🎉"}}] },"Size":{"number":1e3} } }""";
        _ = (await fake.ApiAsync("POST", "v1/pages", row)).Ok();
        var rows = (await fake.ApiAsync("POST", $"v1/data_sources/{source}/query", "{}")).Ok()["results"]!.AsArray();
        var only = Assert.Single(rows)!["properties"]!;
        Assert.Equal(("é 漢 🎉", 1000.0), ((string?)only["Title"]!["title"]![0]!["plain_text"], (double)only["Size"]![
            "number"]!));
    }

    [Fact]
    public async Task Pages_move_and_have_markdown()
    {
        await using var fake = await FakeClient.StartAsync();
        var (page, target) = (fake.Sample.TopPages[1], fake.Sample.TopPages[2]);
        var moved = (await fake.ApiAsync("POST", $"v1/pages/{page}/move", $$"""{"parent":{"page_id":"{{target}}"} }"""))
            .Ok();
        Assert.Equal(target.ToString(), (string?)moved["parent"]!["page_id"]);
        var back = await fake.ApiAsync("POST", $"v1/pages/{target}/move", $$"""{"parent":{"page_id":"{{page}}"} }""");
        Assert.Equal("validation_error", back.Code);
        _ = (await fake.ApiAsync(
            "PATCH", $"v1/pages/{page}/markdown",
            """{"type":"replace_content","replace_content":{"new_str":"# Head\n\ntext"}}""")).Ok();
        Assert.Equal("# Head\ntext\n", (string?)(await fake.ApiAsync("GET", $"v1/pages/{page}/markdown")).Ok()[
            "markdown"]);
    }
}
