#!/usr/bin/env dotnet
#:property PublishAot=false
#:property NoWarn=CS1591;CA2007

// What build.sh and build.cmd start where there is no pwsh, and build.ps1 where PowerShell is older than 7.4. It gets
// PowerShell as a .NET tool and hands over to build.ps1; where that can't be had, Test still runs xunit and Demo still
// plays the story, through NotionAuth.Core alone.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;

const string GetIt = "How to get it: https://aka.ms/install-powershell";

string[]? shell = await PinnedToolAsync() ?? await NewestToolAsync();
if (shell is not null) return await RunAsync(shell[0], [.. shell[1..], "-NoProfile", "-File", "build.ps1", .. args]);
Console.WriteLine("POWERSHELL COULD NOT BE HAD AS A .NET TOOL. What .NET alone can do follows.");

Options? options = Options.Read(args, out string wrong);
if (options is null)
{
    Console.Error.WriteLine(wrong);
    return 1;
}

switch (options.Task)
{
    case "Test":
        return await TestAsync(options);
    case "Demo":
        return await DemoAsync(options.Configuration);
    default:
        int code = await BuildAsync(options.Configuration);
        Console.WriteLine("THE MODULE WAS NOT STAGED: PowerShell (pwsh) was not found and could not be " +
            $"fetched. {GetIt}");
        return code;
}

// The version that .config/dotnet-tools.json names.
static async Task<string[]?> PinnedToolAsync()
{
    (int code, string output) = await ReadAsync("dotnet", ["tool", "restore"], TimeSpan.FromMinutes(3));
    if (code == 0) return ["dotnet", "tool", "run", "pwsh", "--"];
    Console.WriteLine($"The pinned version is not to be had: {LastLine(output)}");
    return null;
}

// The newest version that is served and that this machine can run, in a folder of the repository's own.
static async Task<string[]?> NewestToolAsync()
{
    string folder = Path.GetFullPath(Path.Combine("out", "powershell"));
    string[] program = [Path.Combine(folder, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh")];
    // The tool's own program has to know where .NET is, if it isn't in the usual place.
    if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is null)
        Environment.SetEnvironmentVariable(
            "DOTNET_ROOT", Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")));
    // A tool for an older .NET runs on a newer one.
    Environment.SetEnvironmentVariable("DOTNET_ROLL_FORWARD", "Major");
    (int code, string output) = await VersionAsync(program[0]);
    if (code == 0)
    {
        Console.WriteLine($"{output}, which an earlier run has fetched, is used.");
        return program;
    }

    (_, output) = await ReadAsync(
        "dotnet", ["package", "search", "PowerShell", "--exact-match", "--format", "json"], TimeSpan.FromMinutes(1));
    Version[] versions = [.. ServedVersions(output)];
    if (versions.Length == 0) Console.WriteLine("No other version was found.");
    // A release's last digit doesn't change the runtime that it needs: of 7.6.1 and 7.6.2, only the newer is tried.
    foreach (Version version in versions.OrderDescending().DistinctBy(v => (v.Major, v.Minor)))
    {
        Console.WriteLine($"Getting PowerShell {version} ...");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        (code, output) = await ReadAsync("dotnet", ["tool", "install", "PowerShell", "--version", $"{version}",
            "--tool-path", folder],
            TimeSpan.FromMinutes(3));
        if (code == 0) (code, output) = await VersionAsync(program[0]);
        if (code == 0)
        {
            Console.WriteLine($"{output} is used, the newest one served that runs here.");
            return program;
        }

        Console.WriteLine($"PowerShell {version} can't be used here: {LastLine(output)}");
    }

    return null;
}

static IEnumerable<Version> ServedVersions(string json)
{
    try
    {
        using var answer = JsonDocument.Parse(json);
        return answer.RootElement.GetProperty("searchResult").EnumerateArray()
            .SelectMany(r => r.GetProperty("packages").EnumerateArray())
            .Select(p =>
                Version.TryParse(p.GetProperty("version").GetString(), out Version? version)
                ? version : new Version(0, 0))
            .Where(v => v >= new Version(7, 4)).ToList();
    }
    catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
    {
        return [];
    }
}

static async Task<(int Code, string Output)> VersionAsync(string program)
{
    (int code, string output) = await ReadAsync(program, ["-Version"], TimeSpan.FromMinutes(1));
    return (code, output.Trim());
}

static string LastLine(string text) =>
    text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault()
        ?? "no answer";

static Task<int> BuildAsync(string configuration) =>
    RunAsync("dotnet", ["build", "NotionAuth.sln", "--configuration", configuration, "--nologo"]);

static async Task<int> TestAsync(Options options)
{
    const string NoPester = "THE PESTER SUITE WAS NOT RUN: PowerShell (pwsh) was not found and could not be fetched. " +
        "THE CMDLETS WERE NOT TESTED.";
    if (!options.Suites.Contains("xunit"))
    {
        Console.WriteLine(NoPester);
        Console.WriteLine(GetIt);
        Console.WriteLine("0 passed, 0 failed, 0 skipped");
        return 1;
    }

    string results = Path.GetFullPath(Path.Combine("out", "TestResults", "xunit"));
    if (Directory.Exists(results)) Directory.Delete(results, recursive: true);

    int code = await BuildAsync(options.Configuration);
    if (code == 0)
    {
        string[] filter = options.Filter.Length == 0 ? [] : ["--filter", $"FullyQualifiedName~{options.Filter}"];
        await InstallNodePackagesAsync(Path.Combine("tests", "sdk"));
        code = await RunAsync("dotnet", ["test", "NotionAuth.sln", "--configuration", options.Configuration,
            "--no-build", "--nologo",
            "--logger", "trx", "--results-directory", results, "--blame-hang-timeout", "10m", "--blame-hang-dump-type",
            "none", .. filter]);
    }

    int total = 0, passed = 0, failed = 0;
    IEnumerable<string> files = Directory.Exists(results)
        ? Directory.EnumerateFiles(results, "*.trx", SearchOption.AllDirectories) : [];
    foreach (
        XElement counters in files.SelectMany(
            f => XDocument.Load(f).Descendants().Where(e => e.Name.LocalName == "Counters")))
    {
        int Count(string name) => int.Parse(counters.Attribute(name)?.Value ?? "0", CultureInfo.InvariantCulture);
        total += Count("total");
        passed += Count("passed");
        failed += Count("failed") + Count("error") + Count("timeout") + Count("aborted");
    }

    if (code == 0 && passed + failed == 0) code = 1;
    Console.WriteLine();
    if (options.Suites.Contains("Pester"))
    {
        Console.WriteLine(NoPester);
        Console.WriteLine(GetIt);
    }

    Console.WriteLine($"{passed} passed, {failed} failed, {total - passed - failed} skipped");
    return failed > 0 ? 1 : code;
}

static async Task InstallNodePackagesAsync(string folder)
{
    if (!File.Exists(Path.Combine(folder, "package-lock.json"))) return;
    string[] command = OperatingSystem.IsWindows() ? ["cmd", "/c", "npm"] : ["npm"];
    if (await RunAsync(command[0], [.. command[1..], "ci", "--prefix", folder, "--no-audit", "--no-fund"]) != 0)
        Console.WriteLine($"THE NPM PACKAGES OF {folder} WERE NOT INSTALLED.");
}

// The simulated Notion allows every sign-in, and its access tokens live for two seconds; this program is the person at
// the browser.
static async Task<int> DemoAsync(string configuration)
{
    const int Lifetime = 2;
    int code = await BuildAsync(configuration);
    if (code != 0) return code;

    // The usual port, and one that is free now in case the usual one is taken.
    string[] redirectUris = ["http://localhost:8914/callback", $"http://localhost:{FreePort()}/callback"];
    using Process fake = Start("dotnet", [Dll(configuration, "tests", "NotionAuth.FakeNotion"), "--auto-approve",
        "--exit-with-stdin",
        .. redirectUris.SelectMany(u => new[] { "--redirect-uri", u })]);
    try
    {
        string line = await fake.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(
            "The simulated Notion did not start.");
        using var ready = JsonDocument.Parse(line);
        string Ready(string name) => ready.RootElement.GetProperty(name).GetString()!;
        using var person =
            new HttpClient { BaseAddress = new Uri(Ready("baseUri")), Timeout = TimeSpan.FromSeconds(30) };
        using var behavior = new StringContent($$"""{"accessTokenLifetimeSeconds":{{Lifetime}}}""", Encoding.UTF8,
            "application/json");
        (await person.PostAsync("_control/behavior", behavior)).EnsureSuccessStatusCode();

        code = await PlayAsync(
            [Dll(configuration, "samples", "NotionAuth.Sample"), "--base-uri", Ready("baseUri"), "--no-browser",
                "--wait", $"{Lifetime + 1}"],
            new()
            {
                ["NOTION_CLIENT_ID"] = Ready("clientId"),
                ["NOTION_CLIENT_SECRET"] = Ready("clientSecret"),
                ["NOTION_REDIRECT_URI"] = string.Join(',', redirectUris),
            },
            person);
        if (code == 0 && !WasRefreshedAndRevoked(await person.GetStringAsync("_control/state")))
        {
            Console.WriteLine("FAILED: the token was not refreshed, or not revoked.");
            code = 1;
        }
    }
    finally
    {
        fake.Kill(entireProcessTree: true);
    }

    Console.WriteLine();
    Console.WriteLine("CMDLETS AND VAULT NOT SHOWN: PowerShell (pwsh) was not found and could not be fetched. " +
        "What ran was NotionAuth.Core alone.");
    Console.WriteLine(GetIt);
    return code;
}

static async Task<int> PlayAsync(string[] command, Dictionary<string, string> environment, HttpClient person)
{
    using Process sample = Start("dotnet", command, environment);
    while (await sample.StandardOutput.ReadLineAsync() is { } line)
    {
        Console.WriteLine(line);
        if (line.Split(' ').LastOrDefault(w => w.Contains("/oauth/authorize?", StringComparison.Ordinal))
            is not { } address) continue;
        Console.WriteLine("    (the demo opens it in your place)");
        _ = person.GetAsync(new Uri(address));
    }

    await sample.WaitForExitAsync();
    return sample.ExitCode;
}

static bool WasRefreshedAndRevoked(string json)
{
    using var state = JsonDocument.Parse(json);
    return state.RootElement.GetProperty("refreshCount").GetInt32() > 0
        && !state.RootElement.GetProperty("tokens").EnumerateArray().Any(t =>
            t.GetProperty("refreshToken").ValueKind == JsonValueKind.String
                && t.GetProperty("refreshState").GetString() == "Active");
}

static int FreePort()
{
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    return ((IPEndPoint)listener.LocalEndpoint).Port;
}

static string Dll(string configuration, string folder, string name) => Path.Combine(folder, name, "bin", configuration,
    "net10.0", name + ".dll");

static Process Start(string program, IEnumerable<string> arguments, Dictionary<string, string>? environment = null)
{
    var start = new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        StandardOutputEncoding = Encoding.UTF8,
    };
    foreach ((string name, string value) in environment ?? []) start.Environment[name] = value;
    return Process.Start(start)!;
}

static async Task<int> RunAsync(string program, IEnumerable<string> arguments)
{
    try
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments))!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
    catch (System.ComponentModel.Win32Exception)
    {
        // No such program.
        return 127;
    }
}

// Runs a program that may have to ask the network, in silence; one that takes too long is ended.
static async Task<(int Code, string Output)> ReadAsync(string program, IEnumerable<string> arguments, TimeSpan limit)
{
    using var timer = new CancellationTokenSource(limit);
    try
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timer.Token),
                errors = process.StandardError.ReadToEndAsync(timer.Token);
            string[] texts = await Task.WhenAll(output, errors);
            await process.WaitForExitAsync(timer.Token);
            return (process.ExitCode, string.Concat(texts));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (124, $"no answer within {limit.TotalSeconds} seconds");
        }
    }
    catch (System.ComponentModel.Win32Exception e)
    {
        // No such program, or one that isn't for this machine.
        return (127, e.Message);
    }
}

// What build.ps1 takes, as far as it can be done without PowerShell; anything else is an error.
internal sealed record Options(string Task, string Configuration, string[] Suites, string Filter)
{
    public static Options? Read(string[] args, out string wrong)
    {
        string task = "Build", configuration = "Release", filter = "";
        string[] suites = ["xunit", "Pester"];
        bool hasTask = false;
        wrong = "";
        for (int i = 0; i < args.Length; i++)
        {
            string name = "-Task", value = args[i];
            if (value.StartsWith('-'))
            {
                string[] parts = value.Split(':', 2);
                name = parts[0];
                value = parts.Length == 2 ? parts[1] : ++i < args.Length ? args[i] : "";
            }

            if (Is(name, "-Task") && !hasTask && OneOf(value, "Build", "Test", "Demo") is { } knownTask)
            {
                task = knownTask;
                hasTask = true;
            }
            else if (Is(name, "-Configuration") && OneOf(value, "Debug", "Release") is { } known) configuration = known;
            else if (Is(name, "-Suite") && value.Split(',').All(v => OneOf(v, "xunit", "Pester") is not null))
            {
                suites = [.. value.Split(',').Select(v => OneOf(v, "xunit", "Pester")!)];
            }
            else if (Is(name, "-Filter")) filter = value;
            else
            {
                wrong = $"Without PowerShell there is no '{(Is(name, "-Task") ? "" : name + " ")}{value}'. "
                    + "There are: Build, Test, Demo; -Configuration Debug or Release; -Suite xunit or Pester; " +
                        "-Filter <text>.";
                return null;
            }
        }

        return new(task, configuration, suites, filter);
    }

    private static bool Is(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static string? OneOf(string value, params string[] known) => known.FirstOrDefault(k => Is(k, value));
}
