using System;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http;

namespace NotionAuth.Core.Connections;

/// <summary>Asks Notion whose a token is.</summary>
internal static class UsersMe
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public static Task<NotionReply> AskAsync(
        NotionTransport transport, Uri baseUri, Secret token, string notionVersion, RequestBounds bounds,
        Action<RequestLogEntry>? log,
        CancellationToken cancellationToken)
    {
        var client = new NotionClient(transport, baseUri, new FixedTokenSource(token), limits: null, log)
        {
            LongestWait = bounds.LongestWait,
            Waiting = bounds.Waiting,
            Waited = bounds.Waited,
        };
        var request = new NotionRequest
        {
            Path = "users/me",
            NotionVersion = notionVersion,
            MaximumRetryCount = bounds.MaximumRetryCount,
            Timeout = Timeout,
        };
        return client.SendAsync(request, cancellationToken);
    }
}
