using System;
using System.Text.Json.Nodes;

namespace NotionAuth.FakeNotion.Content;

/// <summary>Something that Notion does in the background. Here it is done at once, and told after some looks.</summary>
internal sealed class AsyncTask(JsonObject result, int reads, string? error, double pollAfter)
{
    private int _reads = reads;

    /// <summary>No UUID, as in Notion's own example.</summary>
    public string Id { get; } = $"task_{Guid.NewGuid():N}";

    /// <summary>Whose it is.</summary>
    public required Guid BotId { get; init; }

    /// <summary>How it is now, for who doesn't look at it.</summary>
    public JsonObject Begun() => ToJson("queued");

    /// <summary>How it is now; each look brings it on.</summary>
    public JsonObject Look()
    {
        lock (this)
        {
            if (_reads-- > 0)
                return ToJson("running");
        }

        var json = ToJson(error is null ? "succeeded" : "failed");
        if (error is null)
            json["result"] = result.DeepClone();
        else
            json["error"] = new JsonObject { ["code"] = "validation_error", ["message"] = error };
        return json;
    }

    private JsonObject ToJson(string status)
    {
        var json = new JsonObject { ["object"] = "async_task", ["id"] = Id, ["status"] = status };
        if (status is "queued" or "running")
            json["poll_after_seconds"] = pollAfter;
        return json;
    }
}
