using System;
using System.Globalization;
using System.Net.Http;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Core.Api;

/// <summary>What to do about an error of Notion's.</summary>
internal static class ErrorAdvice
{
    /// <summary>The next step after an error reply.</summary>
    public static string For(ErrorReply error) => (error.Status, error.Code) switch
    {
        (401, _) => "The token isn't valid any more. Sign in again with Connect-NotionWorkspace, " +
            "or take a new internal token from the integration's page in Notion.",
        (403, "restricted_resource") when error.IsBlockLimit =>
            "The workspace's plan has no room for more blocks: delete some in Notion and empty the trash, or choose " +
            "a larger plan.",
        (403, "restricted_resource") =>
            $"Give the integration the capability '{CapabilityFor(error.Method, error.Path)}' in its settings in " +
            "Notion (notion.so/my-integrations), or use another connection.",
        (403, _) => "Notion's edge refused the request: check the body for text that looks like an attack, " +
            "and the network that you call from.",
        (404, _) when ApiPath.Relative(error.Path).Split('/')[0] == "file_uploads" =>
            "Check the id. A file upload belongs to the connection that made it, " +
            "and expires after an hour unless it is attached.",
        (404, _) => "Check the id. If the page or database exists, share it with the integration: open it in Notion, " +
            "choose ••• > Connections, and add the integration.",
        (409, _) => "Somebody else changed it at the same moment. Run the command again.",
        (429, _) when error.RateLimitReason == Http.RateLimits.ConnectionLimits.Blocked =>
            "Notion blocks these requests: don't repeat them, and ask Notion's support, naming the request id.",
        (429, _) => error.RetryAfter is TimeSpan span
            ? string.Format(CultureInfo.InvariantCulture,
                "Wait {0:0} s and run the command again, or allow more retries with -MaximumRetryCount.",
                span.TotalSeconds)
            : "Wait a minute and run the command again, or allow more retries with -MaximumRetryCount.",
        (400, "missing_version") => "Pass a Notion-Version that exists, such as 2026-03-11, with -NotionVersion.",
        (400, "invalid_request_url") =>
            "Check the path and -Method. Some endpoints exist only before or only from version 2025-09-03: " +
            "see -NotionVersion.",
        (400, _) when error.Says("is a database, not a page") => "The id is a database's: call databases/<id>.",
        (400, _) when error.Says("is a page, not a database") => "The id is a page's: call pages/<id>.",
        (400, _) when error.IsInTrash && error.Method == "DELETE" =>
            "It is in the trash already, or what it is in is: there is nothing to do.",
        (400, _) when error.IsInTrash =>
            "It is in the trash, or what it is in is. Take that out of the trash first, in Notion or with PATCH and " +
            "the body @{ in_trash = $false }.",
        (400, _) when error.Fields.Count == 1 && error.Says("or `undefined`, instead was `null`") =>
            $"Leave {error.Fields[0]} out, or give it a value: null isn't the same as leaving it out.",
        (400, _) when error.Fields.Count > 0 =>
            $"Correct {string.Join(", ", error.Fields)}; the endpoint's page on developers.notion.com shows what " +
            "it takes.",
        (400, _) => "Correct the request as the message says; the endpoint's page on developers.notion.com shows " +
            "what it takes.",
        ( >= 500, _) when error.WasCommitted => "Don't send it again: read what it made, and go on from there.",
        ( >= 500, _) when error.MayHaveWritten =>
            "Notion has a problem. Look first whether the request was carried out," +
            " and send it again only if it wasn't.",
        ( >= 500, _) => "Notion has a problem. Try again later.",
        _ => "See the message; Notion's support needs the request id.",
    };

    // What isn't known counts as writing: what is made stands at the top, what is changed below.
    private static string CapabilityFor(string method, string path) =>
        NotionEndpoint.Find(path, new HttpMethod(method))?.Capability
            ?? (method == "GET" ? NotionEndpoint.ReadContent
                : method == "POST"
                && ApiPath.Relative(path).IndexOf('/') < 0
                ? NotionEndpoint.InsertContent : NotionEndpoint.UpdateContent);
}
