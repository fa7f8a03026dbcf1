using System;
using System.Net.Http.Headers;
using System.Text;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.OAuth;

/// <summary>A public integration's client id and secret (RFC 6749 section 2.3.1).</summary>
public sealed class ClientCredentials
{
    /// <summary>Checks and keeps a pair.</summary>
    /// <param name="clientId">The OAuth client ID of the integration.</param>
    /// <param name="clientSecret">The OAuth client secret.</param>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidClientId"/>.</exception>
    public ClientCredentials(string clientId, Secret clientSecret)
    {
        ClientId = CheckId(clientId);
        ClientSecret = clientSecret;
    }

    /// <summary>The client id; no secret.</summary>
    public string ClientId { get; }

    /// <summary>The client secret.</summary>
    public Secret ClientSecret { get; }

    /// <summary>Checks a client id: it becomes part of a secret's name and of a URL.</summary>
    /// <param name="clientId">The id, blanks around it allowed.</param>
    /// <returns>The id.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidClientId"/>.</exception>
    public static string CheckId(string? clientId)
    {
        string id = (clientId ?? string.Empty).Trim();
        if (TokenReply.IsId(id)) return id;
        throw new NotionAuthException(
            ErrorIds.InvalidClientId, NotionErrorKind.InvalidArgument,
            "The client id may have letters, digits and hyphens only.",
            "Copy the OAuth client ID from the integration's page (notion.so/my-integrations): " +
            "it looks like 463558a3-725e-4f37-b6d3-0889894f68de.");
    }

    internal AuthenticationHeaderValue ToHeader() =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ClientId}:{ClientSecret.Reveal()}")));
}
