using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

public sealed class FakeFaultTests
{
    [Fact]
    public async Task A_fault_strikes_where_and_as_often_as_it_should()
    {
        await using var fake = await FakeClient.StartAsync();
        _ = fake.State.Faults.Add(
            new Fault { Status = 502, PathPattern = "/v1/users", Method = "GET", SkipFirst = 1, Times = 2 });
        Assert.Equal(200, (await fake.ApiAsync("POST", "v1/search", "{}")).Status);
        var statuses = new List<int>();
        for (var i = 0; i < 4; i++)
            statuses.Add((await fake.ApiAsync("GET", "v1/users/me")).Status);
        Assert.Equal([200, 502, 502, 200], statuses);
        Assert.Equal((4, 2), (fake.State.Faults.Active[0].Seen, fake.State.Faults.Active[0].Struck));

        _ = fake.State.Faults.Add(new Fault { PathPattern = "^/v1/users\\?.*page_size=7", Times = null, Status = 504 });
        Assert.Equal(504, (await fake.ApiAsync("GET", "v1/users?page_size=7")).Status);
        Assert.Equal(200, (await fake.ApiAsync("GET", "v1/users?page_size=8")).Status);
        fake.State.Faults.Clear();
        Assert.Equal(200, (await fake.ApiAsync("GET", "v1/users?page_size=7")).Status);
    }

    [Fact]
    public async Task A_status_fault_is_an_error_of_notion_with_a_request_id()
    {
        await using var fake = await FakeClient.StartAsync();
        _ = fake.State.Faults.Add(Fault.RateLimited(7, reason: "public_api_space_request_rate_limit"));
        var answer = await fake.ApiAsync("GET", "v1/users/me");
        Assert.Equal((429, "rate_limited", "7"), (answer.Status, answer.Code, answer.Headers["Retry-After"]));
        Assert.Equal(
            "public_api_space_request_rate_limit", (string?)answer.Json["additional_data"]!["rate_limit_reason"]);
        Assert.Equal(answer.RequestId, (string?)answer.Json["request_id"]);
        _ = fake.State.Faults.Add(Fault.Blocked());
        var blocked = await fake.ApiAsync("GET", "v1/users/me");
        Assert.Equal("public_api_request_blocked", (string?)blocked.Json["additional_data"]!["rate_limit_reason"]);
        Assert.False(blocked.Headers.ContainsKey("Retry-After"));
    }

    [Fact]
    public async Task The_edge_answers_with_html_and_a_ray_and_no_request_id()
    {
        await using var fake = await FakeClient.StartAsync();
        _ = fake.State.Faults.Add(Fault.Edge(503));
        var answer = await fake.ApiAsync("GET", "v1/users/me");
        Assert.Equal(503, answer.Status);
        Assert.StartsWith("text/html", answer.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.True(answer.Headers.ContainsKey("cf-ray"));
        Assert.Null(answer.RequestId);
    }

    [Theory]
    [InlineData(FaultKind.Reset, false)]
    [InlineData(FaultKind.ResetAfterCommit, true)]
    public async Task A_reset_breaks_the_connection_before_or_after_the_work(FaultKind kind, bool done)
    {
        await using var fake = await FakeClient.StartAsync();
        _ = fake.State.Faults.Add(new Fault { Kind = kind, Method = "PATCH" });
        var error = await Assert.ThrowsAsync<HttpRequestException>(
            () => fake.ApiAsync("PATCH", $"v1/pages/{fake.Sample.PageId}", """{"is_locked":true}"""));
        var socket = Assert.IsType<SocketException>(error.GetBaseException());
        Assert.Equal(SocketError.ConnectionReset, socket.SocketErrorCode);
        Assert.Equal(done, (bool)(await fake.ApiAsync("GET", $"v1/pages/{fake.Sample.PageId}")).Ok()["is_locked"]!);
        Assert.Equal((kind, 0), (fake.State.Requests[0].Fault, fake.State.Requests[0].Status));
    }

    [Fact]
    public async Task A_truncated_body_ends_before_its_announced_length()
    {
        await using var fake = await FakeClient.StartAsync();
        _ = fake.State.Faults.Add(new Fault { Kind = FaultKind.TruncateBody });
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => fake.ApiAsync("GET", "v1/users"));
        Assert.Equal(HttpRequestError.ResponseEnded, error.HttpRequestError);
        Assert.Equal(200, (await fake.ApiAsync("GET", "v1/users")).Status);
    }

    [Fact]
    public async Task Raw_bodies_and_redirects_are_sent_as_they_are_given()
    {
        await using var fake = await FakeClient.StartAsync();
        _ = fake.State.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                ContentType = "application/json",
                RawBytes = new byte[] { 0x7b, 0xff }
            });
        var raw = await fake.ApiAsync("GET", "v1/users/me");
        Assert.Equal((200, "{\ufffd"), (raw.Status, raw.Text));
        _ = fake.State.Faults.Add(new Fault
        {
            Kind = FaultKind.Redirect,
            Status = 307,
            Location =
            "https://example.com/x"
        });
        var redirect = await fake.ApiAsync("GET", "v1/users/me");
        Assert.Equal((307, "https://example.com/x"), (redirect.Status, redirect.Headers["Location"]));
    }

    [Fact]
    public async Task A_503_after_the_commit_names_what_was_committed()
    {
        await using var fake = await FakeClient.StartAsync();
        _ = fake.State.Faults.Add(new Fault
        {
            Status = 503,
            AfterCommit = true,
            Method = "POST",
            AdditionalData = """{"retry_guidance":"check the resource"}""",
        });
        var body =
            $$$"""{"parent":{"page_id":"{{{fake.Sample.PageId}}}"},"properties":{"title":{"title":[]}},"children":""" +
            $$$"""[{"divider":{} }]}""";
        var answer = await fake.ApiAsync("POST", "v1/pages", body);
        Assert.Equal((503, "service_unavailable"), (answer.Status, answer.Code));
        var data = answer.Json["additional_data"]!;
        Assert.Equal(200, (await fake.ApiAsync("GET", $"v1/pages/{(string?)data["committed_resource_id"]}")).Status);
        Assert.Single(data["committed_child_ids"]!.AsArray());
        Assert.NotNull(data["retry_guidance"]);
    }

    [Fact]
    public async Task A_held_request_waits_until_it_is_let_go_and_others_do_not()
    {
        await using var fake = await FakeClient.StartAsync();
        var hold = new TaskCompletionSource();
        _ = fake.State.Faults.Add(Fault.Hold(hold.Task, "/v1/users/me"));
        var held = fake.ApiAsync("GET", "v1/users/me");
        _ = await fake.State.WaitForRequestAsync(r => r.Path == "/v1/users/me");
        Assert.Equal(200, (await fake.ApiAsync("POST", "v1/search", "{}")).Status);
        Assert.False(held.IsCompleted);
        hold.SetResult();
        Assert.Equal(200, (await held).Status);
    }

    [Fact]
    public async Task A_client_that_gives_up_on_a_delay_is_let_go()
    {
        await using var fake = await FakeClient.StartAsync();
        _ = fake.State.Faults.Add(Fault.Delay(TimeSpan.FromMinutes(5)));
        using var gaveUp = new CancellationTokenSource();
        var waiting = fake.SendAsync("GET", "v1/users/me", token: fake.InternalToken, ct: gaveUp.Token);
        _ = await fake.State.WaitForRequestAsync(r => r.Path == "/v1/users/me");
        await gaveUp.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(0, fake.State.Requests.Single().Status);
    }
}
