using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Hosting;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

/// <summary>
/// Notion's own SDK is the judge of whether the fake behaves. It isn't skipped where node is missing: it fails and says
/// so.
/// </summary>
public sealed class SdkProofTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task The_official_sdk_is_content_with_the_fake()
    {
        var folder = Repository.PathOf("tests", "sdk");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "@notionhq", "client")))
        {
            // npm is a batch file on Windows, which only a shell can start.
            var (npm, first) = OperatingSystem.IsWindows() ? ("cmd.exe", new[] { "/c", "npm" }) : ("npm", []);
            var install = await RunAsync(folder, [], npm, [.. first, "ci", "--silent", "--no-audit", "--no-fund"]);
            Assert.True(install.ExitCode == 0,
                $"npm ci in {folder} failed; the registry must be reachable once.\n{install.Output}");
        }

        await using var server = await FakeNotionServer.StartAsync(
            new FakeNotionOptions { Behavior = new Behavior { AutoApprove = AutoApprove.Allow } });
        var client = server.State.DefaultIntegration;
        var sample = server.State.DefaultWorkspace.Sample;
        var proof = await RunAsync(
            folder,
            new Dictionary<string, string>
            {
                ["FAKE_NOTION_URL"] = server.BaseUri.ToString(),
                ["FAKE_NOTION_CLIENT_ID"] = client.ClientId,
                ["FAKE_NOTION_CLIENT_SECRET"] = client.ClientSecret,
                ["FAKE_NOTION_REDIRECT_URI"] = client.RedirectUris[0],
                ["FAKE_NOTION_PAGE_ID"] = sample.PageId.ToString(),
                ["FAKE_NOTION_DATABASE_ID"] = sample.DatabaseId.ToString(),
                ["FAKE_NOTION_DATA_SOURCE_ID"] = sample.DataSourceId.ToString(),
            },
            "node",
            "--test");
        Assert.True(proof.ExitCode == 0, proof.Output);
        // The SDK recovered from a limit that it did run into.
        Assert.Contains(server.State.Requests, r => r.Status == 429);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(
        string folder, Dictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException(
                $"'{program}' can not be started ({e.Message}). This test needs Node.js 20 or later, with npm: " +
                "https://nodejs.org.", e);
        }

        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            try
            {
                await process.WaitForExitAsync().WaitAsync(Patience);
            }
            catch (TimeoutException)
            {
                process.Kill(entireProcessTree: true);
                return (-1, $"{program} did not end in {Patience}.\n{await output}{await errors}");
            }

            return (process.ExitCode, await output + await errors);
        }
    }
}
