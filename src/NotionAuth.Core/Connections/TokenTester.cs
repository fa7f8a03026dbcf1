using System;
using System.Diagnostics;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.Connections;

/// <summary>Whether a token works.</summary>
public enum TokenStatus
{
    /// <summary>Notion accepts it.</summary>
    Active,

    /// <summary>Notion doesn't accept it, and the next request refreshes it by itself.</summary>
    Expired,

    /// <summary>Notion doesn't accept it, and nothing refreshes it: a person must sign in again, or give another
    /// token.</summary>
    Inactive,

    /// <summary>It could not be found out: no network, a failing service, refused client credentials.</summary>
    Unknown,
}

/// <summary>How it was found out.</summary>
public enum TokenTestMethod
{
    /// <summary>By asking the introspection endpoint (RFC 7662), with the integration's client credentials.</summary>
    Introspect,

    /// <summary>By calling users/me with the token.</summary>
    UsersMe,
}

/// <summary>What a test of a token found.</summary>
public sealed record TokenTestResult
{
    /// <summary>The connection's name; null for a token that was just given.</summary>
    public string? Connection { get; init; }

    /// <summary>Whether it works.</summary>
    public TokenStatus Status { get; init; }

    /// <summary>Whether a request can be made: now, or after the refresh that it makes by itself.</summary>
    internal bool IsUsable => Status is TokenStatus.Active or TokenStatus.Expired;

    /// <summary>How it was found out.</summary>
    public TokenTestMethod Method { get; init; }

    /// <summary>When it was issued (UTC), where Notion says so.</summary>
    public DateTime? IssuedAt { get; init; }

    /// <summary>What it may do, where Notion says so.</summary>
    public string? Scope { get; init; }

    /// <summary>The bot's id.</summary>
    public string? BotId { get; init; }

    /// <summary>The workspace's name.</summary>
    public string? WorkspaceName { get; init; }

    /// <summary>Notion's id of the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>Why it isn't active; null where it is.</summary>
    public string? Reason { get; init; }

    /// <summary>How long the test took.</summary>
    public TimeSpan Duration { get; init; }
}

/// <summary>Tests tokens. Never refreshes one.</summary>
/// <param name="transport">The way to Notion.</param>
/// <param name="log">Called with each attempt, or null.</param>
internal sealed class TokenTester(NotionTransport transport, Action<RequestLogEntry>? log)
{
    /// <summary>What bounds the requests have.</summary>
    public RequestBounds Bounds { get; init; } = new();

    /// <summary>
    /// Tests a stored connection's token: by introspection where its client credentials are known, else with users/me.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="app">The app registration for the connection's origin, or null.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The result; trouble on the way is <see cref="TokenStatus.Unknown"/>, no exception.</returns>
    public async Task<TokenTestResult> TestAsync(
        StoredConnection connection, AppRegistration? app, CancellationToken cancellationToken)
    {
        NotionConnection details = connection.Details;
        TokenTestResult result = app is null
            ? await AskUsersMeAsync(connection.AccessToken, details.BaseUri, details.NotionVersion, cancellationToken)
            .ConfigureAwait(false)
            : await IntrospectAsync(connection, app, cancellationToken).ConfigureAwait(false);
        if (app is null && details.AuthType == AuthType.OAuth && result.Status == TokenStatus.Inactive)
            result = result with
            {
                Reason = $"{result.Reason} Without the client secret, which isn't kept here, it can't be refreshed. " +
                    $"Sign in again: {details.ReconnectCommand()} -ClientSecret (Read-Host -AsSecureString)",
            };
        if (result.Status == TokenStatus.Inactive && TokenExpiry.EndedOf(details, DateTime.UtcNow) is { } ended)
            result = result with { Reason = $"{result.Reason} {ended}" };
        return result with { Connection = details.Name, BotId = details.BotId, WorkspaceName = details.WorkspaceName };
    }

    /// <summary>Tests a token that is just given, with users/me.</summary>
    /// <param name="token">The token.</param>
    /// <param name="baseUri">Notion's origin.</param>
    /// <param name="notionVersion">The Notion-Version.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The result; trouble on the way is <see cref="TokenStatus.Unknown"/>, no exception.</returns>
    public Task<TokenTestResult> TestAsync(
        Secret token, Uri baseUri, string notionVersion, CancellationToken cancellationToken) =>
        AskUsersMeAsync(token, baseUri, notionVersion, cancellationToken);

    private async Task<TokenTestResult> IntrospectAsync(
        StoredConnection connection, AppRegistration app, CancellationToken cancellationToken)
    {
        NotionConnection details = connection.Details;
        OAuthClient client = app.Client(transport, details.NotionVersion, Bounds, log);
        bool isRefreshed = details.HasRefreshToken && !details.NeedsReconnect;
        return await TimedAsync(TokenTestMethod.Introspect, async () =>
        {
            IntrospectionReply reply = await client.IntrospectAsync(connection.AccessToken, cancellationToken)
                .ConfigureAwait(false);
            return new TokenTestResult
            {
                Status = reply.IsActive ? TokenStatus.Active
                    : isRefreshed ? TokenStatus.Expired : TokenStatus.Inactive,
                IssuedAt = reply.IssuedAt?.UtcDateTime,
                Scope = reply.Scope,
                RequestId = reply.RequestId,
                Reason = reply.IsActive ? null
                    : isRefreshed
                    ? "Notion says that the token isn't active. The next request refreshes it."
                    : $"Notion says that the token isn't active. Sign in again: {details.ReconnectCommand()}",
            };
        }).ConfigureAwait(false);
    }

    private Task<TokenTestResult> AskUsersMeAsync(
        Secret token, Uri baseUri, string notionVersion, CancellationToken cancellationToken) =>
        TimedAsync(TokenTestMethod.UsersMe, async () =>
        {
            NotionReply response = await UsersMe.AskAsync(
                transport, baseUri, token, notionVersion, Bounds, log, cancellationToken).ConfigureAwait(false);
            using JsonDocument body = response.ParseJson();
            NotionConnection details =
                WorkspaceDetails.Read(body.RootElement, AuthType.Token, WorkspaceDetails.BotIdOf(body.RootElement));
            return new TokenTestResult
            {
                Status = TokenStatus.Active,
                BotId = details.BotId,
                WorkspaceName = details.WorkspaceName,
                RequestId = response.RequestId,
            };
        });

    private static async Task<TokenTestResult> TimedAsync(TokenTestMethod method, Func<Task<TokenTestResult>> test)
    {
        var watch = Stopwatch.StartNew();
        TokenTestResult result;
        try
        {
            result = await test().ConfigureAwait(false);
        }
        catch (NotionApiException e) when (method == TokenTestMethod.UsersMe && e.Status == 401)
        {
            result = new TokenTestResult { Status = TokenStatus.Inactive, Reason = e.Message, RequestId = e.RequestId };
        }
        catch (NotionAuthException e)
        {
            string? requestId = (e as NotionApiException)?.RequestId ?? (e as OAuthException)?.RequestId;
            result = new TokenTestResult
            {
                Status = TokenStatus.Unknown,
                Reason = $"{e.Message} {e.RecommendedAction}",
                RequestId = requestId
            };
        }

        return result with { Method = method, Duration = watch.Elapsed };
    }
}
