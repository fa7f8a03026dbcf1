using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.SignIn.Browser;

/// <summary>The families of systems that start browsers in different ways.</summary>
internal enum BrowserPlatform
{
    Windows,
    MacOS,
    Linux,
}

/// <summary>A program and its arguments, each as the program will see it.</summary>
internal sealed record BrowserCommand(string Program, IReadOnlyList<string> Arguments);

/// <summary>What <see cref="SystemBrowser"/> asks of the machine; tests answer in its place.</summary>
internal interface IBrowserEnvironment
{
    BrowserPlatform Platform { get; }

    /// <summary>Whether this process can show windows to somebody; known on Windows alone.</summary>
    bool IsInteractive { get; }

    string? GetVariable(string name);

    bool FileExists(string path);

    /// <summary>Returns a small file's text, or null where it can't be read.</summary>
    string? ReadFile(string path);

    /// <summary>
    /// Returns the full path of a program: from PATH, or as it is given if it has a slash; null if it isn't there.
    /// </summary>
    string? FindProgram(string name);

    /// <summary>Has Windows open the URI with its default browser.</summary>
    void ShellExecute(string uri);

    /// <summary>
    /// Starts a program detached from the console and without our secrets, and looks for a moment whether it fails.
    /// </summary>
    /// <returns>The exit code, or null if it is still running.</returns>
    Task<int?> StartAsync(BrowserCommand command, CancellationToken ct);
}

/// <summary>The machine itself.</summary>
/// <param name="hidden">The environment variables that a started program doesn't get.</param>
internal sealed class BrowserEnvironment(IReadOnlyList<string> hidden) : IBrowserEnvironment
{
    /// <summary>What a browser, or whatever stands in for one, has no business to see.</summary>
    public static readonly string[] SecretVariables = ["NOTION_TOKEN", "NOTION_API_TOKEN", "NOTION_CLIENT_SECRET"];

    // The text is the same always, so the shell never parses anything of ours: the command comes as arguments. It does
    // what .NET can't: the browser's chatter goes nowhere (into a pipe, it would stop when the pipe is full and die
    // when we are gone), and neither Ctrl+C in the console nor closing it ends the user's browser.
    private const string Detached = "trap '' HUP INT QUIT; exec \"$@\" </dev/null >/dev/null 2>&1";

    // xdg-open and its like end in well under a second, with 0 or not; a browser that was started itself goes on
    // running.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);

    public BrowserPlatform Platform { get; } =
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? BrowserPlatform.Windows
        : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? BrowserPlatform.MacOS
        : BrowserPlatform.Linux;

    public bool IsInteractive => Environment.UserInteractive;

    public string? GetVariable(string name) => Environment.GetEnvironmentVariable(name);

    public bool FileExists(string path) => File.Exists(path);

    public string? ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public string? FindProgram(string name)
    {
        if (name.IndexOf('/') >= 0) return File.Exists(name) ? name : null;
        foreach (string folder in (GetVariable("PATH") ?? string.Empty).Split(Path.PathSeparator))
        {
            // An empty or relative folder is the current one, and that may belong to anybody.
            if (!Path.IsPathRooted(folder)) continue;
            string path = Path.Combine(folder, name);
            if (IsExecutable(path)) return path;
        }

        return null;
    }

    public void ShellExecute(string uri)
    {
        using Process? process = Process.Start(new ProcessStartInfo(uri) { UseShellExecute = true });
    }

    public async Task<int?> StartAsync(BrowserCommand command, CancellationToken ct)
    {
        var arguments = new List<string>();
        string program = command.Program;
        if (Platform != BrowserPlatform.Windows)
        {
            program = "/bin/sh";
            arguments.AddRange(["-c", Detached, "browser", command.Program]);
        }

        arguments.AddRange(command.Arguments);

        // All three redirected, or .NET changes the terminal's settings for the child.
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
#if NET8_0_OR_GREATER
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
#else
        start.Arguments = string.Join(" ", arguments.ConvertAll(Quote));
#endif
        foreach (string name in hidden) start.Environment.Remove(name);

        ct.ThrowIfCancellationRequested();
        using var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var exited = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Exited += (_, _) => exited.TrySetResult(true);
        process.Start();

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task ended = await Task.WhenAny(exited.Task, Task.Delay(Moment, limit.Token)).ConfigureAwait(false);
        limit.Cancel();
        if (ended == exited.Task) return process.ExitCode;
        ct.ThrowIfCancellationRequested();
        return null;
    }

    private static bool IsExecutable(string path)
    {
        if (!File.Exists(path)) return false;
#if NET8_0_OR_GREATER
        if (!OperatingSystem.IsWindows())
            return (File.GetUnixFileMode(path) & (
                UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
#endif
        return true;
    }

#if !NET8_0_OR_GREATER
    // Only URIs, which have neither quotes nor blanks, and fixed words come here.
    private static string Quote(string argument) =>
        argument.IndexOfAny([' ', '\t', '"']) < 0 ? argument : throw new ArgumentException(
            "An argument with blanks or quotes.", nameof(argument));
#endif
}
