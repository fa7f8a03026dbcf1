using System;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Handlers;

namespace NotionAuth.Core.Http;

/// <summary>
/// The way to Notion: one connection pool and the chain of handlers over it. Keep it for the life of the process and
/// share it. Redirects are never followed and cookies never kept, so that a token can't end up at another host.
/// </summary>
public sealed class NotionTransport : IDisposable
{
    private readonly HttpMessageInvoker _invoker;
    private readonly EnvironmentProxy? _environment;

    /// <summary>The rule for repeating and waiting.</summary>
    internal RetryPolicy Policy { get; }

    /// <summary>Makes a transport.</summary>
    /// <param name="proxy">The proxy, or null for the one that HTTPS_PROXY names (but for hosts of NO_PROXY), else the
    /// system's.</param>
    public NotionTransport(IWebProxy? proxy = null)
        : this(proxy, null)
    {
    }

    /// <summary>Makes a transport that repeats and waits by another rule.</summary>
    internal NotionTransport(IWebProxy? proxy, RetryPolicy? policy)
        : this(Sockets(proxy ??= new EnvironmentProxy(Environment.GetEnvironmentVariable)), policy) =>
            _environment = proxy as EnvironmentProxy;

    /// <summary>Makes a transport over a handler that isn't the platform's, for measuring without a network.</summary>
    internal NotionTransport(HttpMessageHandler primary, RetryPolicy? policy = null)
    {
        Policy = policy ??= new RetryPolicy();

        // From the outside in: a repeated attempt waits at the gate again and asks for the token again.
        _invoker = new HttpMessageInvoker(
            new RetryHandler(
                new RateLimitHandler(new AuthorizationHandler(new AttemptHandler(primary)), policy), policy),
                disposeHandler: true);
    }

    /// <summary>Sends a message; its context says how.</summary>
    /// <param name="request">The message, with an absolute URI; its content must be one that can be sent more than
    /// once.</param>
    /// <param name="context">The context.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The reply, whatever its status, its body read whole.</returns>
    /// <exception cref="NotionAuthException">
    /// <see cref="ErrorIds.InvalidProxy"/>, <see cref="ErrorIds.ConnectionFailed"/>,
    /// <see cref="ErrorIds.RequestTimeout"/>, <see cref="ErrorIds.ReplyTooLarge"/>, or what the token source threw.
    /// </exception>
    internal Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, RequestContext context, CancellationToken cancellationToken)
    {
        _environment?.Check(request.RequestUri!);
        context.AttachTo(request);
        return _invoker.SendAsync(request, cancellationToken);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _invoker.Dispose();

#if NET8_0_OR_GREATER
    private static SocketsHttpHandler Sockets(IWebProxy proxy)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = 64,
            ConnectTimeout = TimeSpan.FromSeconds(15),
        };
#else
    private static HttpClientHandler Sockets(IWebProxy proxy)
    {
        var handler = new HttpClientHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            MaxConnectionsPerServer = 64,
        };
#endif
        handler.Proxy = proxy;
        handler.UseProxy = true;
        return handler;
    }
}
