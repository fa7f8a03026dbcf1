using System;
using System.Collections.Generic;
using System.Net;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.SignIn.Callback;

/// <summary>
/// The system's own HTTP server, by way of <see cref="HttpListener"/>: on Windows that is http.sys, in the kernel,
/// which serves both addresses of localhost and bounds what a client may send and how long it may take. Elsewhere it is
/// <see cref="LoopbackServer"/>'s job.
/// </summary>
internal sealed class HttpListenerServer : ICallbackServer
{
    private readonly HttpListener _listener = new() { IgnoreWriteExceptions = true };
    private int _disposed;

    private HttpListenerServer()
    {
    }

    /// <summary>Listens.</summary>
    /// <param name="prefix">The root of the redirect URI's port, so that every other path gets a page of ours.</param>
    /// <exception cref="HttpListenerException">The port is taken, or may not be opened.</exception>
    public static HttpListenerServer Listen(string prefix)
    {
        var server = new HttpListenerServer();
        try
        {
            server._listener.Prefixes.Add(prefix);
            server._listener.Start();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public void Start(Func<CallbackRequest, Task> handle) => _ = AcceptAsync(handle);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) Quietly(_listener.Abort);
    }

    private async Task AcceptAsync(Func<CallbackRequest, Task> handle)
    {
        while (Volatile.Read(ref _disposed) == 0)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync().ConfigureAwait(false);
                _ = Task.Run(() => ServeAsync(context, handle));
            }
            catch (Exception e)
                when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                if (Volatile.Read(ref _disposed) != 0 || !_listener.IsListening) return;

                // A client that went away while it was accepted; the pause keeps a lasting trouble from becoming a busy
                // loop.
                await Task.Delay(20).ConfigureAwait(false);
            }
        }
    }

    private static async Task ServeAsync(HttpListenerContext context, Func<CallbackRequest, Task> handle)
    {
        try
        {
            // http.sys listens on every address and goes by the Host header, which anybody can write.
            HttpListenerRequest request = context.Request;
            string? host = IPAddress.IsLoopback(request.RemoteEndPoint.Address) ? request.UserHostName : null;
            await handle(
                new CallbackRequest(
                    request.HttpMethod, request.RawUrl ?? string.Empty, host,
                    (page, ct) => SendAsync(context, page, ct))).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // One request's trouble, of whatever kind, is nobody else's.
        catch (Exception)
        {
            Quietly(context.Response.Abort);
        }
#pragma warning restore CA1031
    }

    private static async Task SendAsync(HttpListenerContext context, ResultPage page, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(CallbackRequest.AnswerTime);
        Task sent = WriteAsync(context, page, limit.Token);
        if (await Task.WhenAny(sent, Task.Delay(Timeout.Infinite, limit.Token)).ConfigureAwait(false) == sent)
            limit.Cancel();
        else Quietly(context.Response.Abort);
    }

    private static async Task WriteAsync(HttpListenerContext context, ResultPage page, CancellationToken ct)
    {
        try
        {
            HttpListenerResponse response = context.Response;
            response.StatusCode = page.StatusCode;
            response.KeepAlive = false;
            response.ContentLength64 = page.Utf8Html.Length;
            foreach (KeyValuePair<string, string> header in page.Headers) response.Headers[header.Key] = header.Value;
            response.Headers["Server"] = "NotionAuth";

            if (context.Request.HttpMethod != "HEAD")
                await response.OutputStream.WriteAsync(page.Utf8Html, 0, page.Utf8Html.Length, ct)
                    .ConfigureAwait(false);
            response.Close();
        }
#pragma warning disable CA1031 // The browser went away; each platform says so in an exception of its own.
        catch (Exception)
        {
            Quietly(context.Response.Abort);
        }
#pragma warning restore CA1031
    }

    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // Closing what is closed already, or is being closed by the other side.
        catch (Exception)
        {
        }
#pragma warning restore CA1031
    }
}
