using System;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.SignIn.Callback;

/// <summary>
/// Notion's answer, while the browser that brought it still waits for a page: it shows how it ended once the code has
/// been exchanged.
/// </summary>
internal sealed class PendingCallback
{
    private readonly Func<ResultPage, CancellationToken, Task> _send;
    private int _answered;

    internal PendingCallback(AuthorizationResponse response, Func<ResultPage, CancellationToken, Task> send)
    {
        Response = response;
        _send = send;
    }

    /// <summary>What the browser brought; its state is right.</summary>
    public AuthorizationResponse Response { get; }

    /// <summary>
    /// Sends the page, and returns when it has been handed to the browser's connection as a whole: the listener may be
    /// disposed then. It takes 5 seconds at most and never fails: a browser that has gone away doesn't undo the
    /// sign-in. Only the first call sends.
    /// </summary>
    /// <param name="page">The page.</param>
    /// <param name="ct">Ends the sending early; that isn't an error either.</param>
    /// <returns>A task that never fails.</returns>
    public Task AnswerAsync(ResultPage page, CancellationToken ct) =>
        Interlocked.Exchange(ref _answered, 1) == 0 ? _send(page, ct) : Task.CompletedTask;
}
