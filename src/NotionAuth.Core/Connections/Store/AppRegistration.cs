using System;
using System.Collections.Generic;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.Connections.Store;

/// <summary>
/// A public integration as it is registered at Notion, remembered so that signing in and refreshing need no client
/// secret again.
/// </summary>
/// <param name="Credentials">The client id and secret.</param>
/// <param name="RedirectUris">The registered redirect URIs, character for character, in the order to try them
/// in.</param>
/// <param name="BaseUri">Notion's origin: the only place that the secret is sent to.</param>
public sealed record AppRegistration(ClientCredentials Credentials, IReadOnlyList<Uri> RedirectUris, Uri BaseUri)
{
    /// <summary>
    /// What a store keeps it under: the client id, or <see cref="SecretName.AppIdAt"/> where that belongs to another
    /// origin already.
    /// </summary>
    public string Id { get; init; } = Credentials.ClientId;

    /// <summary>Whether the secret is the one that the store remembers: it has proved right before.</summary>
    internal bool IsRemembered { get; init; }

    /// <summary>The one way to use the secret: with the origin that it was given for.</summary>
    internal OAuthClient Client(
        NotionTransport transport, string notionVersion, RequestBounds bounds, Action<RequestLogEntry>? log) =>
        new(transport, Credentials, BaseUri, notionVersion, log) { Bounds = bounds };

    /// <summary>A placeholder: the record's own text would list its members.</summary>
    /// <returns>The client id.</returns>
    public override string ToString() => Credentials.ClientId;
}
