using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Http;

/// <summary>Where a request's bearer token comes from.</summary>
internal interface IAccessTokenSource
{
    /// <summary>Returns the token to send.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The access token.</returns>
    Task<Secret> GetAsync(CancellationToken cancellationToken);

    /// <summary>Asks for another token after Notion rejected one with 401.</summary>
    /// <param name="rejected">The token that was rejected.</param>
    /// <param name="context">The request that it was rejected for: what bounds it has, and who is told of
    /// waits.</param>
    /// <param name="cancellationToken">Ends the wait, but never a refresh that is on the wire.</param>
    /// <returns>Another token, or null where there is no other: the 401 is then the answer.</returns>
    Task<RenewedToken?> RenewAsync(Secret rejected, RequestContext context, CancellationToken cancellationToken);
}

/// <summary>A token in place of a rejected one.</summary>
/// <param name="Token">The token.</param>
/// <param name="IsIssued">
/// Whether it was issued for this very call. One that somebody else got may have expired meanwhile, and then another is
/// asked for.
/// </param>
internal sealed record RenewedToken(Secret Token, bool IsIssued);

/// <summary>A token that is just given: nothing is stored, nothing is refreshed.</summary>
/// <param name="token">The token.</param>
internal sealed class FixedTokenSource(Secret token) : IAccessTokenSource
{
    /// <inheritdoc/>
    public Task<Secret> GetAsync(CancellationToken cancellationToken) => Task.FromResult(token);

    /// <inheritdoc/>
    public Task<RenewedToken?> RenewAsync(
        Secret rejected, RequestContext context, CancellationToken cancellationToken) =>
            Task.FromResult<RenewedToken?>(null);
}
