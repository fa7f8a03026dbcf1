using System.Collections.Generic;
using System.Linq;

namespace NotionAuth.Core.Api;

/// <content>The endpoints.</content>
internal sealed partial record NotionEndpoint
{
    // As Notion's settings name them. Source: developers.notion.com/reference/capabilities.
    internal const string ReadContent = "Read content";
    internal const string UpdateContent = "Update content";
    internal const string InsertContent = "Insert content";
    internal const string ReadComments = "Read comments";
    internal const string InsertComments = "Insert comments";
    internal const string ReadUsers = "Read user information";

    /// <summary>All that are known, in the order of the reference.</summary>
    public static IReadOnlyList<NotionEndpoint> All { get; } =
    [
        new("users", [List("GET", ReadUsers)]),
        new("users/me", [Read(ReadUsers)]),
        new("users/{user_id}", [Read(ReadUsers)]),
        new("search", [List("POST", ReadContent)]),
        new("pages", [Write("POST", InsertContent)]),
        new("pages/{page_id}", [Read(ReadContent), Write("PATCH", UpdateContent)]),
        new("pages/{page_id}/move", [Write("POST", UpdateContent)]),
        new("pages/{page_id}/markdown", [Read(ReadContent), Write("PATCH", UpdateContent)]),
        new("pages/{page_id}/properties/{property_id}", [List("GET", ReadContent)]),
        new("blocks/{block_id}", [Read(ReadContent), Write("PATCH", UpdateContent), Write("DELETE", UpdateContent)]),
        new("blocks/{block_id}/children", [List("GET", ReadContent), Write("PATCH", InsertContent)]),
        new("blocks/meeting_notes", [Write("POST", UpdateContent)]),
        new("blocks/meeting_notes/query", [List("POST", ReadContent)]),
        new("databases", [Write("POST", InsertContent)]),
        new("databases/{database_id}", [Read(ReadContent), Write("PATCH", UpdateContent)]),
        new("databases/{database_id}/query", [List("POST", ReadContent)]),
        new("data_sources", [Write("POST", InsertContent)]),
        new("data_sources/{data_source_id}", [Read(ReadContent), Write("PATCH", UpdateContent)]),
        new("data_sources/{data_source_id}/query", [List("POST", ReadContent)]),
        new("data_sources/{data_source_id}/templates", [List("GET", ReadContent, "templates")]),
        new("views", [List("GET", ReadContent), Write("POST", InsertContent)]),
        new("views/{view_id}", [Read(ReadContent), Write("PATCH", UpdateContent), Write("DELETE", UpdateContent)]),
        // Its POST makes a query that stays.
        new("views/{view_id}/queries", [List("POST", ReadContent) with { Reads = false }]),
        new("views/{view_id}/queries/{query_id}", [List("GET", ReadContent), Write("DELETE", UpdateContent)]),
        new("comments", [List("GET", ReadComments), Write("POST", InsertComments)]),
        new("comments/{comment_id}",
            [Read(ReadComments), Write("PATCH", InsertComments), Write("DELETE", InsertComments)]),
        new("file_uploads",
            [List("GET", ReadContent), Write("POST", InsertContent) with { UploadsFile = true }]),
        new("file_uploads/{file_upload_id}", [Read(ReadContent)]),
        new("file_uploads/{file_upload_id}/send", [Write("POST", InsertContent) with { TakesFile = true }]),
        new("file_uploads/{file_upload_id}/complete", [Write("POST", InsertContent)]),
        new("custom_emojis", [List("GET", ReadContent)]),
        new("async_tasks/{task_id}", [Read(ReadContent)]),
        new("agents", []),
        new("sessions", []),
        // Which methods and capabilities these take isn't described: they complete a path, and count as writing.
        new("agents/query", []),
        new("agents/batch", []),
        new("agents/{agent_id}/insights", []),
        new("agents/{agent_id}/status", []),
        new("agents/{agent_id}/credit_limit", []),
        new("agents/{agent_id}/chat", []),
        new("agents/{agent_id}/threads", []),
        new("sessions/query", []),
        new("sessions/{session_id}/cancel", []),
        new("sessions/{session_id}/events/query", []),
        new("threads/{thread_id}/messages", []),
    ];

    /// <summary>The names under which lists hold their items.</summary>
    internal static IReadOnlyList<string> ItemNames { get; } =
        [.. All.SelectMany(e => e.Operations).Select(o => o.Items).OfType<string>().Distinct()];

    private static EndpointOperation Read(string capability) => new("GET", capability) { Reads = true };

    private static EndpointOperation List(string method, string capability, string items = "results") =>
        new(method, capability) { Reads = true, Items = items };

    private static EndpointOperation Write(string method, string capability) => new(method, capability);
}
