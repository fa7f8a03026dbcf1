using System;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.SignIn.Browser;

/// <summary>Opens a page in the user's own browser (RFC 8252 section 4: never in an embedded one).</summary>
public interface IBrowser
{
    /// <summary>Finds out, without starting anything, whether there is a browser that the user could see.</summary>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.BrowserUnavailable"/>: why there is none, and how to
    /// sign in all the same.</exception>
    void EnsureAvailable();

    /// <summary>
    /// Opens the page; returns once the browser has been started, or after a moment in which it hasn't failed.
    /// </summary>
    /// <param name="uri">An http or https URI. It shows up in the process list: it must hold no secret.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task that ends when the page has been handed over.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.BrowserFailed"/>: nothing could be
    /// started.</exception>
    Task OpenAsync(Uri uri, CancellationToken ct);
}
