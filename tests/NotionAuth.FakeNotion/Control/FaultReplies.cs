using System;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Control;

/// <summary>What faults answer with.</summary>
internal static class FaultReplies
{
    public static Reply Status(Call call, Fault fault, Reply? work)
    {
        var additional = fault.AdditionalData is { } text ? JsonNode.Parse(text)!.AsObject() : null;
        if (work?.CommittedId is { } id)
        {
            additional ??= [];
            additional["committed_resource_id"] = id;
            if (work.CommittedChildren.Count > 0)
                additional["committed_child_ids"] = new JsonArray([.. work.CommittedChildren.Select(c => (JsonNode)c)]);
        }

        Reply reply;
        if (fault.Body is { } body)
        {
            reply = new Reply
            {
                Status = fault.Status,
                ContentType = fault.ContentType ?? "application/json; charset=utf-8"
            };
            reply.Segments.Add(Encoding.UTF8.GetBytes(body));
        }
        else
        {
            var code = fault.Code ?? CodeOf(fault.Status);
            reply = Reply.Error(
                call, new NotionFailure(fault.Status, code, fault.Message ?? MessageOf(code), additional));
        }

        return WithHeaders(reply, fault);
    }

    public static Reply Edge(Fault fault)
    {
        var status = fault.Status is 403 or 502 or 503 or 504 or 520 ? fault.Status : 403;
        var reply = new Reply { Status = status, ContentType = "text/html; charset=UTF-8", HasRequestId = false };
        var title = status == 403 ? "Attention Required! | Cloudflare" : "Service unavailable";
        reply.Segments.Add(Encoding.UTF8.GetBytes(fault.Body
            ?? $"<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>{title}</title></head><body><h1>Sorry, " +
                "you have been blocked</h1></body></html>\n"));
        reply.Headers.Add(new("cf-ray", "8f2a6c1d4e3b5a70-FRA"));
        reply.Headers.Add(new("Server", "cloudflare"));
        return WithHeaders(reply, fault);
    }

    public static Reply Raw(Fault fault)
    {
        var reply = new Reply
        {
            Status = fault.Status,
            ContentType = fault.ContentType ?? "application/json; " +
            "charset=utf-8"
        };
        reply.Segments.Add(fault.RawBytes ?? Encoding.UTF8.GetBytes(fault.Body ?? ""));
        return WithHeaders(reply, fault);
    }

    public static Reply Stream(Fault fault) => WithHeaders(
        new Reply
        {
            Status = fault.Status,
            ContentType = fault.ContentType ?? "text/event-stream",
            Chunks = fault.Chunks ?? AsyncEnumerable.Empty<ReadOnlyMemory<byte>>()
        }, fault);

    public static Reply Redirect(Fault fault)
    {
        var reply = new Reply { Status = fault.Status is >= 300 and < 400 ? fault.Status : 302, ContentType = null };
        reply.Headers.Add(new("Location", fault.Location ?? "/"));
        return WithHeaders(reply, fault);
    }

    private static Reply WithHeaders(Reply reply, Fault fault)
    {
        reply.Headers.AddRange(fault.Headers);
        return reply;
    }

    private static string CodeOf(int status) => status switch
    {
        400 => "validation_error",
        401 => "unauthorized",
        403 => "restricted_resource",
        404 => "object_not_found",
        409 => "conflict_error",
        429 => "rate_limited",
        502 => "bad_gateway",
        503 => "service_unavailable",
        504 => "gateway_timeout",
        529 => "service_overload",
        _ => "internal_server_error",
    };

    private static string MessageOf(string code) => code switch
    {
        "unauthorized" => "API token is invalid.",
        "rate_limited" => "You have been rate limited. Please try again in a few minutes.",
        "conflict_error" => "Conflict occurred while saving. Please try again.",
        "service_unavailable" => "Notion is unavailable. Please try again later.",
        "internal_server_error" => "An unexpected error occurred.",
        _ => $"Fault on demand: {code}.",
    };
}
