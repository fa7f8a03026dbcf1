using System.Collections.Generic;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Connections.Store;

/// <summary>What a store holds.</summary>
/// <param name="Connections">The connections.</param>
/// <param name="Problems">What stands under our names but can't be read; it was left as it is.</param>
public sealed record StoreListing(
    IReadOnlyList<NotionConnection> Connections, IReadOnlyList<NotionAuthException> Problems)
{
    /// <summary>
    /// The bot ids of the connections whose details came from a vault's metadata. Anybody who may write there can
    /// change it by itself, so that the name in the secret counts.
    /// </summary>
    public IReadOnlyCollection<string> FromMetadata { get; init; } = [];

    /// <summary>
    /// Why there is no vault to look in, or why one could not be looked into, where none was named; null where there is
    /// one.
    /// </summary>
    public NotionAuthException? NoVault { get; init; }
}
