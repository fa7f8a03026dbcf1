using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using NotionAuth.FakeNotion.Hosting;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

public sealed class FakeRateLimitTests
{
    [Fact]
    public async Task A_connection_has_180_requests_in_a_minute_that_slides()
    {
        var time = new ManualTime();
        await using var fake = await FakeClient.StartAsync(FakeClient.At(time));
        for (var i = 0; i < 180; i++)
        {
            if (i == 100)
                time.Advance(TimeSpan.FromSeconds(20));
            Assert.Equal(200, (await fake.ApiAsync("GET", "v1/users/me")).Status);
        }

        var limited = await fake.ApiAsync("GET", "v1/users/me");
        Assert.Equal((429, "rate_limited"), (limited.Status, limited.Code));
        Assert.Equal("40", limited.Headers["Retry-After"]);
        Assert.Equal(
            """{"rate_limit_reason":"public_api_request_rate_limit","retry_after":"40"}""",
            limited.Json["additional_data"]!.ToJsonString());
        // Another connection has its own window; who is refused for his token has none.
        Assert.True(await fake.WorksAsync(fake.State.AddInternalIntegration().Token!));
        Assert.Equal(401, (await fake.SendAsync("GET", "v1/users/me", token: "wrong")).Status);

        // To the second: a client that waits as long as Retry-After names is let in.
        time.Advance(TimeSpan.FromSeconds(40));
        for (var i = 0; i < 100; i++)
            Assert.Equal(200, (await fake.ApiAsync("GET", "v1/users/me")).Status);
        time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal("20", (await fake.ApiAsync("GET", "v1/users/me")).Headers["Retry-After"]);
    }

    [Fact]
    public async Task The_window_can_be_fixed()
    {
        var time = new ManualTime();
        await using var fake = await FakeClient.StartAsync(FakeClient.At(time));
        fake.State.RateLimit = new RateLimit { Limit = 3, IsFixed = true };
        async Task<string?> WaitAsync() =>
            (await fake.ApiAsync("GET", "v1/users/me")).Headers.GetValueOrDefault("Retry-After");
        Assert.Null(await WaitAsync());
        time.Advance(TimeSpan.FromSeconds(50));
        Assert.Null(await WaitAsync());
        Assert.Null(await WaitAsync());
        Assert.Equal("10", await WaitAsync());
        // The window ends as a whole: what was served at its end counts no longer.
        time.Advance(TimeSpan.FromSeconds(10));
        for (var i = 0; i < 3; i++)
            Assert.Null(await WaitAsync());
        Assert.Equal("60", await WaitAsync());
    }

    [Fact]
    public async Task All_connections_of_a_workspace_have_a_limit_whose_wait_can_be_longer()
    {
        var time = new ManualTime();
        await using var fake = await FakeClient.StartAsync(FakeClient.At(time));
        var other = fake.State.AddInternalIntegration().Token!;
        fake.State.RateLimit = new RateLimit { WorkspaceLimit = 2 };
        Assert.Equal(200, (await fake.ApiAsync("GET", "v1/users/me")).Status);
        Assert.True(await fake.WorksAsync(other));
        var limited = await fake.ApiAsync("GET", "v1/users/me");
        Assert.Equal((429, "300"), (limited.Status, limited.Headers["Retry-After"]));
        Assert.Equal(
            """{"rate_limit_reason":"public_api_space_request_rate_limit","retry_after":"300"}""",
            limited.Json["additional_data"]!.ToJsonString());
        Assert.False(await fake.WorksAsync(other));
        time.Advance(TimeSpan.FromSeconds(300));
        Assert.True(await fake.WorksAsync(other));
    }

    [Theory]
    [InlineData("v1/users/me", 200)]
    [InlineData("v1/search", 400)]
    public async Task HEAD_is_answered_as_GET_without_a_body(string path, int status)
    {
        await using var fake = await FakeClient.StartAsync();
        var get = await fake.ApiAsync("GET", path);
        var head = await fake.ApiAsync("HEAD", path);
        Assert.Equal((status, status, ""), (get.Status, head.Status, head.Text));
        Assert.Equal(get.Headers["Content-Length"], head.Headers["Content-Length"]);
        Assert.NotNull(head.RequestId);
    }

    [Fact]
    public async Task The_limit_comes_before_the_version_and_can_be_switched_off()
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.RateLimit = new RateLimit { Limit = 1 };
        Assert.Equal(400, (await fake.ApiAsync("GET", "v1/users/me", version: null)).Status);
        Assert.Equal(429, (await fake.ApiAsync("GET", "v1/users/me", version: null)).Status);
        fake.State.RateLimit = new RateLimit { Enabled = false };
        Assert.Equal(200, (await fake.ApiAsync("GET", "v1/users/me")).Status);
    }
}
