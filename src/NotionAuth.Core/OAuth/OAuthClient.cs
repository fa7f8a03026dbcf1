using System;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Core.OAuth;

/// <summary>
/// Notion's token, introspect and revoke endpoints for one integration: JSON bodies, HTTP Basic.
/// Sources: RFC 6749, RFC 7662, RFC 7009; developers.notion.com/reference/create-a-token, introspect-token,
/// revoke-token.
/// </summary>
/// <param name="transport">The way to Notion.</param>
/// <param name="credentials">The integration.</param>
/// <param name="baseUri">Notion's origin.</param>
/// <param name="notionVersion">The Notion-Version to send.</param>
/// <param name="log">Called with each attempt, or null.</param>
internal sealed class OAuthClient(
    NotionTransport transport, ClientCredentials credentials, Uri baseUri, string notionVersion,
    Action<RequestLogEntry>? log = null)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    // No token that Notion has ever issued looks like it.
    private static readonly Secret NoToken = new("notionauth-asks-with-a-token-that-is-none");

    /// <summary>What bounds the requests have.</summary>
    public RequestBounds Bounds { get; init; } = new();

    /// <summary>The integration.</summary>
    public ClientCredentials Credentials => credentials;

    /// <summary>
    /// Exchanges a code for a pair. A code is single-use: an exchange whose answer got lost is not repeated.
    /// </summary>
    /// <param name="code">The code of the callback.</param>
    /// <param name="redirectUri">The redirect URI of the authorization request, character for character.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The token pair and the details beside it.</returns>
    /// <exception cref="OAuthException">Notion refused.</exception>
    /// <exception cref="NotionAuthException">No answer, or an unusable one.</exception>
    public Task<TokenReply> ExchangeAsync(Secret code, string redirectUri, CancellationToken cancellationToken) =>
        ExchangeAsync(code, redirectUri, Bounds, cancellationToken);

    internal Task<TokenReply> ExchangeAsync(
        Secret code, string redirectUri, RequestBounds bounds, CancellationToken cancellationToken) =>
        TokenAsync(
            writer =>
            {
                writer.WriteString("grant_type", "authorization_code");
                writer.WriteString("code", code.Reveal());
                writer.WriteString("redirect_uri", redirectUri);
            },
            code, completesOnceSent: false, bounds, cancellationToken);

    /// <summary>
    /// Spends a refresh token for a new pair. Never cancelled once it is on the wire, as the new pair would be lost; it
    /// ends by itself after 30 seconds.
    /// </summary>
    /// <param name="refreshToken">The refresh token; spent afterwards.</param>
    /// <param name="cancellationToken">Ends waits before the request and between its attempts.</param>
    /// <returns>The new pair.</returns>
    /// <exception cref="OAuthException">Notion refused; <c>invalid_grant</c>: the refresh token is spent or
    /// unknown.</exception>
    /// <exception cref="NotionAuthException">No answer, or an unusable one.</exception>
    public Task<TokenReply> RefreshAsync(Secret refreshToken, CancellationToken cancellationToken) =>
        TokenAsync(
            writer =>
            {
                writer.WriteString("grant_type", "refresh_token");
                writer.WriteString("refresh_token", refreshToken.Reveal());
            },
            refreshToken, completesOnceSent: true, Bounds, cancellationToken);

    /// <summary>Asks whether a token is active (RFC 7662).</summary>
    /// <param name="token">The token.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="OAuthException">The client credentials were refused: nothing is known of the token.</exception>
    /// <exception cref="NotionAuthException">No answer, or an unusable one.</exception>
    public async Task<IntrospectionReply> IntrospectAsync(Secret token, CancellationToken cancellationToken)
    {
        using JsonDocument reply = await PostAsync(
            "introspect", writer => writer.WriteString("token", token.Reveal()), isSafeToRepeat: true, token, Bounds,
            cancellationToken).ConfigureAwait(false);
        return IntrospectionReply.Parse(reply.RootElement);
    }

    /// <summary>
    /// Finds out whether Notion takes the client id and secret, by asking about a token that is none: that changes
    /// nothing and costs nothing.
    /// </summary>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>A task that ends well where Notion takes them.</returns>
    /// <exception cref="OAuthException"><c>invalid_client</c>: Notion doesn't know the id, or the secret is
    /// wrong.</exception>
    /// <exception cref="NotionAuthException">It could not be found out.</exception>
    public Task CheckCredentialsAsync(CancellationToken cancellationToken) =>
        IntrospectAsync(NoToken, cancellationToken);

    /// <summary>Revokes a token (RFC 7009). Revoking one that is gone already is no error.</summary>
    /// <param name="token">The access or refresh token.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>A task that ends after Notion's 200.</returns>
    /// <exception cref="OAuthException">Notion refused: the token may still exist.</exception>
    /// <exception cref="NotionAuthException">No answer: the token may still exist.</exception>
    public async Task RevokeAsync(Secret token, CancellationToken cancellationToken)
    {
        using JsonDocument reply = await PostAsync(
            "revoke", writer => writer.WriteString("token", token.Reveal()), isSafeToRepeat: true, token, Bounds,
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<TokenReply> TokenAsync(
        Action<Utf8JsonWriter> write, Secret spent, bool completesOnceSent, RequestBounds bounds,
        CancellationToken cancellationToken)
    {
        using JsonDocument reply = await PostAsync(
            "token", write, isSafeToRepeat: false, spent, bounds, cancellationToken, completesOnceSent)
            .ConfigureAwait(false);
        return TokenReply.Parse(reply.RootElement);
    }

    private async Task<JsonDocument> PostAsync(
        string endpoint, Action<Utf8JsonWriter> write, bool isSafeToRepeat, Secret known, RequestBounds bounds,
        CancellationToken cancellationToken,
        bool completesOnceSent = false)
    {
        using var body = new MemoryStream();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(baseUri, $"/v1/oauth/{endpoint}"))
        {
            Content = new ByteArrayContent(body.ToArray())
            {
                Headers = { ContentType = new MediaTypeHeaderValue(
                "application/json") }
            },
        };
        request.Headers.Authorization = credentials.ToHeader();
        request.Headers.Add("Notion-Version", notionVersion);
        UserAgent.AddTo(request);

        var context = new RequestContext
        {
            IsSafeToRepeat = isSafeToRepeat,
            CompletesOnceSent = completesOnceSent,
            Timeout = Timeout,
            MaximumRetryCount = bounds.MaximumRetryCount,
            LongestWait = bounds.LongestWait,
            LongestWaitParameter = bounds.Parameter,
            Log = log,
            Waiting = bounds.Waiting,
            Waited = bounds.Waited,
        };
        using HttpResponseMessage response = await transport.SendAsync(request, context, cancellationToken)
            .ConfigureAwait(false);
        if ((int)response.StatusCode is >= 300 and < 400) throw NetworkErrors.Redirected(response);
        JsonDocument? reply = response.IsSuccessStatusCode ? JsonText.Parse(BufferedContent.BodyOf(response)) : null;
        if (reply?.RootElement.ValueKind == JsonValueKind.Object && !IsError(reply.RootElement)) return reply;
        bool isError = !response.IsSuccessStatusCode || reply?.RootElement.ValueKind == JsonValueKind.Object;
        reply?.Dispose();
        if (isError)
        {
            NotionApiException error = NotionApiException.From(response, known, credentials.ClientSecret);
            throw error.Code is null ? error : OAuthException.FromReply(error);
        }

        throw new NotionAuthException(
            ErrorIds.InvalidReply, NotionErrorKind.InvalidData,
            $"Notion's reply to oauth/{endpoint} isn't a JSON object.",
            "Run the command again; if it happens again, check -BaseUri and whether a proxy changes replies.");
    }

    // In either of the two shapes, whatever the status says: a token is revoked only where nothing says that it isn't.
    private static bool IsError(JsonElement reply) =>
        JsonText.StringOf(reply, "object") == "error" || reply.TryGetProperty("error", out _);
}
