using System;
using System.Text.Json;
using NotionAuth.Core.Common;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.Connections.Store;

/// <summary>A connection with its tokens: what a store keeps.</summary>
public sealed record StoredConnection
{
    // One write ahead where a process ended halfway, and one for each refresh whose pair that process had not been able
    // to write before.
    private const long FurthestAhead = 1000;

    /// <summary>What may be known of it.</summary>
    public required NotionConnection Details { get; init; }

    /// <summary>The access token.</summary>
    public required Secret AccessToken { get; init; }

    /// <summary>The refresh token, or null.</summary>
    public Secret? RefreshToken { get; init; }

    /// <summary>The whole token reply (OAuth) or users/me (Token) without the pair, unknown fields included.</summary>
    public JsonElement Reply { get; init; }

    /// <summary>Counts the writes, so that a vault that shows an older state is noticed.</summary>
    public long Generation { get; init; }

    /// <summary>
    /// Whether this state is newer than another of the same sign-in. A mark counts as old as the pair that it is on,
    /// one write before it: it beats that pair, and no other.
    /// </summary>
    /// <param name="other">The other state.</param>
    /// <returns><see langword="true"/> where this one is newer; two sign-ins can't be compared.</returns>
    internal bool IsNewerThan(StoredConnection other)
    {
        if (Details.ConnectedAt != other.Details.ConnectedAt) return false;
        if (PairGeneration != other.PairGeneration) return PairGeneration > other.PairGeneration;
        return Details.NeedsReconnect != other.Details.NeedsReconnect && Details.NeedsReconnect == HasPairOf(other);
    }

    /// <summary>
    /// Whether both tokens are another state's. A new sign-in may be handed the access token that there was.
    /// </summary>
    /// <param name="other">The other state.</param>
    /// <returns><see langword="true"/> where nothing was issued in between.</returns>
    internal bool HasPairOf(StoredConnection other) =>
        AccessToken.Matches(other.AccessToken)
            && (RefreshToken?.Matches(other.RefreshToken) ?? other.RefreshToken is null);

    /// <summary>The same, to be written over another state: the number of writes goes on from there.</summary>
    /// <param name="other">What is written over, or null.</param>
    /// <returns>This connection.</returns>
    internal StoredConnection Over(StoredConnection? other) =>
        other is null || other.Generation < Generation ? this : this with { Generation = other.NextGeneration };

    /// <summary>The connection with the mark that a person must sign in again.</summary>
    /// <returns>The marked connection.</returns>
    internal StoredConnection Marked() =>
        this with { Details = Details with { NeedsReconnect = true }, Generation = NextGeneration };

    private long PairGeneration => Details.NeedsReconnect ? Generation - 1 : Generation;

    /// <summary>
    /// The generation of the next write. The highest number is followed by itself: only a broken or forged secret has
    /// it, and the next one would be the lowest of all.
    /// </summary>
    public long NextGeneration => Generation == long.MaxValue ? Generation : Generation + 1;

    /// <summary>
    /// Whether this copy counts more writes than can lie between it and what stands in its place: whatever wrote it
    /// wasn't this module.
    /// </summary>
    /// <param name="main">What stands in its place.</param>
    /// <returns>Whether it is beyond belief.</returns>
    public bool IsTooFarAheadOf(StoredConnection main) =>
        Generation > main.Generation && Generation - main.Generation > FurthestAhead;

    /// <summary>
    /// The connection after a refresh. A reply without a refresh token leaves the old one in force (RFC 6749 section
    /// 6).
    /// </summary>
    /// <param name="reply">The refresh's reply.</param>
    /// <param name="now">The time (UTC).</param>
    /// <returns>The refreshed connection.</returns>
    internal StoredConnection Refreshed(TokenReply reply, DateTime now)
    {
        Secret? refreshToken = reply.RefreshToken ?? RefreshToken;

        // What a refresh doesn't say again still holds.
        JsonElement merged = JsonText.Merge(Reply, reply.Reply);
        return this with
        {
            AccessToken = reply.AccessToken,
            RefreshToken = refreshToken,
            Reply = merged,
            Generation = NextGeneration,
            Details = WorkspaceDetails.Read(merged, Details.AuthType, Details.BotId) with
            {
                Name = Details.Name,
                ClientId = Details.ClientId,
                HasRefreshToken = refreshToken is not null,
                ConnectedAt = Details.ConnectedAt,
                RefreshedAt = now,
                ExpiresOn = Details.ExpiresOn,
                Vault = Details.Vault,
                BaseUri = Details.BaseUri,
                NotionVersion = Details.NotionVersion,
            },
        };
    }

    /// <summary>A placeholder: the record's own text would list its members.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Details.Name;
}
