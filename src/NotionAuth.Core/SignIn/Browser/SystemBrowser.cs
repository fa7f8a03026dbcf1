using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.SignIn.Browser;

/// <summary>
/// The user's default browser: the shell's on Windows; the commands in <c>$BROWSER</c>, then <c>open</c>, on macOS; the
/// commands in <c>$BROWSER</c>, then the Windows host's browser (WSL), then <c>xdg-open</c>, on Linux.
/// </summary>
public sealed class SystemBrowser : IBrowser
{
    private readonly IBrowserEnvironment _environment;

    /// <summary>Takes the machine as it is.</summary>
    public SystemBrowser()
        : this(new BrowserEnvironment(BrowserEnvironment.SecretVariables))
    {
    }

    internal SystemBrowser(IBrowserEnvironment environment) => _environment = environment;

    /// <inheritdoc/>
    public void EnsureAvailable()
    {
        string? obstacle = Obstacle();
        if (obstacle is null) return;

        throw new NotionAuthException(
            ErrorIds.BrowserUnavailable, NotionErrorKind.NotInstalled,
            $"There is no browser to sign in with: {obstacle}.",
            "Pass -PasteCallback to sign in with the browser of any machine and paste the address it ends on. " +
            "Or pass -NoBrowser and forward the redirect URI's port "
            + "to the machine with the browser, there: ssh -L 8914:localhost:8914 <this host>.");
    }

    /// <inheritdoc/>
    public async Task OpenAsync(Uri uri, CancellationToken ct)
    {
        // Whatever else the system would open (file:, a program's own scheme) must not get to it from here.
        if (!uri.IsAbsoluteUri || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
            throw new ArgumentException("Only http and https URIs are opened in a browser.", nameof(uri));

        ct.ThrowIfCancellationRequested();
        string address = uri.AbsoluteUri;
        var failures = new List<string>();
        if (_environment.Platform == BrowserPlatform.Windows && !HoldsSecrets())
        {
            try
            {
                _environment.ShellExecute(address);
                return;
            }
            catch (Exception e) when (IsStartFailure(e))
            {
                failures.Add($"Windows: {e.Message}");
            }
        }

        foreach (BrowserCommand command in Commands(address))
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                int? code = await _environment.StartAsync(command, ct).ConfigureAwait(false);
                if (code is null or 0) return;
                failures.Add($"{command.Program}: exit code {code}");
            }
            catch (Exception e) when (IsStartFailure(e))
            {
                failures.Add($"{command.Program}: {e.Message}");
            }
        }

        string reason = failures.Count == 0 ? "nothing was found that could open one" : string.Join("; ", failures);
        throw new NotionAuthException(
            ErrorIds.BrowserFailed, NotionErrorKind.InvalidOperation,
            $"The browser couldn't be started ({Redaction.Scrub(reason)}).",
            "Pass -NoBrowser and open the address that is printed yourself, " +
            "or name a browser in the environment variable BROWSER (Linux, macOS).");
    }

    /// <summary>
    /// Returns the commands that may open an address, the preferred one first; only programs that are there.
    /// </summary>
    internal IEnumerable<BrowserCommand> Commands(string address)
    {
        if (_environment.Platform == BrowserPlatform.Windows)
        {
            // Unlike the shell's own call, this one lets us say what the browser inherits.
            string system = Environment.GetFolderPath(Environment.SpecialFolder.System);
            yield return new BrowserCommand(
                Path.Combine(system, "rundll32.exe"), ["url.dll,FileProtocolHandler", address]);
            yield break;
        }

        foreach (BrowserCommand command in NamedCommands(address)) yield return command;

        if (_environment.Platform == BrowserPlatform.MacOS)
        {
            yield return new BrowserCommand("/usr/bin/open", [address]);
            yield break;
        }

        if (IsWsl())
        {
            if (_environment.FindProgram("wslview") is { } wslview) yield return new BrowserCommand(wslview, [address]);
            if (WindowsOpener() is { } rundll)
                yield return new BrowserCommand(rundll, ["url.dll,FileProtocolHandler", address]);
        }

        if (!HasDisplay()) yield break;
        if (_environment.FindProgram("xdg-open") is { } xdg) yield return new BrowserCommand(xdg, [address]);
        if (_environment.FindProgram("x-www-browser") is { } alternative)
            yield return new BrowserCommand(alternative, [address]);
    }

    private static bool IsStartFailure(Exception e) =>
        e is Win32Exception or InvalidOperationException or IOException or UnauthorizedAccessException
            or ExternalException or PlatformNotSupportedException;

    private string? Obstacle()
    {
        switch (_environment.Platform)
        {
            case BrowserPlatform.Windows:
                if (IsSsh()) return "this is an SSH session, and a browser would open where nobody sees it";
                return _environment.IsInteractive
                    ? null : "this process runs without a desktop (a service, a scheduled task or a remote session)";

            case BrowserPlatform.MacOS:
                if (NamedCommands("http://localhost").Any()) return null;
                return IsSsh() ? "this is an SSH session, and a browser would open where nobody sees it" : null;
        }

        // VS Code's remote windows set BROWSER to a helper that opens the page on the user's own machine.
        if (NamedCommands("http://localhost").Any()) return null;
        if (IsWsl() && !IsSsh() && (_environment.FindProgram("wslview") is not null || WindowsOpener() is not null))
            return null;

        if (!HasDisplay())
        {
            if (IsSsh()) return "this is an SSH session without a forwarded display";
            if (IsContainer()) return "this is a container without a display";
            return "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)";
        }

        bool opener = _environment.FindProgram("xdg-open") is not null
            || _environment.FindProgram("x-www-browser") is not null;
        return opener ? null : "xdg-open isn't installed (package xdg-utils), and BROWSER names no browser";
    }

    private bool HoldsSecrets() => BrowserEnvironment.SecretVariables.Any(IsSet);

    private bool IsSet(string name) => !string.IsNullOrEmpty(_environment.GetVariable(name));

    private bool IsSsh() => IsSet("SSH_CONNECTION") || IsSet("SSH_CLIENT") || IsSet("SSH_TTY");

    private bool HasDisplay() => IsSet("DISPLAY") || IsSet("WAYLAND_DISPLAY");

    private bool IsContainer() =>
        IsSet("container") || IsSet("KUBERNETES_SERVICE_HOST") || _environment.FileExists("/.dockerenv")
            || _environment.FileExists("/run/.containerenv");

    private bool IsWsl() =>
        _environment.Platform == BrowserPlatform.Linux
        && (IsSet("WSL_DISTRO_NAME") || IsSet("WSL_INTEROP")
            || (_environment.ReadFile("/proc/version") ?? string.Empty)
            .IndexOf("microsoft", StringComparison.OrdinalIgnoreCase) >= 0);

    private string? WindowsOpener() =>
        _environment.FindProgram("rundll32.exe") ?? _environment.FindProgram("/mnt/c/Windows/System32/rundll32.exe");

    // $BROWSER: commands separated by colons, each with %s for the address, %c for a colon, %% for a percent sign; the
    // address comes last where there is no %s.
    private IEnumerable<BrowserCommand> NamedCommands(string address)
    {
        foreach (string entry in (_environment.GetVariable("BROWSER") ?? string.Empty).Split(':'))
        {
            // A path with blanks in it is a program, if there is one.
            string whole = entry.Trim();
            bool program = whole.IndexOf('/') >= 0 && _environment.FindProgram(whole) is not null;
            List<string> words = program ? [whole] : Words(whole);
            if (words.Count > 1 && words[words.Count - 1] == "&") words.RemoveAt(words.Count - 1);
            if (words.Count == 0 || _environment.FindProgram(words[0]) is not { } path) continue;

            bool placed = false;
            var arguments = new List<string>();
            foreach (string word in words.Skip(1)) arguments.Add(Expand(word, address, ref placed));
            if (!placed) arguments.Add(address);
            yield return new BrowserCommand(path, arguments);
        }
    }

    private static string Expand(string word, string address, ref bool placed)
    {
        var expanded = new StringBuilder();
        for (int i = 0; i < word.Length; i++)
        {
            char next = word[i] == '%' && i + 1 < word.Length ? word[i + 1] : '\0';
            switch (next)
            {
                case 's':
                    expanded.Append(address);
                    placed = true;
                    i++;
                    break;
                case 'c':
                    expanded.Append(':');
                    i++;
                    break;
                case '%':
                    expanded.Append('%');
                    i++;
                    break;
                default:
                    expanded.Append(word[i]);
                    break;
            }
        }

        return expanded.ToString();
    }

    // Blanks separate, quotes of both kinds hold together. Nothing else of a shell: no variables, no substitutions.
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool inWord = false;
        char quote = '\0';
        foreach (char c in text)
        {
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else word.Append(c);
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                inWord = true;
            }
            else if (c is ' ' or '\t')
            {
                if (inWord) words.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
            else
            {
                word.Append(c);
                inWord = true;
            }
        }

        if (inWord) words.Add(word.ToString());
        return words;
    }
}
