using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.Hosting;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

public sealed class FakeServerTests
{
    [Fact]
    public async Task Many_run_side_by_side_and_share_nothing()
    {
        var fakes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => FakeClient.StartAsync()));
        try
        {
            Assert.Equal(20, fakes.Select(f => f.Server.BaseUri.Port).Distinct().Count());
            _ = fakes[0].State.Faults.Add(Fault.Of(500, "internal_server_error"));
            var statuses = await Task.WhenAll(fakes.Select(async f => (await f.ApiAsync("GET", "v1/users/me")).Status));
            Assert.Equal([500, .. Enumerable.Repeat(200, 19)], statuses);
            Assert.All(fakes, f => Assert.Single(f.State.Requests));
        }
        finally
        {
            foreach (var fake in fakes)
                await fake.DisposeAsync();
        }
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_requests_under_way()
    {
        var fake = await FakeClient.StartAsync();
        _ = fake.State.Faults.Add(Fault.Hold(new TaskCompletionSource().Task));
        var held = fake.ApiAsync("GET", "v1/users/me");
        _ = await fake.State.WaitForRequestAsync(_ => true);
        await fake.Server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        _ = await Assert.ThrowsAnyAsync<HttpRequestException>(() => held);
        await fake.DisposeAsync();
    }

    [Fact]
    public async Task The_log_tells_what_was_sent_and_what_was_answered()
    {
        await using var fake = await FakeClient.StartAsync();
        _ = await fake.SendAsync("POST", "v1/search?x=%2F", "{\"query\":\"ü\"}", "wrong");
        _ = await fake.ApiAsync("GET", "v1/users/me");
        var (first, second) = (fake.State.Requests[0], fake.State.Requests[1]);
        Assert.Equal(
            ("POST", "/v1/search", "?x=%2F", "{\"query\":\"ü\"}", 401),
            (first.Method, first.Path, first.Query, first.Body, first.Status));
        Assert.Equal("Bearer wrong", first.Header("authorization"));
        Assert.Null(first.BotId);
        Assert.NotNull(second.BotId);
        Assert.Equal((1, 0), (fake.State.CountRequests("/v1/search", "POST"), fake.State.CountRequests("/v1/search",
            "GET")));
        fake.State.ClearRequests();
        Assert.Empty(fake.State.Requests);
    }

    [Theory]
    [InlineData("integrations", "autoAprove")]
    [InlineData("authorize", "client")]
    [InlineData("expire", "tokens")]
    [InlineData("revoke", "bot")]
    [InlineData("faults", "skip")]
    [InlineData("seed", "row")]
    [InlineData("bulk", "count")]
    [InlineData("ratelimit", "window")]
    [InlineData("approve", "client_id")]
    [InlineData("behavior", "queryRowCaps")]
    public async Task The_control_endpoint_refuses_a_name_that_it_does_not_know(string path, string name)
    {
        await using var fake = await FakeClient.StartAsync();
        var answer = await fake.SendAsync("POST", "_control/" + path, $$"""{"{{name}}":1}""");
        Assert.Equal(400, answer.Status);
        Assert.Contains($" {name}", (string?)answer.Json["message"], StringComparison.Ordinal);
        Assert.Empty(fake.State.Faults.Active);
    }

    [Fact]
    public async Task The_control_endpoint_sets_up_and_tells()
    {
        await using var fake = await FakeClient.StartAsync();
        Task<Answer> ControlAsync(string method, string path, string? body = null) =>
            fake.SendAsync(method, "_control/" + path, body);

        var made = (await ControlAsync(
            "POST", "integrations",
            """{"clientId":"abc","redirectUris":["http://localhost:1/cb"],"refreshTokens":false,"autoApprove":true}"""))
            .Ok();
        Assert.Equal(("abc", false), ((string?)made["clientId"], (bool)made["refreshTokens"]!));
        _ = (await ControlAsync(
            "POST", "integrations", """{"clientId":"abc","redirectUris":["http://localhost:2/cb"]}""")).Ok();
        Assert.Equal(2, fake.State.Integrations.Single(i => i.ClientId == "abc").RedirectUris.Count);

        var token = (string)(await ControlAsync("POST", "authorize", "{}")).Ok()["accessToken"]!;
        Assert.True(await fake.WorksAsync(token));
        Assert.Equal(1, (int)(await ControlAsync("POST", "expire", $$"""{"token":"{{token}}"}""")).Ok()["expired"]!);
        Assert.False(await fake.WorksAsync(token));
        Assert.Equal(1, (int)(await ControlAsync("POST", "revoke", $$"""{"token":"{{token}}"}""")).Ok()["revoked"]!);

        _ = (await ControlAsync(
            "POST", "faults", """{"kind":"edge_html","status":403,"path":"/v1/search","times":null}""")).Ok();
        Assert.Equal(403, (await fake.ApiAsync("POST", "v1/search", "{}")).Status);
        Assert.Equal(1, (int)(await ControlAsync("GET", "faults")).Ok()["faults"]![0]!["struck"]!);
        _ = (await ControlAsync("DELETE", "faults")).Ok();
        _ = (await ControlAsync("POST", "faults", """{"kind":"rawBody","status":200,"body":{"a":1}}""")).Ok();
        Assert.Equal("""{"a":1}""", (await fake.ApiAsync("GET", "v1/users/me")).Text);
        _ = (await ControlAsync("POST", "faults", """{"kind":"stream","status":200,"chunks":["data: 1\n","\n"]}"""))
            .Ok();
        Assert.Equal("data: 1\n\n", (await fake.ApiAsync("GET", "v1/users/me")).Text);
        Assert.Equal(200, (await fake.ApiAsync("POST", "v1/search", "{}")).Status);

        _ = (await ControlAsync("POST", "ratelimit", """{"limit":1}""")).Ok();
        Assert.Equal(200, (await fake.ApiAsync("GET", "v1/users/me")).Status);
        Assert.Equal(429, (await fake.ApiAsync("GET", "v1/users/me")).Status);
        var requests = (await ControlAsync("GET", "requests?path=/v1/users")).Ok();
        Assert.Equal(429, (int)requests["requests"]!.AsArray()[^1]!["status"]!);
        _ = (await ControlAsync("DELETE", "requests")).Ok();

        var seeded = (await ControlAsync("POST", "seed", """{"title":"More","rows":3,"workspaceName":"Other"}""")).Ok();
        Assert.NotNull(seeded["dataSourceId"]);
        _ = (await ControlAsync("POST", "approve", """{"decision":"deny"}""")).Ok();
        Assert.Equal("access_denied", (await fake.SendAsync("GET", fake.AuthorizeUrl())).Location("error"));
        _ = (await ControlAsync("POST", "behavior", """{"ownerShape":"workspace","extraTokenFields":{"a":1}}""")).Ok();
        Assert.Equal(OwnerShape.Workspace, fake.State.Behavior.OwnerShape);
        Assert.Equal(400, (await ControlAsync("POST", "behavior", """{"nonsense":true}""")).Status);
        Assert.Equal(400, (await ControlAsync("POST", "faults", """{"kind":"nonsense"}""")).Status);

        _ = (await ControlAsync("POST", "reset")).Ok();
        var state = (await ControlAsync("GET", "state")).Ok();
        Assert.Equal(2, state["integrations"]!.AsArray().Count);
        Assert.Equal("Off", (string?)state["behavior"]!["autoApprove"]);
        Assert.Empty(fake.State.Requests);
    }

    [Fact]
    public async Task As_a_program_it_tells_where_it_is_and_ends_when_standard_input_does()
    {
        var readyFile = Path.Combine(Path.GetTempPath(), $"fake-notion-{Guid.NewGuid():N}.json");
        using var program = Run("--ready-file", readyFile, "--redirect-uri", "http://localhost:7/cb", "--client-id",
            "me", "--exit-with-stdin");
        try
        {
            var line = await program.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
            var ready = JsonNode.Parse(line!)!;
            Assert.Equal(
                ("me", "http://localhost:7/cb"), ((string?)ready["clientId"], (string?)ready["redirectUris"]![0]));
            Assert.Equal(line + "\n", await File.ReadAllTextAsync(readyFile));
            using var http = new HttpClient();
            var state =
                JsonNode.Parse(await http.GetStringAsync(new Uri((string)ready["baseUri"]! + "_control/state")))!;
            Assert.Equal((string?)ready["internalToken"], (string?)state["internalToken"]);
            program.StandardInput.Close();
            await program.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(0, program.ExitCode);
            Assert.Equal("", await program.StandardError.ReadToEndAsync());
        }
        finally
        {
            if (!program.HasExited)
                program.Kill();
            File.Delete(readyFile);
        }
    }

    [Fact]
    public async Task As_a_program_it_ends_with_its_parent()
    {
        // Another fake stands in for the parent: it ends as soon as its input is closed.
        using var parent = Run("--exit-with-stdin");
        _ = await parent.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        using var child = Run("--parent-pid", parent.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        try
        {
            _ = await child.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
            Assert.False(child.HasExited);
            parent.StandardInput.Close();
            await child.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Equal(0, child.ExitCode);
        }
        finally
        {
            foreach (var process in new[] { parent, child }.Where(p => !p.HasExited))
                process.Kill();
        }
    }

    [Theory]
    [InlineData("--nonsense")]
    [InlineData("--port")]
    [InlineData("--port", "x")]
    [InlineData("--client-secret-env", "NOTIONAUTH_NO_SUCH_VARIABLE")]
    public async Task As_a_program_it_explains_wrong_switches(params string[] switches)
    {
        using var program = Run(switches);
        Assert.Contains("Usage:", await program.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
        await program.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(2, program.ExitCode);
    }

    private static Process Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath!.Contains("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(typeof(FakeNotionServer).Assembly.Location);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
