using System;
using System.Collections.Generic;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.Connections;

/// <summary>A public integration as it is registered at Notion, remembered so that signing in and refreshing need no client secret again.</summary>
/// <param name="Credentials">The client id and secret.</param>
/// <param name="RedirectUris">The registered redirect URIs, character for character, in the order to try them in.</param>
/// <param name="BaseUri">Notion's origin.</param>
public sealed record AppRegistration(ClientCredentials Credentials, IReadOnlyList<Uri> RedirectUris, Uri BaseUri)
{
    /// <summary>A placeholder: the record's own text would list its members.</summary>
    /// <returns>The client id.</returns>
    public override string ToString() => Credentials.ClientId;
}
