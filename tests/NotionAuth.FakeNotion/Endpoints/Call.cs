using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.Hosting;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

/// <summary>One request on its way through the fake, with what is known about it so far.</summary>
internal sealed class Call(HttpContext http, FakeNotionState state, RecordedRequest record, byte[] body)
{
    private readonly Lazy<Dictionary<string, StringValues>> _query = new(() => QueryHelpers.ParseQuery(record.Query));
    private JsonObject? _json;

    public HttpContext Http => http;

    public FakeNotionState State => state;

    public RecordedRequest Record => record;

    public string RequestId => record.RequestId;

    public byte[] Body => body;

    public Dictionary<string, string> Args { get; set; } = [];

    /// <summary>Set once the credential is known to be good.</summary>
    public Bot Bot { get; set; } = null!;

    /// <summary>Set once the version header is known to be good.</summary>
    public ApiVersion Version { get; set; } = null!;

    public Workspace Workspace => Bot.Workspace;

    public ContentStore Content => Bot.Workspace.Content;

    public Shape Shape => Version.Shape;

    public DateTimeOffset Now => state.Time.GetUtcNow();

    /// <summary>Notion keeps its objects' times to the minute.</summary>
    public string NowText => Times.ToMinute(Now);

    public Dictionary<string, StringValues> Query => _query.Value;

    /// <summary>An id in the path, as a path parameter of this name.</summary>
    public Guid Id(string name) => Ids.TryParse(Args[name], out var id)
        ? id
        : throw NotionFailure.Field($"path.{name}", "a valid uuid", Args[name]);

    public JsonObject Json
    {
        get
        {
            if (_json is not null)
                return _json;
            if (body.Length == 0)
                return _json = [];
            // The control endpoint is for scripts, which forget the content type.
            if (!record.Path.StartsWith("/_control", StringComparison.Ordinal)
                && http.Request.ContentType is { } type && !type.Contains("json", StringComparison.OrdinalIgnoreCase))
                throw NotionFailure.InvalidJson();
            var node = Parse();
            _json = node as JsonObject;
            return _json ?? throw NotionFailure.Field("body", "an object", node);
        }
    }

    /// <summary>Refuses a body that says it is JSON and isn't.</summary>
    public void CheckJson()
    {
        if (body.Length > 0
            && http.Request.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true)
            _ = Parse();
    }

    private JsonNode? Parse()
    {
        try
        {
            CheckTexts(body);
            var node = JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { MaxDepth = 256 });
            // Duplicate members are found when the object is first read.
            _ = (node as JsonObject)?.Count;
            return node;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            throw NotionFailure.InvalidJson();
        }
    }

    // Half of a surrogate pair, escaped, is JSON and no text: reading it throws.
    private static void CheckTexts(byte[] body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 256 });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                _ = reader.GetString();
        }
    }

    public void AllowQuery(params ReadOnlySpan<string> names)
    {
        foreach (var (key, value) in Query)
        {
            if (!names.Contains(key))
                throw NotionFailure.Field($"query.{key}", "not present", value.ToString());
        }
    }

    public void AllowBody(params ReadOnlySpan<string> names)
    {
        foreach (var (key, value) in Json)
        {
            if (!names.Contains(key))
                throw NotionFailure.Field($"body.{key}", "not present", value);
        }
    }

    /// <summary>
    /// Refuses a member that is null where it may only be left out: <c>{"query":null}</c> isn't <c>{}</c>.
    /// </summary>
    public void RefuseNull(string name, string type)
    {
        if (Json.TryGetPropertyValue(name, out var node) && node is null)
            throw NotionFailure.Field($"body.{name}", $"{type} or `undefined`", null);
    }

    public string? QueryText(string name) => Query.TryGetValue(name, out var value) ? value[^1] : null;

    public JsonObject RequiredObject(string name) => Json[name] as JsonObject
        ?? throw NotionFailure.Field(
            $"body.{name}", Json.ContainsKey(name) ? "an object" : "defined", Json[name], Json.ContainsKey(name));

    public string RequiredText(string name) => Endpoints.Json.StringOf(Json[name])
        ?? throw NotionFailure.Field(
            $"body.{name}", Json.ContainsKey(name) ? "a string" : "defined", Json[name], Json.ContainsKey(name));

    public string? OptionalText(string name)
    {
        if (Json[name] is not { } node)
            return null;
        return Endpoints.Json.StringOf(node)
            ?? throw NotionFailure.Field($"body.{name}", "a string or `undefined`", node);
    }

    public bool? OptionalBool(string name)
    {
        if (Json[name] is not { } node)
            return null;
        return Endpoints.Json.BoolOf(node)
            ?? throw NotionFailure.Field($"body.{name}", "a boolean or `undefined`", node);
    }
}
