using System;
using System.Security.Cryptography;

namespace NotionAuth.Core.OAuth;

/// <summary>
/// An authorization request: the URL to open in the browser, and the state that the callback must bring back (RFC 6749
/// section 4.1.1).
/// </summary>
public sealed class AuthorizationRequest
{
    /// <summary>Makes a request with a new state.</summary>
    /// <param name="baseUri">Notion's origin.</param>
    /// <param name="clientId">The OAuth client id.</param>
    /// <param name="redirectUri">The redirect URI, character for character as it is registered.</param>
    /// <param name="owner"><c>user</c>, or <c>workspace</c> for older integrations.</param>
    public AuthorizationRequest(Uri baseUri, string clientId, string redirectUri, string owner)
    {
        State = NewState();
        RedirectUri = redirectUri;
        Uri = new Uri(
            baseUri,
            $"/v1/oauth/authorize?client_id={Uri.EscapeDataString(clientId)}&" +
            $"redirect_uri={Uri.EscapeDataString(redirectUri)}"
            + $"&response_type=code&owner={Uri.EscapeDataString(owner)}&state={State}");
    }

    /// <summary>The URL to open.</summary>
    public Uri Uri { get; }

    /// <summary>The redirect URI as it was sent; the exchange must repeat it.</summary>
    public string RedirectUri { get; }

    /// <summary>256 random bits in base64url.</summary>
    public string State { get; }

    private static string NewState()
    {
        byte[] bytes = new byte[32];
        using (var random = RandomNumberGenerator.Create()) random.GetBytes(bytes);
        return Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
