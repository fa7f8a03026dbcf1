using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Api;

/// <summary>
/// Waits for what Notion does in the background. Source: developers.notion.com/reference/retrieve-async-task.
/// </summary>
internal static class AsyncTasks
{
    /// <summary>The <c>object</c> of a task.</summary>
    public const string Kind = "async_task";

    /// <summary>A task's id, which becomes part of a path; null for what can't be one.</summary>
    // No UUID: Notion's own example is task_abc123.
    public static string? IdIn(string? text) =>
        text is { Length: > 0 and <= 200 } && text.All(c => c is '_' or '-' || (c < 128 && char.IsLetterOrDigit(c)))
            ? text : null;

    /// <summary>Waits for the end of a task, where a reply is one.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request that was sent.</param>
    /// <param name="reply">Its reply.</param>
    /// <param name="cancellationToken">Ends it at once. The task goes on.</param>
    /// <returns>The finished task; any other reply as it came.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.AsyncTaskFailed"/>, and as
    /// <see cref="StatusPoll.UntilFinishedAsync"/>.</exception>
    public static async Task<NotionReply> FinishedAsync(
        NotionClient client, NotionRequest request, NotionReply reply, CancellationToken cancellationToken)
    {
        if (reply.IsError || reply.TextOf("object") != Kind) return reply;
        string id = IdIn(reply.TextOf("id")) ?? throw reply.Invalid("has no id");
        NotionReply finished = await StatusPoll.UntilFinishedAsync(
            client, request.Reading($"async_tasks/{id}"), reply,
            status => status is "queued" or "running" or "retrying", cancellationToken).ConfigureAwait(false);
        return finished.TextOf("status") == "failed" ? throw Failed(id, finished) : finished;
    }

    private static NotionAuthException Failed(string id, NotionReply reply)
    {
        using JsonDocument body = reply.ParseJson();
        string why = body.RootElement.TryGetProperty("error", out JsonElement error)
            ? WhyOf(error) : "no reason is given";
        return new(
            ErrorIds.AsyncTaskFailed, NotionErrorKind.InvalidOperation,
            $"Notion's task {id} failed: {Redaction.OneLine(why).TrimEnd('.')}.",
            "Correct the request that began the task as the message says, and send it again.")
        { Target = $"async_tasks/{id}" };
    }

    private static string WhyOf(JsonElement error)
    {
        if (error.ValueKind != JsonValueKind.Object) return error.ToString();
        string? code = JsonText.StringOf(error, "code"), message = JsonText.StringOf(error, "message");
        return code is null ? message ?? error.GetRawText() : message is null ? code : $"{code}: {message}";
    }
}
