using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Endpoints;
using NotionAuth.FakeNotion.Hosting;

namespace NotionAuth.FakeNotion.OAuth;

public enum TokenState
{
    /// <summary>There is none: older integrations have no refresh token.</summary>
    None,
    Live,
    Expired,
    Revoked,

    /// <summary>Traded in for a newer pair.</summary>
    Spent,
}

/// <summary>A pair of tokens as it stood when it was asked for.</summary>
public sealed record TokenInfo(
    string AccessToken,
    TokenState AccessState,
    string? RefreshToken,
    TokenState RefreshState,
    Guid BotId,
    string ClientId,
    DateTimeOffset IssuedAt,
    Guid FamilyId);

/// <summary>A refresh that was asked for, granted or not.</summary>
public sealed record RefreshRequest(
    DateTimeOffset Time, string ClientId, string RefreshToken, bool Granted, Guid? BotId);

/// <summary>Codes, tokens and the bots they stand for.</summary>
internal sealed class OAuthStore(FakeNotionState state)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Code> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Pair> _byAccess = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Pair> _byRefresh = new(StringComparer.Ordinal);
    private readonly List<Pair> _pairs = [];
    private readonly Dictionary<(string Integration, Guid Workspace, Guid User), Bot> _bots = [];
    private readonly List<RefreshRequest> _refreshes = [];

    private Behavior Behavior => state.Behavior;

    private DateTimeOffset Now => state.Time.GetUtcNow();

    public IReadOnlyList<TokenInfo> Tokens
    {
        get
        {
            lock (_lock)
                return [.. _pairs.Select(p => p.ToInfo(Now))];
        }
    }

    public IReadOnlyList<RefreshRequest> Refreshes
    {
        get
        {
            lock (_lock)
                return [.. _refreshes];
        }
    }

    public IReadOnlyList<Bot> Bots
    {
        get
        {
            lock (_lock)
                return [.. _bots.Values];
        }
    }

    /// <summary>One bot for an integration, a workspace and a person, however often they authorize.</summary>
    public Bot BotFor(Integration integration, Workspace workspace, User user)
    {
        lock (_lock)
        {
            var key = (integration.Id, workspace.Id, user.Id);
            if (!_bots.TryGetValue(key, out var bot))
            {
                bot = new Bot(Ids.For($"bot:{integration.Id}:{workspace.Id}:{user.Id}"), integration, workspace, user);
                _bots.Add(key, bot);
            }

            return bot;
        }
    }

    public void AddFixedToken(Bot bot, string token)
    {
        lock (_lock)
            Add(new Pair(token, null, bot, Guid.NewGuid(), Now, null));
    }

    public string IssueCode(Integration integration, string redirectUri, User user, IReadOnlyCollection<Guid>? pages)
    {
        var code = Ids.Code();
        lock (_lock)
            _codes.Add(
                code, new Code(
                    integration, integration.Workspace, redirectUri, user, pages, Now + Behavior.CodeLifetime));
        return code;
    }

    public TokenInfo RedeemCode(Integration integration, string code, string? redirectUri)
    {
        lock (_lock)
        {
            if (!_codes.TryGetValue(code, out var issued) || issued.Integration != integration)
                throw OAuthFailure.InvalidGrant("Invalid code: it does not exist or was issued to another client.");
            if (issued.Used)
                throw OAuthFailure.InvalidGrant("Invalid code: this code has been used.");
            issued.Used = true;
            if (Now >= issued.Expires)
                throw OAuthFailure.InvalidGrant("Invalid code: this code has expired.");
            if (!string.Equals(issued.RedirectUri, redirectUri, StringComparison.Ordinal))
                throw OAuthFailure.InvalidGrant(
                    "Mismatched redirect_uri: it must be the one of the authorization request.");

            var bot = BotFor(integration, issued.Workspace, issued.User);
            bot.Share(issued.Pages);
            return (integration.RefreshTokens ? Renew(bot) : LastingPair(bot)).ToInfo(Now);
        }
    }

    public TokenInfo Refresh(Integration integration, string refreshToken)
    {
        lock (_lock)
        {
            var known = _byRefresh.TryGetValue(refreshToken, out var pair) && pair.Bot.Integration == integration;
            var granted = known && pair!.Refresh == TokenState.Live;
            _refreshes.Add(
                new RefreshRequest(Now, integration.ClientId, refreshToken, granted, known ? pair!.Bot.Id : null));
            if (!known)
                throw OAuthFailure.InvalidGrant("Invalid refresh token.");
            if (!granted)
            {
                if (pair!.Refresh == TokenState.Spent && Behavior.ReuseRevokesFamily)
                    RevokeFamily(pair.Family);
                throw OAuthFailure.InvalidGrant("Invalid refresh token: it has been used or revoked.");
            }

            pair!.Refresh = TokenState.Spent;
            if (Behavior.RotationEndsOldAccessToken && pair.Access == TokenState.Live)
                pair.Access = TokenState.Spent;
            return Add(NewPair(pair.Bot, pair.Family)).ToInfo(Now);
        }
    }

    /// <summary>The pair, if either of its tokens is this one, is this client's, and is live; else null.</summary>
    public TokenInfo? FindLive(Integration integration, string token)
    {
        lock (_lock)
        {
            var pair = Find(token);
            if (pair is null || pair.Bot.Integration != integration)
                return null;
            var live = token == pair.AccessToken
                ? pair.StateAt(Now) == TokenState.Live : pair.Refresh == TokenState.Live;
            return live ? pair.ToInfo(Now) : null;
        }
    }

    public void Revoke(Integration integration, string token)
    {
        lock (_lock)
        {
            // Somebody else's token isn't theirs to revoke, and they aren't told that it exists.
            if (Find(token) is not { } pair || pair.Bot.Integration != integration)
                return;
            var access = token == pair.AccessToken;
            if (access || Behavior.RevokingRefreshEndsAccess)
                pair.EndAccess(TokenState.Revoked);
            if (!access || Behavior.RevokingAccessEndsRefresh)
                pair.EndRefresh();
        }
    }

    /// <summary>What a test does behind the client's back.</summary>
    public bool RevokeAny(string token)
    {
        lock (_lock)
        {
            if (Find(token) is not { } pair)
                return false;
            pair.EndAccess(TokenState.Revoked);
            pair.EndRefresh();
            return true;
        }
    }

    public int RevokeBot(Guid? botId)
    {
        lock (_lock)
        {
            var pairs = _pairs.Where(p => botId is null || p.Bot.Id == botId).ToList();
            foreach (var pair in pairs)
            {
                pair.EndAccess(TokenState.Revoked);
                pair.EndRefresh();
            }

            return pairs.Count;
        }
    }

    public int Expire(Guid? botId)
    {
        lock (_lock)
        {
            var live = _pairs.Where(p => p.Access == TokenState.Live && (botId is null || p.Bot.Id == botId)).ToList();
            live.ForEach(p => p.Access = TokenState.Expired);
            return live.Count;
        }
    }

    public bool Expire(string accessToken)
    {
        lock (_lock)
        {
            if (!_byAccess.TryGetValue(accessToken, out var pair) || pair.Access != TokenState.Live)
                return false;
            pair.Access = TokenState.Expired;
            return true;
        }
    }

    public Bot? Authenticate(string accessToken)
    {
        lock (_lock)
        {
            return _byAccess.TryGetValue(accessToken, out var pair)
                && pair.StateAt(Now) == TokenState.Live ? pair.Bot : null;
        }
    }

    public Bot? FindBot(string accessToken)
    {
        lock (_lock)
            return _byAccess.GetValueOrDefault(accessToken)?.Bot;
    }

    public Bot? FindBot(Guid botId)
    {
        lock (_lock)
            return _bots.Values.FirstOrDefault(b => b.Id == botId);
    }

    public void Clear()
    {
        lock (_lock)
        {
            _codes.Clear();
            _byAccess.Clear();
            _byRefresh.Clear();
            _pairs.Clear();
            _bots.Clear();
            _refreshes.Clear();
        }
    }

    private Pair? Find(string token) => _byAccess.GetValueOrDefault(token) ?? _byRefresh.GetValueOrDefault(token);

    private Pair Renew(Bot bot)
    {
        if (Behavior.ReauthorizationEndsOldPair)
        {
            foreach (var old in _pairs.Where(p => p.Bot == bot))
            {
                old.EndAccess(TokenState.Revoked);
                old.EndRefresh();
            }
        }

        return Add(NewPair(bot, Guid.NewGuid()));
    }

    private Pair LastingPair(Bot bot) =>
        _pairs.LastOrDefault(p => p.Bot == bot && p.RefreshToken is null && p.Access == TokenState.Live)
        ?? Add(new Pair(Ids.Secret("secret_", 43), null, bot, Guid.NewGuid(), Now, null));

    private Pair NewPair(Bot bot, Guid family) => new(
        Ids.Secret("ntn_", 46), Ids.Secret("nrt_", 46), bot, family, Now, Now + Behavior.AccessTokenLifetime);

    private Pair Add(Pair pair)
    {
        _pairs.Add(pair);
        _byAccess[pair.AccessToken] = pair;
        if (pair.RefreshToken is { } refresh)
            _byRefresh[refresh] = pair;
        return pair;
    }

    private void RevokeFamily(Guid family)
    {
        foreach (var pair in _pairs.Where(p => p.Family == family))
        {
            pair.EndAccess(TokenState.Revoked);
            pair.EndRefresh();
        }
    }

    private sealed class Code(
        Integration integration,
        Workspace workspace,
        string redirectUri,
        User user,
        IReadOnlyCollection<Guid>? pages,
        DateTimeOffset expires)
    {
        public Integration Integration => integration;

        public Workspace Workspace => workspace;

        public string RedirectUri => redirectUri;

        public User User => user;

        public IReadOnlyCollection<Guid>? Pages => pages;

        public DateTimeOffset Expires => expires;

        public bool Used { get; set; }
    }

    private sealed class Pair(
        string accessToken, string? refreshToken, Bot bot, Guid family, DateTimeOffset issuedAt,
        DateTimeOffset? expiresAt)
    {
        public string AccessToken => accessToken;

        public string? RefreshToken => refreshToken;

        public Bot Bot => bot;

        public Guid Family => family;

        public TokenState Access { get; set; } = TokenState.Live;

        public TokenState Refresh { get; set; } = refreshToken is null ? TokenState.None : TokenState.Live;

        public TokenState StateAt(DateTimeOffset now) =>
            Access == TokenState.Live && now >= expiresAt ? TokenState.Expired : Access;

        public void EndAccess(TokenState end)
        {
            if (Access is TokenState.Live or TokenState.Expired)
                Access = end;
        }

        public void EndRefresh()
        {
            if (Refresh == TokenState.Live)
                Refresh = TokenState.Revoked;
        }

        public TokenInfo ToInfo(DateTimeOffset now) =>
            new(AccessToken, StateAt(now), RefreshToken, Refresh, Bot.Id, Bot.Integration.ClientId, issuedAt, Family);
    }
}
