using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.FakeNotion.Content;

namespace NotionAuth.FakeNotion.Endpoints;

/// <summary>
/// Sessions with an agent, which repeats what it is sent, word by word, as server-sent events. Their shapes are those
/// of Notion's official SDK (api-endpoints/agents).
/// </summary>
internal static class SessionsEndpoints
{
    public static void Map(Router router) => router.Map("POST v1/sessions", Stream, exists: Exists.FromCurrent);

    private static Reply Stream(Call call)
    {
        call.AllowQuery();
        call.AllowBody("message", "agent_id", "session_id", "attachments", "metadata", "prompt_context", "actions",
            "continue_from");
        var message = call.RequiredText("message");
        var session = call.OptionalText("session_id") ?? Guid.NewGuid().ToString();
        var agent = call.OptionalText("agent_id") ?? "notion_ai";
        var events = Events(session, agent, message, Times.ToMilliseconds(call.Now)).ToList();
        return new Reply
        {
            ContentType = "text/event-stream",
            Chunks = ChunksAsync(events, call.State.Behavior.EventInterval)
        };
    }

    private static IEnumerable<JsonObject> Events(string session, string agent, string message, string now)
    {
        yield return new JsonObject
        {
            ["type"] = "session.snapshot",
            ["session"] = new JsonObject
            {
                ["object"] = "session",
                ["id"] = session,
                ["agent_id"] = agent,
                ["title"] = message,
                ["status"] = "in_progress",
                ["created_at"] = now,
                ["updated_at"] = now,
            },
        };
        var sequence = 1;
        yield return Committed(session, sequence, now, "user.message", message);
        foreach (var word in message.Split(' '))
        {
            var part = Event(session, now, "agent.message", word);
            yield return new JsonObject { ["type"] = "event.provisional", ["event"] = part };
        }

        yield return Committed(session, ++sequence, now, "agent.message", message);
        yield return new JsonObject
        {
            ["type"] = "stream.end",
            ["session_id"] = session,
            ["status"] = "completed",
            [
            "last_sequence"] = sequence
        };
    }

    private static JsonObject Committed(string session, int sequence, string now, string type, string text)
    {
        var inner = Event(session, now, type, text);
        inner["sequence"] = sequence;
        return new JsonObject { ["type"] = "event.committed", ["event"] = inner };
    }

    private static JsonObject Event(string session, string now, string type, string text) => new()
    {
        ["object"] = "session_event",
        ["id"] = Guid.NewGuid().ToString(),
        ["session_id"] = session,
        ["created_at"] = now,
        ["type"] = type,
        ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = text }),
    };

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ChunksAsync(
        List<JsonObject> events, TimeSpan interval, [EnumeratorCancellation] CancellationToken ct = default)
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (i > 0 && interval > TimeSpan.Zero)
                await Task.Delay(interval, ct);
            yield return Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"event: {(string)events[i]["type"]!}\ndata: {events[i].ToJsonString()}\n\n"));
        }
    }
}
