using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

/// <summary>Source: developers.notion.com/reference/retrieve-async-task.</summary>
internal static class AsyncTasksEndpoints
{
    public static void Map(Router router) =>
        router.Map("GET v1/async_tasks/{task_id}", Retrieve, Capabilities.ReadContent);

    /// <summary>The reply itself; a task in its place where the body wants that.</summary>
    public static Reply Answer(Call call, Reply reply)
    {
        if (call.OptionalBool("allow_async") != true)
            return reply;
        var result = Json.Parse(reply.ToArray());
        _ = result.Remove("request_id");
        var task = new AsyncTask(result, call.State.Behavior.TaskReads, call.State.Behavior.TaskError,
            call.State.Behavior.TaskPollAfterSeconds)
        {
            BotId = call.Bot.Id,
        };
        call.Workspace.Tasks[task.Id] = task;
        return Reply.Json(call, task.Begun(), 202, reply.CommittedId);
    }

    private static Reply Retrieve(Call call)
    {
        call.AllowQuery();
        var id = call.Args["task_id"];
        return call.Workspace.Tasks.TryGetValue(id, out var task) && task.BotId == call.Bot.Id
            ? Reply.Json(call, task.Look())
            : throw NotionFailure.NotFound("async_task", id, call.Bot);
    }
}
