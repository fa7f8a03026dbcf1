using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.OAuth;

/// <summary>
/// Waits on a loopback redirect URI for the one request that brings Notion's answer (RFC 8252 section 7.3). Anything else that knocks is answered
/// and forgotten: no other path, method, host or state, no flood, no slow and no endless request ends the wait or holds it up.
/// </summary>
public sealed class CallbackListener : IDisposable
{
    /// <summary>How long one page may take on its way to a browser.</summary>
    internal static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    private const int AccessDenied = 5;
    private const int SharingViolation = 32;
    private const int AlreadyExists = 183;
    private const int InvalidNetName = 1214;
    private const int FirstDynamicPort = 49152;
    private static readonly TimeSpan HeadTime = TimeSpan.FromSeconds(10);

    private readonly HttpListener _server;
    private readonly LoopbackRelay? _relay;
    private readonly string _authority;
    private readonly string _path;
    private readonly TaskCompletionSource<PendingCallback> _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private string _state = string.Empty;
    private Action<NotionAuthException>? _refused;
    private int _waiting;
    private int _answered;
    private int _disposed;

    private CallbackListener(Uri redirectUri, HttpListener server, LoopbackRelay? relay)
    {
        RedirectUri = redirectUri;
        _server = server;
        _relay = relay;
        _authority = CallbackAddress.Authority(redirectUri);
        _path = redirectUri.AbsolutePath;
    }

    /// <summary>The redirect URI that is listened on; its <see cref="Uri.OriginalString"/> is what Notion must be sent, byte for byte.</summary>
    public Uri RedirectUri { get; }

    /// <summary>The port of the listener itself: the redirect URI's own, or a hidden one behind the relay.</summary>
    internal int InnerPort { get; private init; }

    /// <summary>Listens, from now on, on the first of the redirect URIs whose port is free.</summary>
    /// <param name="redirectUris">URIs that are registered with Notion, the preferred one first.</param>
    /// <returns>The listener: dispose it to free the port.</returns>
    /// <exception cref="NotionAuthException">
    /// <see cref="ErrorIds.InvalidRedirectUri"/>: one of them isn't <c>http://</c> on localhost, 127.0.0.1 or [::1] with a port and without user, query
    /// and fragment; <see cref="ErrorIds.PortInUse"/>: every port is taken; <see cref="ErrorIds.PortDenied"/>: the system doesn't let this user listen.
    /// </exception>
    public static CallbackListener Start(IReadOnlyList<Uri> redirectUris) =>
        Start(redirectUris, behindRelay: !RuntimeInformation.IsOSPlatform(OSPlatform.Windows), HeadTime);

    internal static CallbackListener Start(IReadOnlyList<Uri> redirectUris, bool behindRelay, TimeSpan headTime)
    {
        if (redirectUris is null || redirectUris.Count == 0) throw new ArgumentException("At least one redirect URI is needed.", nameof(redirectUris));
        foreach (Uri uri in redirectUris) CallbackAddress.Validate(uri);

        var failures = new List<NotionAuthException>();
        foreach (Uri uri in redirectUris)
        {
            try
            {
                return behindRelay ? StartBehindRelay(uri, headTime) : StartAlone(uri);
            }
            catch (NotionAuthException e) when (e.ErrorId is ErrorIds.PortInUse or ErrorIds.PortDenied)
            {
                failures.Add(e);
            }
        }

        if (failures.Count == 1) throw failures[0];
        NotionAuthException first = failures.FirstOrDefault(f => f.ErrorId == ErrorIds.PortInUse) ?? failures[0];
        throw new NotionAuthException(first.ErrorId, first.Kind, string.Join(" ", failures.Select(f => f.Message)), first.RecommendedAction, first)
        {
            Target = string.Join(", ", redirectUris.Select(u => u.OriginalString)),
        };
    }

    /// <summary>Waits for Notion's answer. Once only; a request that came before is looked at now.</summary>
    /// <param name="state">The state that the authorization request carries.</param>
    /// <param name="refused">
    /// Told of requests on the redirect URI that were refused for their state: once for each <see cref="NotionAuthException.ErrorId"/>, however many there are,
    /// from a thread of the pool.
    /// </param>
    /// <param name="ct">Ends the wait at once, and frees the port.</param>
    /// <returns>The answer; the browser waits until <see cref="PendingCallback.AnswerAsync"/>.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidCallback"/>: the answer has the right state and can't be understood; the browser was told.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the listener disposed.</exception>
    /// <exception cref="InvalidOperationException">It was called before.</exception>
    public async Task<PendingCallback> WaitAsync(string state, Action<NotionAuthException>? refused, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(state)) throw new ArgumentException("A sign-in without a state can't be told from an attack.", nameof(state));
        if (Interlocked.Exchange(ref _waiting, 1) != 0) throw new InvalidOperationException("One listener waits for one callback only.");

        _state = state;
        _refused = refused;
        using (ct.Register(() => _arrived.TrySetCanceled(ct)))
        {
            _ = ServeAsync();
            try
            {
                return await _arrived.Task.ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                Dispose();
                throw;
            }
        }
    }

    /// <summary>Frees the port at once. A wait under way ends as cancelled; a page that is still on its way is cut off.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _arrived.TrySetCanceled();
        _relay?.Dispose();
        Quietly(_server.Abort);
    }

    /// <summary>Says what a failure to listen means. On Windows the codes are http.sys's, elsewhere they don't matter beyond taken and denied.</summary>
    internal static NotionAuthException Explain(Uri uri, int code, Exception? cause)
    {
        string prefix = Prefix(uri);
        return code switch
        {
            SharingViolation or AlreadyExists => Taken(uri, cause),
            AccessDenied => new NotionAuthException(
                ErrorIds.PortDenied, NotionErrorKind.PermissionDenied, $"Windows doesn't let this user listen on {uri.OriginalString}.",
                $"Have an administrator run once: netsh http add urlacl url={prefix} user=\"%USERDOMAIN%\\%USERNAME%\". Or register another redirect URI in Notion and pass it as -RedirectUri, or use -PasteCallback.",
                cause)
            { Target = uri.OriginalString },
            InvalidNetName => new NotionAuthException(
                ErrorIds.InvalidRedirectUri, NotionErrorKind.InvalidArgument, $"Windows takes {prefix} for no address that can be listened on.",
                "Register http://localhost:8914/callback in the integration's settings and pass exactly that as -RedirectUri.", cause)
            { Target = uri.OriginalString },
            _ => new NotionAuthException(
                ErrorIds.PortDenied, NotionErrorKind.PermissionDenied, $"Listening on {uri.OriginalString} failed: {Redaction.Scrub(cause?.Message)}",
                "Register another redirect URI in Notion and pass it as -RedirectUri, or use -PasteCallback.", cause)
            { Target = uri.OriginalString },
        };
    }

    private static NotionAuthException Taken(Uri uri, Exception? cause) => new(
        ErrorIds.PortInUse, NotionErrorKind.Busy, $"Port {uri.Port} of {uri.OriginalString} is in use by another program.",
        "Close the program that uses the port (another sign-in, perhaps), or register one more redirect URI with another port in Notion and pass it as -RedirectUri.",
        cause)
    { Target = uri.OriginalString };

    private static string Prefix(Uri uri) => $"http://{CallbackAddress.Host(uri)}:{uri.Port}/";

    // Windows: http.sys serves both addresses of localhost, bounds sizes and times itself, and shares the port by prefix.
    private static CallbackListener StartAlone(Uri uri)
    {
        HttpListener server = NewServer();
        try
        {
            // The port's root, so that every other path gets a page of ours.
            server.Prefixes.Add(Prefix(uri));
            server.Start();
            return new CallbackListener(uri, server, relay: null) { InnerPort = uri.Port };
        }
        catch (Exception e) when (e is HttpListenerException or SocketException or ArgumentException)
        {
            Quietly(server.Abort);
            throw Explain(uri, (e as HttpListenerException)?.ErrorCode ?? 0, e);
        }
    }

    private static CallbackListener StartBehindRelay(Uri uri, TimeSpan headTime)
    {
        LoopbackRelay relay;
        try
        {
            relay = LoopbackRelay.Listen(uri, headTime);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw Taken(uri, e);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new NotionAuthException(
                ErrorIds.PortDenied, NotionErrorKind.PermissionDenied, $"The system doesn't let this user listen on port {uri.Port} of {uri.OriginalString}.",
                "Ports below 1024 belong to the system: register a redirect URI with a higher port in Notion, for example http://localhost:8914/callback, and pass it as -RedirectUri.", e)
            { Target = uri.OriginalString };
        }
        catch (SocketException e)
        {
            throw Explain(uri, 0, e);
        }

        try
        {
            HttpListener server = StartOnAnyPort(uri, out int port);
            relay.Start(port);
            return new CallbackListener(uri, server, relay) { InnerPort = port };
        }
        catch
        {
            relay.Dispose();
            throw;
        }
    }

    // HttpListener can't be told to take any free port: each attempt takes one or fails, so nothing can slip in between.
    private static HttpListener StartOnAnyPort(Uri uri, out int port)
    {
        Exception? last = null;
        int offset = Math.Abs(Guid.NewGuid().GetHashCode() % (IPEndPoint.MaxPort - FirstDynamicPort));
        for (int attempt = 0; attempt < 100; attempt++)
        {
            port = FirstDynamicPort + ((offset + (attempt * 131)) % (IPEndPoint.MaxPort - FirstDynamicPort));
            HttpListener server = NewServer();
            try
            {
                server.Prefixes.Add($"http://127.0.0.1:{port}/");
                server.Start();
                return server;
            }
            catch (Exception e) when (e is HttpListenerException or SocketException)
            {
                last = e;
                Quietly(server.Abort);
            }
        }

        port = 0;
        throw Explain(uri, 0, last);
    }

    private static HttpListener NewServer() => new() { IgnoreWriteExceptions = true };

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _server.GetContextAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                if (Volatile.Read(ref _disposed) != 0 || !_server.IsListening)
                {
                    _arrived.TrySetCanceled();
                    return;
                }

                // http.sys reports a client that went away here; the next one is waited for.
                await Task.Delay(10).ConfigureAwait(false);
                continue;
            }

            _ = Task.Run(() => HandleAsync(context));
        }
    }

    private async Task HandleAsync(HttpListenerContext context)
    {
        try
        {
            HttpListenerRequest request = context.Request;
            Task? delivery = _relay?.Delivery(request.Headers[LoopbackRelay.TicketHeader]);
            bool ours = _relay is not null
                ? delivery is not null
                : IPAddress.IsLoopback(request.RemoteEndPoint.Address) && string.Equals(request.UserHostName, _authority, StringComparison.OrdinalIgnoreCase);

            // As it stands in the request line: a decoded path would let /c%61llback and /x/../callback pass for it.
            string target = request.RawUrl ?? string.Empty;
            int question = target.IndexOf('?');
            string path = question < 0 ? target : target.Substring(0, question);
            string query = question < 0 ? string.Empty : target.Substring(question);

            if (!ours || !string.Equals(path, _path, StringComparison.Ordinal))
                await SendAsync(context, ResultPage.NotFound, delivery, CancellationToken.None).ConfigureAwait(false);
            else if (request.HttpMethod != "GET")
                await SendAsync(context, ResultPage.MethodNotAllowed, delivery, CancellationToken.None).ConfigureAwait(false);
            else
                await HandleCallbackAsync(context, query, delivery).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // One request's trouble, of whatever kind, is not the sign-in's.
        catch (Exception)
        {
            Quietly(context.Response.Abort);
        }
#pragma warning restore CA1031
    }

    private async Task HandleCallbackAsync(HttpListenerContext context, string query, Task? delivery)
    {
        AuthorizationResponse? response = null;
        NotionAuthException? invalid = null;
        try
        {
            response = AuthorizationResponse.Parse(query, _state);
        }
        catch (NotionAuthException e) when (e.ErrorId == ErrorIds.InvalidCallback)
        {
            invalid = e;
        }
        catch (NotionAuthException e)
        {
            Refuse(e);
            await SendAsync(context, ResultPage.WrongState, delivery, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        // The state is right, and it counts once (RFC 9700 section 4.7.1).
        bool first = Interlocked.Exchange(ref _answered, 1) == 0 && !_arrived.Task.IsCompleted;
        if (first && response is not null)
        {
            first = _arrived.TrySetResult(new PendingCallback(response, (page, ct) => SendAsync(context, page, delivery, ct)));
            if (first) return;
        }

        ResultPage page = first ? ResultPage.Failure("Sign-in failed", invalid!.Message, invalid.RecommendedAction) : ResultPage.Answered;
        await SendAsync(context, page, delivery, CancellationToken.None).ConfigureAwait(false);
        if (first && _arrived.TrySetException(invalid!)) _ = _arrived.Task.Exception;
    }

    private void Refuse(NotionAuthException e)
    {
        if (_refused is null || _arrived.Task.IsCompleted) return;
        lock (_told)
        {
            if (!_told.Add(e.ErrorId)) return;
        }

        _refused(e);
    }

    // Never fails, and takes no longer than AnswerTime: neither a browser that went away nor one that doesn't read holds anything up.
    private static async Task SendAsync(HttpListenerContext context, ResultPage page, Task? delivery, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(AnswerTime);
        Task sent = WriteAsync(context, page, delivery, limit.Token);
        Task ended = Task.Delay(Timeout.Infinite, limit.Token);
        if (await Task.WhenAny(sent, ended).ConfigureAwait(false) == sent) limit.Cancel();
        else Quietly(context.Response.Abort);
    }

    private static async Task WriteAsync(HttpListenerContext context, ResultPage page, Task? delivery, CancellationToken ct)
    {
        try
        {
            HttpListenerResponse response = context.Response;
            response.StatusCode = page.StatusCode;
            response.KeepAlive = false;
            response.ContentLength64 = page.Utf8Html.Length;
            foreach (KeyValuePair<string, string> header in ResultPage.Headers) response.Headers[header.Key] = header.Value;
            response.Headers["Server"] = "NotionAuth";
            if (page == ResultPage.MethodNotAllowed) response.Headers["Allow"] = "GET";

            if (context.Request.HttpMethod != "HEAD")
                await response.OutputStream.WriteAsync(page.Utf8Html, 0, page.Utf8Html.Length, ct).ConfigureAwait(false);
            response.Close();
            if (delivery is not null) await delivery.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The browser went away; every platform says so in an exception of its own.
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
