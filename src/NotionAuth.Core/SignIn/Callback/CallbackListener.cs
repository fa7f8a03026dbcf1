using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.OAuth;

namespace NotionAuth.Core.SignIn.Callback;

/// <summary>
/// Waits on a loopback redirect URI for the one request that brings Notion's answer (RFC 8252 section 7.3). Anything
/// else that knocks is answered and forgotten: no other path, method, host or state, no flood, no slow and no endless
/// request ends the wait or holds it up.
/// </summary>
internal sealed class CallbackListener : IDisposable
{
    private const int AccessDenied = 5;
    private const int SharingViolation = 32;
    private const int AlreadyExists = 183;
    private const int InvalidNetName = 1214;
    private static readonly TimeSpan HeadTime = TimeSpan.FromSeconds(10);

    private readonly ICallbackServer _server;
    private readonly string _authority;
    private readonly string _path;
    private readonly TaskCompletionSource<PendingCallback> _arrived =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _state = string.Empty;
    private Action<NotionAuthException>? _refused;
    private int _waiting;
    private int _answered;
    private int _disposed;

    private CallbackListener(Uri redirectUri, ICallbackServer server)
    {
        RedirectUri = redirectUri;
        _server = server;
        _authority = CallbackAddress.Authority(redirectUri);
        _path = redirectUri.AbsolutePath;
    }

    /// <summary>
    /// The redirect URI that is listened on; its <see cref="Uri.OriginalString"/> is what Notion must be sent, byte for
    /// byte.
    /// </summary>
    public Uri RedirectUri { get; }

    /// <summary>Listens, from now on, on the first of the redirect URIs whose port is free.</summary>
    /// <param name="redirectUris">URIs that are registered with Notion, the preferred one first.</param>
    /// <returns>The listener: dispose it to free the port.</returns>
    /// <exception cref="NotionAuthException">
    /// <see cref="ErrorIds.InvalidRedirectUri"/>: one of them isn't <c>http://</c> on localhost, 127.0.0.1 or [::1]
    /// with a port and without user, query and fragment; <see cref="ErrorIds.PortInUse"/>: every port is taken;
    /// <see cref="ErrorIds.PortDenied"/>: the system doesn't let this user listen.
    /// </exception>
    public static CallbackListener Start(IReadOnlyList<Uri> redirectUris) =>
        Start(redirectUris, useHttpListener: RuntimeInformation.IsOSPlatform(OSPlatform.Windows), HeadTime);

    internal static CallbackListener Start(IReadOnlyList<Uri> redirectUris, bool useHttpListener, TimeSpan headTime)
    {
        if (redirectUris is null || redirectUris.Count == 0)
            throw new ArgumentException("At least one redirect URI is needed.", nameof(redirectUris));
        foreach (Uri uri in redirectUris) CallbackAddress.Validate(uri);

        var failures = new List<NotionAuthException>();
        foreach (Uri uri in redirectUris)
        {
            try
            {
                return new CallbackListener(
                    uri, useHttpListener ? ListenWithHttpListener(uri) : ListenOnLoopback(uri, headTime));
            }
            catch (NotionAuthException e) when (e.ErrorId is ErrorIds.PortInUse or ErrorIds.PortDenied)
            {
                failures.Add(e);
            }
        }

        if (failures.Count == 1) throw failures[0];
        NotionAuthException first = failures.FirstOrDefault(f => f.ErrorId == ErrorIds.PortInUse) ?? failures[0];
        throw new NotionAuthException(
            first.ErrorId, first.Kind, string.Join(" ", failures.Select(f => f.Message)), first.RecommendedAction,
            first)
        {
            Target = string.Join(", ", redirectUris.Select(u => u.OriginalString)),
        };
    }

    /// <summary>Waits for Notion's answer. Once only; a request that came before is looked at now.</summary>
    /// <param name="state">The state that the authorization request carries.</param>
    /// <param name="refused">
    /// Called with each request on the redirect URI that was refused for its state, on threads of the pool and possibly
    /// several at once. There may be thousands of them: not each is worth a warning.
    /// </param>
    /// <param name="ct">Ends the wait at once, and frees the port.</param>
    /// <returns>The answer; the browser waits until <see cref="PendingCallback.AnswerAsync"/>.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidCallback"/>: the answer has the right state and
    /// can't be understood; the browser shows it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the listener disposed.</exception>
    /// <exception cref="InvalidOperationException">It was called before.</exception>
    public async Task<PendingCallback> WaitAsync(
        string state, Action<NotionAuthException>? refused, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(state))
            throw new ArgumentException("A sign-in without a state can't be told from an attack.", nameof(state));
        if (Interlocked.Exchange(ref _waiting, 1) != 0)
            throw new InvalidOperationException("One listener waits for one callback only.");

        _state = state;
        _refused = refused;
        using (ct.Register(() => _arrived.TrySetCanceled(ct)))
        {
            _server.Start(HandleAsync);
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

    /// <summary>
    /// Frees the port at once. A wait under way ends as cancelled; a page that is still on its way is cut off.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _arrived.TrySetCanceled();
        _server.Dispose();
    }

    /// <summary>
    /// Says what a failure to listen means. On Windows the codes are http.sys's, elsewhere they don't matter beyond
    /// taken and denied.
    /// </summary>
    internal static NotionAuthException Explain(Uri uri, int code, Exception? cause)
    {
        string prefix = Prefix(uri);
        return code switch
        {
            SharingViolation or AlreadyExists => Taken(uri, cause),
            AccessDenied => new NotionAuthException(
                ErrorIds.PortDenied, NotionErrorKind.PermissionDenied,
                $"Windows doesn't let this user listen on {uri.OriginalString}.",
                $"Have an administrator run once: netsh http add urlacl url={prefix} " +
                "user=\"%USERDOMAIN%\\%USERNAME%\". Or register another redirect URI in Notion and pass it as " +
                "-RedirectUri, or use -PasteCallback.",
                cause)
            { Target = uri.OriginalString },
            InvalidNetName => new NotionAuthException(
                ErrorIds.InvalidRedirectUri, NotionErrorKind.InvalidArgument,
                $"Windows takes {prefix} for no address that can be listened on.",
                "Register http://localhost:8914/callback in the integration's settings and pass exactly that as " +
                "-RedirectUri.", cause)
            { Target = uri.OriginalString },
            _ => new NotionAuthException(
                ErrorIds.PortDenied, NotionErrorKind.PermissionDenied,
                $"Listening on {uri.OriginalString} failed: {Redaction.Scrub(cause?.Message)}",
                "Register another redirect URI in Notion and pass it as -RedirectUri, or use -PasteCallback.", cause)
            { Target = uri.OriginalString },
        };
    }

    private static NotionAuthException Taken(Uri uri, Exception? cause) => new(
        ErrorIds.PortInUse, NotionErrorKind.Busy,
        $"Port {uri.Port} of {uri.OriginalString} is in use by another program.",
        "Close the program that uses the port (another sign-in, perhaps), or register one more redirect URI with " +
        "another port in Notion and pass it as -RedirectUri.",
        cause)
    { Target = uri.OriginalString };

    // The port's root, so that every other path gets a page of ours.
    private static string Prefix(Uri uri) => $"http://{CallbackAddress.Host(uri)}:{uri.Port}/";

    private static HttpListenerServer ListenWithHttpListener(Uri uri)
    {
        try
        {
            return HttpListenerServer.Listen(Prefix(uri));
        }
        catch (Exception e) when (e is HttpListenerException or SocketException or ArgumentException)
        {
            throw Explain(uri, (e as HttpListenerException)?.ErrorCode ?? 0, e);
        }
    }

    private static LoopbackServer ListenOnLoopback(Uri uri, TimeSpan headTime)
    {
        try
        {
            return LoopbackServer.Listen(uri, headTime);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw Taken(uri, e);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new NotionAuthException(
                ErrorIds.PortDenied, NotionErrorKind.PermissionDenied,
                $"The system doesn't let this user listen on port {uri.Port} of {uri.OriginalString}.",
                "Ports below 1024 belong to the system: register a redirect URI with a higher port in Notion, " +
                "for example http://localhost:8914/callback, and pass it as -RedirectUri.", e)
            { Target = uri.OriginalString };
        }
        catch (SocketException e)
        {
            throw Explain(uri, 0, e);
        }
    }

    private Task HandleAsync(CallbackRequest request)
    {
        // As it stands in the request line: a decoded path would let /c%61llback and /x/../callback pass for it.
        int question = request.Target.IndexOf('?');
        string path = question < 0 ? request.Target : request.Target.Substring(0, question);
        string query = question < 0 ? string.Empty : request.Target.Substring(question);

        bool ours = string.Equals(request.Host, _authority, StringComparison.OrdinalIgnoreCase)
            && string.Equals(path, _path, StringComparison.Ordinal);
        if (!ours) return request.SendAsync(ResultPage.NotFound);
        return request.Method == "GET"
            ? HandleCallbackAsync(request, query) : request.SendAsync(ResultPage.MethodNotAllowed);
    }

    private async Task HandleCallbackAsync(CallbackRequest request, string query)
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
            await request.SendAsync(ResultPage.WrongState).ConfigureAwait(false);
            return;
        }

        // The state is right, and it counts once (RFC 9700 section 4.7.1).
        bool first = Interlocked.Exchange(ref _answered, 1) == 0;
        if (first && response is not null && _arrived.TrySetResult(new PendingCallback(response, request.SendAsync)))
            return;

        if (!first || invalid is null)
        {
            await request.SendAsync(ResultPage.Answered).ConfigureAwait(false);
            return;
        }

        await request.SendAsync(ResultPage.Failure("Sign-in failed", invalid.Message, invalid.RecommendedAction))
            .ConfigureAwait(false);
        if (_arrived.TrySetException(invalid)) _ = _arrived.Task.Exception;
    }

    private void Refuse(NotionAuthException e)
    {
        if (_refused is null || _arrived.Task.IsCompleted) return;
        try
        {
            _refused(e);
        }
#pragma warning disable CA1031 // A host that can't show a warning is no reason to leave the request without its answer.
        catch (Exception)
        {
        }
#pragma warning restore CA1031
    }
}
