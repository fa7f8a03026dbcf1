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
using NotionAuth.FakeNotion.Hosting;

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
        var events = Events(call, session, agent, message).ToList();
        return new Reply
        {
            ContentType = "text/event-stream",
            Chunks = ChunksAsync(events, call.State.Behavior.EventInterval)
        };
    }

    private static IEnumerable<JsonObject> Events(Call call, string session, string agent, string message)
    {
        var now = Times.ToMilliseconds(call.Now);
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

        var end = call.State.Behavior.StreamEnd;
        if (end != StreamEnd.Completed)
        {
            yield return Broken(end, session, sequence, call.RequestId);
            yield break;
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

    /// <summary>
    /// The stream is over before the session is. After a time-out the session goes on; its events can be asked for.
    /// </summary>
    private static JsonObject Broken(StreamEnd end, string session, int sequence, string requestId)
    {
        var last = new JsonObject
        {
            ["type"] = end == StreamEnd.Timeout ? "stream.timeout" : "stream.error",
            ["session_id"] = session,
            ["last_sequence"] = sequence,
        };
        if (end == StreamEnd.Error)
        {
            last["error"] = new JsonObject
            {
                ["code"] = "agent_unavailable",
                ["message"] = "The agent is unavailable.",
                ["retryable"] = true,
                ["request_id"] = requestId,
            };
        }

        return last;
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
