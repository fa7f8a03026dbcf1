using System;
using System.Management.Automation.Host;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.OAuth;
using NotionAuth.Pipeline;

namespace NotionAuth.Host;

/// <summary>What a person is shown and asked during a sign-in.</summary>
/// <param name="host">The host.</param>
/// <param name="ask">Runs a question on the pipeline thread.</param>
/// <param name="show">Runs an output on the pipeline thread.</param>
/// <param name="writeInformation">The cmdlet's information stream.</param>
internal sealed class SignInPrompts(
    PSHost host, Func<Func<SecureString>, Task<SecureString>> ask, Func<Action, Task> show,
    Action<object, string[]> writeInformation)
{
    private readonly bool _canPrompt = HostPrompts.CanPrompt(host);

    /// <summary>Asks for a client secret; null where nobody can be asked.</summary>
    public Func<string, CancellationToken, Task<Secret?>>? AskForSecret => _canPrompt
        ? async (clientId, _) =>
            SecureText.ToSecret(await AskAsync($"Client secret of {clientId}: ").ConfigureAwait(false))
        : null;

    /// <summary>
    /// Nothing waits for a person where there is none: only a time-out that was given allows a sign-in in the browser
    /// there.
    /// </summary>
    /// <param name="pastes">Whether the callback is to be pasted.</param>
    /// <param name="hasTimeout">Whether a time-out was given.</param>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.NotInteractive"/>.</exception>
    public void CheckCanSignIn(bool pastes, bool hasTimeout)
    {
        if (_canPrompt || (hasTimeout && !pastes)) return;
        throw new NotionAuthException(
            ErrorIds.NotInteractive, NotionErrorKind.InvalidOperation,
            pastes ? "The callback can't be pasted: nobody can be asked in this host."
            : "Signing in needs a person at a browser, and this host can't ask one.",
            "Use a connection that is stored: Connect-NotionWorkspace -Name <name>; or a token: " +
            "-Token <SecureString> or -FromEnvironment. "
            + "If somebody does sit at a browser of this machine, say how long to wait: -TimeoutSec 300.");
    }

    /// <summary>Shows the address to sign in at, and what will happen.</summary>
    /// <param name="request">The request.</param>
    /// <param name="opensBrowser">Whether the browser is opened.</param>
    /// <param name="pastes">Whether the callback is to be pasted.</param>
    public Task ShowAsync(AuthorizationRequest request, bool opensBrowser, bool pastes)
    {
        int port = new Uri(request.RedirectUri).Port;
        string lead = opensBrowser
            ? "Opening the browser to sign in to Notion. If it doesn't open, go to this address:"
            : pastes
            ? "Afterwards the browser ends on a page that can't be reached: copy that page's whole address, and " +
                $"paste it here.{Environment.NewLine}Sign in to Notion at this address, with any browser:"
            : $"The callback comes to port {port} of this machine. If the browser is on another one, forward the " +
                $"port first, there: ssh -L {port}:localhost:{port} {Environment.UserName}@{Environment.MachineName}" +
                $"{Environment.NewLine}Sign in to Notion at this address:";
        return show(() => Say($"{lead}{Environment.NewLine}{request.Uri.AbsoluteUri}{Environment.NewLine}Ctrl+C ends " +
            "the sign-in."));
    }

    // The pasted address has the code in it: read like a password, it shows on no screen and in no transcript.
    public async Task<string> ReadCallbackAsync(CancellationToken cancellationToken) =>
        SecureText.Reveal(
            await AskAsync("Paste the address that the browser ended on, then press Enter: ").ConfigureAwait(false));

    private Task<SecureString> AskAsync(string question) => ask(() =>
    {
        host.UI.Write(question);
        return host.UI.ReadLineAsSecureString();
    });

    private void Say(string text) => HostMessage.Write(writeInformation, text);
}
