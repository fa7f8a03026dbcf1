using System;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Hosting;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

/// <summary>
/// A short way past the gate for what benchmarks ask for, so that they measure the client: no log, no faults, no limit,
/// no latency. The credential and the version are looked at; where they are wrong, the gate says so as always.
/// </summary>
internal sealed class BulkEndpoints(FakeNotionState state)
{
    /// <summary>Answers, or returns null where the request isn't for the bulk list.</summary>
    public Task? TryAnswerAsync(HttpContext http)
    {
        if (state.Bulk is not { } list)
            return null;
        var path = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (path == list.QueryPath && HttpMethods.IsPost(http.Request.Method) && MayPass(http.Request))
            return QueryAsync(http, list);
        return path == list.PagePath && HttpMethods.IsGet(http.Request.Method)
            && MayPass(http.Request) ? PageAsync(http, list) : null;
    }

    private bool MayPass(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (!authorization.StartsWith("Bearer ", StringComparison.Ordinal)
            || state.OAuth.Authenticate(authorization["Bearer ".Length..]) is null)
            return false;
        try
        {
            return ApiVersion.Parse(request.Headers["Notion-Version"]).HasDataSources;
        }
        catch (NotionFailure)
        {
            return false;
        }
    }

    private static async Task QueryAsync(HttpContext http, BulkList list)
    {
        var (size, first) = await ReadAsync(http.Request);
        var requestId = Guid.NewGuid().ToString();
        if (size is >= 1 and <= 100 && list.Find(first, size, requestId) is { } page)
        {
            await SendAsync(http, requestId, page);
            return;
        }

        http.Response.StatusCode = 400;
        await SendAsync(
            http, requestId,
            ("""{"object":"error","status":400,"code":"validation_error","""u8 +
                "\"message\":\"The page_size or start_cursor provided is invalid.\"}"u8).ToArray());
    }

    private static Task PageAsync(HttpContext http, BulkList list) =>
        SendAsync(http, Ids.For("bulk:request").ToString(), list.Page);

    private static async Task<(int Size, int First)> ReadAsync(HttpRequest request)
    {
        if (request.ContentLength is null or 0)
            return (100, 0);
        using var body = await JsonDocument.ParseAsync(request.Body);
        var size = body.RootElement.TryGetProperty("page_size", out var number) ? number.GetInt32() : 100;
        var cursor = body.RootElement.TryGetProperty("start_cursor", out var text) ? text.GetString() : null;
        return (size, BulkList.Position(cursor));
    }

    private static async Task SendAsync(HttpContext http, string requestId, params ReadOnlyMemory<byte>[] parts)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = parts.Sum(p => (long)p.Length);
        http.Response.Headers["x-notion-request-id"] = requestId;
        foreach (var part in parts)
            _ = await http.Response.BodyWriter.WriteAsync(part, http.RequestAborted);
    }
}
