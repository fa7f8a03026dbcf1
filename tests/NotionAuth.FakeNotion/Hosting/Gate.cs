using System;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Hosting;

/// <summary>What every request passes through: the log, the faults, Notion's order of checks, the answer.</summary>
internal sealed class Gate(FakeNotionState state, Router router, CancellationToken stopping)
{
    private const int MaxBody = 64 * 1024 * 1024;
    private const int MaxJson = 500 * 1024;
    private const int MaxLoggedBody = 1024 * 1024;

    public async Task HandleAsync(HttpContext http)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        try
        {
            await HandleAsync(http, ended.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // The client went away or the fake is stopping: there is nobody to answer.
            http.Abort();
        }
    }

    private async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var record = Record(http);
        var isControl = record.Path.StartsWith("/_control", StringComparison.Ordinal);
        var body = await ReadBodyAsync(http.Request, ct);
        record.BodyLength = body.Length;
        if (body.Length is > 0 and <= MaxLoggedBody && IsText(http.Request.ContentType))
            record.Body = Encoding.UTF8.GetString(body);
        var call = new Call(http, state, record, body);
        if (isControl)
        {
            await SendAsync(http, record, ControlEndpoints.Handle(call), ct);
            return;
        }

        var token = BearerToken(http.Request);
        record.BotId = token is null ? null : state.OAuth.FindBot(token)?.Id;
        state.Log.Add(record);
        if (state.Behavior.Latency > TimeSpan.Zero && record.Path.StartsWith("/v1/", StringComparison.Ordinal))
            await Task.Delay(state.Behavior.Latency, ct);

        var fault = await MeetFaultsAsync(record, ct);
        if (fault is null)
        {
            await SendAsync(http, record, Answer(call, token), ct);
            return;
        }

        record.Fault = fault.Kind;
        Reply? work = null;
        if (fault.AfterCommit || fault.Kind is FaultKind.ResetAfterCommit or FaultKind.TruncateBody)
            work = Answer(call, token);
        await StrikeAsync(http, call, fault, work, ct);
    }

    private async Task<Fault?> MeetFaultsAsync(RecordedRequest record, CancellationToken ct)
    {
        foreach (var fault in state.Faults.Striking(record))
        {
            if (fault.Kind != FaultKind.Delay)
                return fault;
            record.Fault = FaultKind.Delay;
            if (fault.Until is { } until)
                await until.WaitAsync(ct);
            if (fault.DelayFor > TimeSpan.Zero)
                await Task.Delay(fault.DelayFor, ct);
        }

        return null;
    }

    private static async Task StrikeAsync(HttpContext http, Call call, Fault fault, Reply? work, CancellationToken ct)
    {
        switch (fault.Kind)
        {
            case FaultKind.Reset or FaultKind.ResetAfterCommit:
                Connections.Reset(http);
                break;
            case FaultKind.TruncateBody:
                call.Record.Status = work!.Status;
                await Connections.SendHalfAsync(http, call.Record, work, ct);
                break;
            case FaultKind.EdgeHtml:
                await SendAsync(http, call.Record, FaultReplies.Edge(fault), ct);
                break;
            case FaultKind.RawBody:
                await SendAsync(http, call.Record, FaultReplies.Raw(fault), ct);
                break;
            case FaultKind.Stream:
                await SendAsync(http, call.Record, FaultReplies.Stream(fault), ct);
                if (fault.BreaksOff)
                    Connections.Reset(http);
                break;
            case FaultKind.Redirect:
                await SendAsync(http, call.Record, FaultReplies.Redirect(fault), ct);
                break;
            default:
                await SendAsync(http, call.Record, FaultReplies.Status(call, fault, work), ct);
                break;
        }
    }

    /// <summary>Notion's order, measured: URL and method, JSON, credential, limit, version, body.</summary>
    private Reply Answer(Call call, string? token)
    {
        try
        {
            // HEAD is answered as GET, without the body.
            var method = call.Record.Method == "HEAD" ? "GET" : call.Record.Method;
            var route = router.Find(method, call.Record.Path, out var args)
                ?? throw NotionFailure.InvalidUrl();
            call.Args = args;
            if (route.Credential == Credential.Bearer)
            {
                if (state.Behavior.JsonBeforeCredential)
                    call.CheckJson();
                if (token is null && Header(call.Http.Request, "Authorization") is { Length: > 0 })
                    throw NotionFailure.MalformedAuthorization();
                call.Bot = (token is null ? null : state.OAuth.Authenticate(token))
                    ?? throw NotionFailure.Unauthorized();
                Limit(call);
                call.Version = ApiVersion.Parse(Header(call.Http.Request, "Notion-Version"));
                if (!ExistsUnder(route.Exists, call.Version))
                    throw NotionFailure.InvalidUrl();
                if ((call.Bot.Integration.Capabilities & route.Needs) != route.Needs)
                    throw NotionFailure.Restricted();
                if (call.Body.Length > MaxJson && !IsMultipart(call.Http.Request.ContentType))
                    throw NotionFailure.Validation(
                        $"body failed validation: body.length should be ≤ `{MaxJson}`, " +
                        $"instead was `{call.Body.Length}`.");
            }

            return route.Handler(call);
        }
        catch (NotionFailure failure)
        {
            return Reply.Error(call, failure);
        }
        catch (OAuthFailure failure)
        {
            return Reply.Error(call, failure);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A bug of the fake must show as one, and not look like Notion being down.
            Console.Error.WriteLine(e);
            return Reply.Error(call, new NotionFailure(500, "internal_server_error", "The fake failed: " + e.Message));
        }
    }

    private void Limit(Call call)
    {
        var limit = state.RateLimit;
        if (!limit.Enabled)
            return;
        var reason = "public_api_request_rate_limit";
        var wait = state.Limiter.Take(call.Bot.Id, limit.Limit, limit.Window, limit.IsFixed);
        if (wait is null && limit.WorkspaceLimit is { } all)
        {
            reason = "public_api_space_request_rate_limit";
            wait = state.Limiter.Take(call.Workspace.Id, all, limit.WorkspaceWindow, limit.IsFixed);
        }

        if (wait is not { } seconds)
            return;
        var text = seconds.ToString(CultureInfo.InvariantCulture);
        var data = new JsonObject { ["rate_limit_reason"] = reason, ["retry_after"] = text };
        throw new NotionFailure(
            429, "rate_limited", "You have been rate limited. Please try again in a few minutes.", data,
            retryAfter: text);
    }

    private RecordedRequest Record(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        // A client that takes this for its proxy sends whole URLs.
        if (!target.StartsWith('/') && Uri.TryCreate(target, UriKind.Absolute, out var uri))
            target = uri.PathAndQuery;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        return new RecordedRequest
        {
            Number = state.Log.NextNumber(),
            RequestId = Guid.NewGuid().ToString(),
            Time = state.Time.GetUtcNow(),
            Method = http.Request.Method,
            Path = question < 0 ? target : target[..question],
            Query = question < 0 ? "" : target[question..],
            Headers = http.Request.Headers.ToImmutableDictionary(
                h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
        };
    }

    private static async Task SendAsync(HttpContext http, RecordedRequest record, Reply reply, CancellationToken ct)
    {
        record.Status = reply.Status;
        var response = http.Response;
        response.StatusCode = reply.Status;
        response.ContentType = reply.ContentType;
        response.ContentLength = reply.Chunks is null ? reply.Length : null;
        if (reply.HasRequestId)
            response.Headers["x-notion-request-id"] = record.RequestId;
        foreach (var (name, value) in reply.Headers)
            response.Headers[name] = value;
        if (record.Method == "HEAD")
            return;
        foreach (var segment in reply.Segments)
            Write(response, segment.Span);
        _ = await response.BodyWriter.FlushAsync(ct);
        if (reply.Chunks is null)
            return;
        await foreach (var chunk in reply.Chunks.WithCancellation(ct))
        {
            Write(response, chunk.Span);
            _ = await response.BodyWriter.FlushAsync(ct);
        }
    }

    private static void Write(HttpResponse response, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var room = response.BodyWriter.GetSpan(Math.Min(bytes.Length, 4096));
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            response.BodyWriter.Advance(count);
            bytes = bytes[count..];
        }
    }

    private static async Task<byte[]> ReadBodyAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength is null or 0 && !request.Headers.ContainsKey("Transfer-Encoding"))
            return [];
        if (request.ContentLength > MaxBody)
            throw new BadHttpRequestException("The fake takes 64 MB at most.");
        var body = new MemoryStream((int)(request.ContentLength ?? 0));
        await request.Body.CopyToAsync(body, ct);
        return body.ToArray();
    }

    private static bool ExistsUnder(Exists exists, ApiVersion version) => exists switch
    {
        Exists.BeforeDataSources => !version.HasDataSources,
        Exists.WithDataSources => version.HasDataSources,
        Exists.FromCurrent => version.Shape == Shape.Current,
        _ => true,
    };

    /// <summary>The token after the one word; however much white space stands between them counts as one.</summary>
    private static string? BearerToken(HttpRequest request)
    {
        const string scheme = "Bearer";
        if (Header(request, "Authorization") is not { } value
            || !value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var rest = value[scheme.Length..];
        var token = rest.Trim();
        return token.Length > 0 && char.IsWhiteSpace(rest[0]) && !token.Contains(' ', StringComparison.Ordinal)
            ? token : null;
    }

    private static string? Header(HttpRequest request, string name) =>
        request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    private static bool IsMultipart(string? contentType) =>
        contentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) ?? false;

    private static bool IsText(string? contentType) =>
        contentType is null
        || contentType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        || contentType.Contains("json", StringComparison.OrdinalIgnoreCase)
        || contentType.Contains("urlencoded", StringComparison.OrdinalIgnoreCase);

    /// <summary>The reason phrases of the statuses that a fault writes by hand.</summary>
    internal static string Reason(int status) => ReasonPhrases.GetReasonPhrase(status);
}
