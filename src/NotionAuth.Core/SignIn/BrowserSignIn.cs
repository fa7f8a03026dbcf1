using System;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.SignIn.Callback;

namespace NotionAuth.Core.SignIn;

/// <summary>
/// One sign-in: listen, open the browser, take the callback, exchange the code, keep the tokens, and only then tell the
/// browser how it went (RFC 6749 section 4.1, RFC 8252).
/// </summary>
/// <param name="transport">The way to Notion.</param>
/// <param name="client">The integration's token endpoint.</param>
/// <param name="baseUri">Notion's origin.</param>
/// <param name="options">How.</param>
/// <param name="log">Called with each attempt, or null.</param>
internal sealed class BrowserSignIn(
    NotionTransport transport, OAuthClient client, Uri baseUri, SignInOptions options,
    Action<RequestLogEntry>? log = null)
{
    private static readonly TimeSpan FarewellTime = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(5);
    private const int MaximumPastes = 3;
    private readonly Stopwatch _since = Stopwatch.StartNew();

    /// <summary>Runs the sign-in.</summary>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="complete">Keeps the token reply; the browser shows success only when this has
    /// succeeded.</param>
    /// <param name="cancellationToken">Ends the sign-in at once and frees the port.</param>
    /// <returns>The result.</returns>
    /// <exception cref="OAuthException">The user or Notion refused.</exception>
    /// <exception cref="NotionAuthException">Anything else; <see cref="ErrorIds.CallbackTimeout"/> when nobody came
    /// back.</exception>
    public Task<T> RunAsync<T>(Func<TokenReply, Task<SignedIn<T>>> complete, CancellationToken cancellationToken) =>
        options.ReadCallback is { } read
            ? RunPastedAsync(read, complete, cancellationToken) : RunListeningAsync(complete, cancellationToken);

    private async Task<T> RunListeningAsync<T>(
        Func<TokenReply, Task<SignedIn<T>>> complete, CancellationToken cancellationToken)
    {
        options.Browser?.EnsureAvailable();
        using CallbackListener listener = CallbackListener.Start(options.RedirectUris);
        AuthorizationRequest request = NewRequest(listener.RedirectUri);
        await CheckRegistrationAsync(request, cancellationToken).ConfigureAwait(false);
        await options.Show(request).ConfigureAwait(false);
        if (options.Browser is not null)
            await options.Browser.OpenAsync(request.Uri, cancellationToken).ConfigureAwait(false);

        PendingCallback callback = await WaitAsync(listener, request, cancellationToken).ConfigureAwait(false);
        ResultPage page;
        SignedIn<T>? done = null;
        try
        {
            done = await CompleteAsync(callback.Response, request, complete, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            page = ResultPage.Success(done.ConnectionName, done.WorkspaceName, done.WorkspaceIcon);
            await callback.AnswerAsync(page, cancellationToken).ConfigureAwait(false);
            return done.Result;
        }
        catch (NotionAuthException e)
        {
            string title = e.ErrorId switch
            {
                ErrorIds.AccessDenied => "Access was not granted",
                ErrorIds.NameInUse => "The connection has another name",
                _ => "Notion is not connected",
            };
            page = ResultPage.Failure(title, e.Message, e.RecommendedAction);
            await callback.AnswerAsync(page, cancellationToken).ConfigureAwait(false);
            throw;
        }
        catch (OperationCanceledException)
        {
            // The browser gets its page in a moment or not at all: cancelling waits for nobody.
            using var farewell = new CancellationTokenSource(FarewellTime);
            page = done is null
                ? ResultPage.Failure("The sign-in was cancelled",
                    "It was cancelled in PowerShell before it was complete. Nothing was kept.",
                    "To sign in, run Connect-NotionWorkspace again.")
                : ResultPage.Success(done.ConnectionName, done.WorkspaceName, done.WorkspaceIcon);
            await callback.AnswerAsync(page, farewell.Token).ConfigureAwait(false);
            throw;
        }
        catch (Exception)
        {
            // A fault of ours: the browser shows that it failed, and not why.
            page = ResultPage.Failure("Notion is not connected", "Something unexpected went wrong in PowerShell.",
                "Look at the error there, then run Connect-NotionWorkspace again.");
            await callback.AnswerAsync(page, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<T> RunPastedAsync<T>(
        Func<CancellationToken, Task<string>> read, Func<TokenReply, Task<SignedIn<T>>> complete,
        CancellationToken cancellationToken)
    {
        AuthorizationRequest request = NewRequest(options.RedirectUris[0]);
        await CheckRegistrationAsync(request, cancellationToken).ConfigureAwait(false);
        await options.Show(request).ConfigureAwait(false);
        if (options.Browser is not null)
            await options.Browser.OpenAsync(request.Uri, cancellationToken).ConfigureAwait(false);

        AuthorizationResponse response = await ReadPastedAsync(read, request, cancellationToken).ConfigureAwait(false);
        return (await CompleteAsync(response, request, complete, cancellationToken).ConfigureAwait(false)).Result;
    }

    // What was pasted by mistake costs no sign-in: the same state is waited for again.
    private async Task<AuthorizationResponse> ReadPastedAsync(
        Func<CancellationToken, Task<string>> read, AuthorizationRequest request, CancellationToken cancellationToken)
    {
        for (int left = MaximumPastes - 1; ; left--)
        {
            string pasted = await read(cancellationToken).ConfigureAwait(false);
            try
            {
                return PastedCallback.Parse(pasted, request);
            }
            catch (NotionAuthException e) when (left > 0)
            {
                options.Warn($"{e.Message} Copy the whole address from the browser's address bar: it begins with " +
                    $"{request.RedirectUri}? Then paste it again.");
            }
        }
    }

    private AuthorizationRequest NewRequest(Uri redirectUri) =>
        new(baseUri, client.Credentials.ClientId, redirectUri.OriginalString, options.Owner);

    private async Task<SignedIn<T>> CompleteAsync<T>(
        AuthorizationResponse response, AuthorizationRequest request, Func<TokenReply, Task<SignedIn<T>>> complete,
        CancellationToken cancellationToken)
    {
        if (response.Code is null) throw OAuthException.FromCallback(response);

        // What waits there are must end with the sign-in's time; a short one is always worth it, as the code works
        // once.
        TimeSpan left = options.Timeout - _since.Elapsed;
        RequestBounds bounds = client.Bounds with
        {
            LongestWait = left > ShortWait ? left : ShortWait,
            Parameter =
            "-TimeoutSec"
        };
        TokenReply reply = await client.ExchangeAsync(response.Code, request.RedirectUri, bounds, cancellationToken)
            .ConfigureAwait(false);
        return await complete(reply).ConfigureAwait(false);
    }

    // Notion shows an unknown client or redirect URI to the person and never calls back; where it says so here already,
    // asking first turns minutes of waiting into an error at once. It also finds out that there is no network before a
    // browser opens. Whatever else comes back means nothing, a redirect to Notion's own page too: the browser will see
    // for itself, and the time-out names the redirect URI to register.
    private async Task CheckRegistrationAsync(AuthorizationRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, request.Uri);
        UserAgent.AddTo(message);
        var context = new RequestContext
        {
            IsSafeToRepeat = true,
            MaximumRetryCount = 1,
            Timeout = TimeSpan.FromSeconds(10),
            LongestWait = ShortWait,
            Log = log,
            Waiting = client.Bounds.Waiting,
            Waited = client.Bounds.Waited,
        };
        string body;
        try
        {
            using HttpResponseMessage response = await transport.SendAsync(message, context, cancellationToken)
                .ConfigureAwait(false);
            if ((int)response.StatusCode is not (400 or 401)) return;
#if NET8_0_OR_GREATER
            body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
#else
            body = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
#endif
        }
        catch (NotionAuthException e) when (e.ErrorId is ErrorIds.RequestTimeout or ErrorIds.ReplyTooLarge)
        {
            return;
        }

        if (body.IndexOf("redirect_uri", StringComparison.Ordinal) >= 0)
            throw new NotionAuthException(
                ErrorIds.RedirectUriNotRegistered, NotionErrorKind.InvalidArgument,
                $"Notion doesn't know the redirect URI {request.RedirectUri} for client {client.Credentials.ClientId}.",
                "On the integration's page (notion.so/my-integrations) add this redirect URI, " +
                $"character for character: {request.RedirectUri} — or pass a registered one with -RedirectUri.")
            { Target = request.RedirectUri };
        if (body.IndexOf("client_id", StringComparison.Ordinal) >= 0)
            throw new NotionAuthException(
                ErrorIds.InvalidClient, NotionErrorKind.AuthenticationFailed,
                $"Notion doesn't know the client id {client.Credentials.ClientId}.",
                "Copy the OAuth client ID from the integration's page (notion.so/my-integrations); " +
                "the integration must be public.")
            { Target = client.Credentials.ClientId };
    }

    private async Task<PendingCallback> WaitAsync(
        CallbackListener listener, AuthorizationRequest request, CancellationToken cancellationToken)
    {
        int refusals = 0;
        NotionAuthException? refusal = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Timeout);
        try
        {
            return await listener.WaitAsync(request.State, Refused, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            string seconds = options.Timeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
            string action = "Run Connect-NotionWorkspace again and finish the sign-in in the browser; " +
                "-TimeoutSec gives more time. "
                + "If Notion's page said \"Missing or invalid redirect_uri\", " +
                    $"register exactly {request.RedirectUri} on the integration's page (notion.so/my-integrations).";
            throw refusal is null
                ? new NotionAuthException(
                    ErrorIds.CallbackTimeout, NotionErrorKind.Timeout,
                    $"Nobody came back from Notion to {request.RedirectUri} within {seconds} s.", action)
                { Target = request.RedirectUri }
                : new NotionAuthException(
                    refusal.ErrorId, NotionErrorKind.AuthenticationFailed,
                    $"No valid callback came to {request.RedirectUri} within {seconds} s, " +
                    $"but {refusals} that had to be refused. {refusal.Message}", action)
                { Target = request.RedirectUri };
        }

        void Refused(NotionAuthException e)
        {
            refusal = e;
            if (Interlocked.Increment(ref refusals) == 1)
                options.Warn(
                    $"A request to {request.RedirectUri} was refused: {e.Message} The sign-in goes on waiting.");
        }
    }
}
