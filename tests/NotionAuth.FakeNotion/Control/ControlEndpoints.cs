using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Control;

/// <summary>
/// What the real API doesn't have: a way for programs in other processes to set up and inspect the fake. See README.md.
/// </summary>
internal static class ControlEndpoints
{
    public static Reply Handle(Call call)
    {
        try
        {
            var state = call.State;
            var result = $"{call.Record.Method} {call.Record.Path.TrimEnd('/')}" switch
            {
                "GET /_control/state" => ControlJson.State(state),
                "POST /_control/reset" => Done(state.Reset),
                "POST /_control/integrations" => ControlActions.SetIntegration(state, call.Json),
                "POST /_control/authorize" => ControlActions.Authorize(state, call.Json),
                "POST /_control/expire" => ControlActions.Expire(state, call.Json),
                "POST /_control/revoke" => ControlActions.Revoke(state, call.Json),
                "GET /_control/requests" => Requests(call),
                "DELETE /_control/requests" => Done(state.ClearRequests),
                "GET /_control/faults" => ControlJson.Faults(state),
                "POST /_control/faults" => ControlActions.AddFaults(state, call.Json),
                "DELETE /_control/faults" => Done(state.Faults.Clear),
                "POST /_control/seed" => ControlActions.Seed(state, call.Json),
                "POST /_control/bulk" => ControlActions.SetBulk(state, call.Json),
                "POST /_control/ratelimit" => ControlActions.SetRateLimit(state, call.Json),
                "POST /_control/approve" => ControlActions.SetApproval(state, call.Json),
                "POST /_control/behavior" => ControlActions.SetBehavior(state, call.Json),
                _ => throw NotionFailure.InvalidUrl(),
            };
            return Reply.Json(call, result);
        }
        catch (NotionFailure failure)
        {
            return Reply.Error(call, failure);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            return Reply.Error(call, NotionFailure.Validation(e.Message));
        }
    }

    private static JsonObject Done(Action action)
    {
        action();
        return new JsonObject { ["ok"] = true };
    }

    private static JsonObject Requests(Call call)
    {
        IEnumerable<RecordedRequest> requests = call.State.Requests;
        if (call.QueryText("path") is { } path)
            requests = requests.Where(r => r.Path.StartsWith(path, StringComparison.Ordinal));
        if (call.QueryText("method") is { } method)
            requests = requests.Where(r => r.Method == method);
        var found = requests.ToList();
        return new JsonObject
        {
            ["count"] = found.Count,
            ["requests"] = new JsonArray([.. found.Select(ControlJson.Request)]),
        };
    }
}
