using System;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;

namespace NotionAuth.Core.Connections;

/// <summary>What every way of connecting takes.</summary>
public record ConnectOptions
{
    /// <summary>The name; null for the one the bot's connection has already, else the workspace's.</summary>
    public string? Name { get; init; }

    /// <summary>Whether a connection of that name of another bot is replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Notion's origin, checked.</summary>
    public Uri BaseUri { get; init; } = Http.BaseUri.Default;

    /// <summary>When the token ends, where somebody knows; null otherwise.</summary>
    public DateTime? ExpiresOn { get; init; }

    /// <summary>The Notion-Version that the connection's requests send, checked.</summary>
    public string NotionVersion { get; init; } = Api.NotionVersion.Default;
}

/// <summary>Connects with an internal integration secret or a personal access token.</summary>
/// <param name="store">Where the connection is kept.</param>
/// <param name="cache">What this process knows.</param>
/// <param name="transport">The way to Notion.</param>
/// <param name="log">Called with each attempt, or null.</param>
internal sealed class TokenConnector(
    IConnectionStore store, ConnectionCache cache, NotionTransport transport, Action<RequestLogEntry>? log)
{
    /// <summary>What bounds the requests have.</summary>
    public RequestBounds Bounds { get; init; } = new();

    /// <summary>Called with what the user must know, or null.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Validates a token with users/me and keeps it.</summary>
    /// <param name="token">The token.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="NotionApiException">Notion rejected the token.</exception>
    /// <exception cref="NotionAuthException">No answer; or it couldn't be kept.</exception>
    public async Task<StoredConnection> ConnectAsync(
        Secret token, ConnectOptions options, CancellationToken cancellationToken)
    {
        // Somebody waits, and says best whether to try again: without a network the usual retries are 15 silent
        // seconds.
        RequestBounds bounds = Bounds with { MaximumRetryCount = 1 };
        NotionReply response = await UsersMe.AskAsync(
            transport, options.BaseUri, token, options.NotionVersion, bounds, log, cancellationToken)
            .ConfigureAwait(false);

        using JsonDocument body = response.ParseJson();
        JsonElement reply = body.RootElement.Clone();
        NotionConnection details = WorkspaceDetails.Read(reply, AuthType.Token, WorkspaceDetails.BotIdOf(reply)) with
        {
            BaseUri = options.BaseUri,
            NotionVersion = options.NotionVersion,
            ConnectedAt = DateTime.UtcNow,
            ExpiresOn = options.ExpiresOn?.ToUniversalTime(),
        };
        StoredConnection kept = await new ConnectionWriter(store, cache, Warn).SaveAsync(
            new StoredConnection { Details = details, AccessToken = token, Reply = reply }, options.Name, options.Force,
            cancellationToken).ConfigureAwait(false);
        cache.Get(new ConnectionKey(store.Vault, kept.Details.BotId)).WarnOfExpiry(kept.Details, Warn, isOnce: false);
        return kept;
    }
}
