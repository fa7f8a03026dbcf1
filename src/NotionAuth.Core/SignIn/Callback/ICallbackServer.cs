using System;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.SignIn.Callback;

/// <summary>
/// Takes requests on the redirect URI's port; what they mean is <see cref="CallbackListener"/>'s to know.
/// </summary>
internal interface ICallbackServer : IDisposable
{
    /// <summary>Begins to hand over requests, several at once; the port is held since before.</summary>
    /// <param name="handle">Answers a request now or later. Where it fails, the request's connection is
    /// dropped.</param>
    void Start(Func<CallbackRequest, Task> handle);
}

/// <summary>A request, as far as a callback is concerned.</summary>
internal sealed class CallbackRequest(
    string method, string target, string? host, Func<ResultPage, CancellationToken, Task> send)
{
    /// <summary>How long one page may take on its way to a browser.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    public string Method { get; } = method;

    /// <summary>Path and query as they stand in the request line, nothing decoded.</summary>
    public string Target { get; } = target;

    /// <summary>The Host header; null where the request can't be for us, whatever it says.</summary>
    public string? Host { get; } = host;

    /// <summary>Sends the page; never fails, and takes no longer than <see cref="AnswerTime"/> and a moment.</summary>
    public Task SendAsync(ResultPage page, CancellationToken ct = default) => send(page, ct);
}
