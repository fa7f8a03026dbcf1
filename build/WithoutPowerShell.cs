#!/usr/bin/env dotnet
#:property PublishAot=false
#:property NoWarn=CS1591;CA2007

// What build.sh and build.cmd start where there is no pwsh. It gets PowerShell as a .NET tool and hands over to build.ps1; where that
// can't be had, Test still runs xunit and Demo still plays the story, through NotionAuth.Core alone.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;

const string GetIt = "How to get it: https://aka.ms/install-powershell";
string task = args.FirstOrDefault(a => !a.StartsWith('-')) ?? "Build";

Console.WriteLine("PowerShell (pwsh) was not found; looking for it as a .NET tool ...");
if (await RunAsync("dotnet", ["tool", "restore"], quiet: true, limit: TimeSpan.FromMinutes(3)) == 0)
    return await RunAsync("dotnet", ["tool", "run", "pwsh", "--", "-NoProfile", "-File", "build.ps1", .. args]);

switch (task.ToLowerInvariant())
{
    case "test":
        return await TestAsync();
    case "demo":
        return await DemoAsync();
    case "build":
        int code = await BuildAsync();
        Console.WriteLine($"THE MODULE WAS NOT STAGED: PowerShell (pwsh) was not found and could not be fetched. {GetIt}");
        return code;
    default:
        Console.Error.WriteLine($"{task} needs PowerShell (pwsh), which was not found and could not be fetched. {GetIt}");
        return 1;
}

static Task<int> BuildAsync() => RunAsync("dotnet", ["build", "NotionAuth.sln", "--configuration", "Release", "--nologo"]);

static async Task<int> TestAsync()
{
    string results = Path.GetFullPath(Path.Combine("out", "TestResults", "xunit"));
    if (Directory.Exists(results)) Directory.Delete(results, recursive: true);

    int code = await BuildAsync();
    if (code == 0)
    {
        await InstallNodePackagesAsync(Path.Combine("tests", "sdk"));
        code = await RunAsync("dotnet", ["test", "NotionAuth.sln", "--configuration", "Release", "--no-build", "--nologo", "--logger", "trx",
            "--results-directory", results, "--blame-hang-timeout", "10m", "--blame-hang-dump-type", "none"]);
    }

    int total = 0, passed = 0, failed = 0;
    IEnumerable<string> files = Directory.Exists(results) ? Directory.EnumerateFiles(results, "*.trx", SearchOption.AllDirectories) : [];
    foreach (XElement counters in files.SelectMany(f => XDocument.Load(f).Descendants().Where(e => e.Name.LocalName == "Counters")))
    {
        int Count(string name) => int.Parse(counters.Attribute(name)?.Value ?? "0", CultureInfo.InvariantCulture);
        total += Count("total");
        passed += Count("passed");
        failed += Count("failed") + Count("error") + Count("timeout") + Count("aborted");
    }

    if (code == 0 && passed + failed == 0) code = 1;
    Console.WriteLine();
    Console.WriteLine("PESTER SUITE NOT RUN: PowerShell (pwsh) was not found and could not be fetched. THE CMDLETS WERE NOT TESTED.");
    Console.WriteLine(GetIt);
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

// The simulated Notion allows every sign-in, and its access tokens live for two seconds; this program is the person at the browser.
static async Task<int> DemoAsync()
{
    const int Lifetime = 2;
    int code = await BuildAsync();
    if (code != 0) return code;

    // The usual port, and one that is free now in case the usual one is taken.
    string[] redirectUris = ["http://localhost:8914/callback", $"http://localhost:{FreePort()}/callback"];
    using Process fake = Start("dotnet", [Dll("tests", "NotionAuth.FakeNotion"), "--auto-approve", "--exit-with-stdin",
        .. redirectUris.SelectMany(u => new[] { "--redirect-uri", u })]);
    try
    {
        string line = await fake.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The simulated Notion did not start.");
        using var ready = JsonDocument.Parse(line);
        string Ready(string name) => ready.RootElement.GetProperty(name).GetString()!;
        using var person = new HttpClient { BaseAddress = new Uri(Ready("baseUri")), Timeout = TimeSpan.FromSeconds(30) };
        using var behavior = new StringContent($$"""{"accessTokenLifetimeSeconds":{{Lifetime}}}""", Encoding.UTF8, "application/json");
        (await person.PostAsync("_control/behavior", behavior)).EnsureSuccessStatusCode();

        code = await PlayAsync(
            [Dll("samples", "NotionAuth.Sample"), "--base-uri", Ready("baseUri"), "--no-browser", "--wait", $"{Lifetime + 1}"],
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
    Console.WriteLine("CMDLETS AND VAULT NOT SHOWN: PowerShell (pwsh) was not found and could not be fetched. What ran was NotionAuth.Core alone.");
    Console.WriteLine(GetIt);
    return code;
}

static async Task<int> PlayAsync(string[] command, Dictionary<string, string> environment, HttpClient person)
{
    using Process sample = Start("dotnet", command, environment);
    while (await sample.StandardOutput.ReadLineAsync() is { } line)
    {
        Console.WriteLine(line);
        if (line.Split(' ').LastOrDefault(w => w.Contains("/oauth/authorize?", StringComparison.Ordinal)) is not { } address) continue;
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
            t.GetProperty("refreshToken").ValueKind == JsonValueKind.String && t.GetProperty("refreshState").GetString() == "Active");
}

static int FreePort()
{
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    return ((IPEndPoint)listener.LocalEndpoint).Port;
}

static string Dll(string folder, string name) => Path.Combine(folder, name, "bin", "Release", "net10.0", name + ".dll");

static Process Start(string program, IEnumerable<string> arguments, Dictionary<string, string>? environment = null)
{
    var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 };
    foreach ((string name, string value) in environment ?? []) start.Environment[name] = value;
    return Process.Start(start)!;
}

static async Task<int> RunAsync(string program, IEnumerable<string> arguments, bool quiet = false, TimeSpan? limit = null)
{
    using var timer = new CancellationTokenSource(limit ?? Timeout.InfiniteTimeSpan);
    try
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = quiet, RedirectStandardError = quiet })!;
        try
        {
            if (quiet) await Task.WhenAll(process.StandardOutput.ReadToEndAsync(timer.Token), process.StandardError.ReadToEndAsync(timer.Token));
            await process.WaitForExitAsync(timer.Token);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return 124;
        }
    }
    catch (System.ComponentModel.Win32Exception)
    {
        // No such program.
        return 127;
    }
}
