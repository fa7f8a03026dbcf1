using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using NotionAuth.FakeNotion.OAuth;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

public sealed class ErrorAdviceTests
{
    private const string Id = "00000000-0000-4000-8000-000000000001";

    [Theory]
    [InlineData("GET", "users", "Read user information")]
    [InlineData("GET", $"users/{Id}", "Read user information")]
    [InlineData("GET", $"comments?block_id={Id}", "Read comments")]
    [InlineData("POST", "comments", "Insert comments")]
    [InlineData("GET", $"pages/{Id}", "Read content")]
    [InlineData("GET", $"blocks/{Id}/children", "Read content")]
    [InlineData("POST", "search", "Read content")]
    [InlineData("POST", $"data_sources/{Id}/query", "Read content")]
    [InlineData("POST", "pages", "Insert content")]
    [InlineData("POST", "databases", "Insert content")]
    [InlineData("PATCH", $"blocks/{Id}/children", "Insert content")]
    [InlineData("POST", "file_uploads", "Insert content")]
    [InlineData("POST", $"file_uploads/{Id}/send", "Insert content")]
    [InlineData("PATCH", $"pages/{Id}", "Update content")]
    [InlineData("POST", $"pages/{Id}/move", "Update content")]
    [InlineData("PATCH", $"blocks/{Id}", "Update content")]
    [InlineData("DELETE", $"blocks/{Id}", "Update content")]
    [InlineData("PATCH", $"data_sources/{Id}", "Update content")]
    public async Task A_403_names_the_capability_that_the_endpoint_wants(string method, string path, string capability)
    {
        // Whatever else an integration may do, without this one it can't.
        await using TestNotion notion = await TestNotion.StartAsync(f =>
        {
            Capabilities missing = Enum.Parse<Capabilities>(
                capability.Replace("user information", "users", StringComparison.Ordinal)
                .Replace(" ", "", StringComparison.Ordinal), ignoreCase: true);
            f.DefaultInternalIntegration.Capabilities &= ~missing;
        });
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "RestrictedResource", () => notion.Client().SendAsync(Request(method, path), default));
        Assert.Contains($"'{capability}'", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(NotionErrorKind.PermissionDenied, error.Kind);
        Assert.Contains(error.RequestId!, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_without_room_for_more_blocks_is_told_from_a_missing_capability()
    {
        await using TestNotion notion = await TestNotion.StartAsync(
            f => f.Behavior.BlockLimit = 0, new SeedOptions { Rows = 0, Blocks = 0 });
        NotionRequest append = Request(
            "PATCH", $"blocks/{notion.Fake.DefaultWorkspace.Sample.PageId}/children") with
        {
            Body = """{"children":[{"divider":{}}]}"""u8.ToArray(),
        };
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "RestrictedResource", () => notion.Client().SendAsync(append, default));
        Assert.Contains("no room for more blocks", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("capability", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_403_of_the_plan_s_limit_advises_no_capability()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.Status,
            Status = 403,
            Body = """
                {"object":"error","status":403,"code":"restricted_resource","message":"Block limit reached.",
                "additional_data":{"block_limit":"1000"}}
                """,
        });
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "RestrictedResource", () => notion.Client().SendAsync(Request("POST", "pages"), default));
        Assert.Contains("plan", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("Insert content", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_404_says_how_a_page_is_shared()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "ObjectNotFound", () => notion.Client().SendAsync(Request("GET", $"pages/{Id}"), default));
        Assert.Contains("share it with the integration", error.RecommendedAction, StringComparison.Ordinal);
        NotionApiException upload = await Expect.ErrorAsync<NotionApiException>(
            "ObjectNotFound", () => notion.Client().SendAsync(Request("GET", $"file_uploads/{Id}"), default));
        Assert.Contains("expires", upload.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("body failed validation: body.properties.Name.title should be defined, instead was `undefined`.",
        "body.properties.Name.title")]
    [InlineData("body failed validation: body.properties.Due date.date should be an object, instead was `3`.",
        "body.properties.Due date.date")]
    [InlineData(
        "body failed validation. Fix one:\nbody.children[0].paragraph should be defined, " +
        "instead was `undefined`.\nbody.children[0].quote should be defined, instead was `undefined`.",
        "body.children[0].paragraph", "body.children[0].quote")]
    [InlineData("path failed validation: path.page_id should be a valid uuid, instead was `\"x\"`.", "path.page_id")]
    [InlineData("Tags is expected to be multi_select.")]
    public async Task A_validation_error_names_its_fields(string message, params string[] fields)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(
            new Fault { Kind = FaultKind.Status, Status = 400, Code = "validation_error", Message = message });
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "ValidationError", () => notion.Client().SendAsync(Request("POST", "pages"), default));
        Assert.Equal(fields, error.Fields);
        Assert.All(fields, f => Assert.Contains(f, error.RecommendedAction, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Notions_own_validation_error_names_its_field()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "ValidationError", () => notion.Client().SendAsync(Request("POST", "pages"), default));
        Assert.Equal(["body.parent"], error.Fields);
    }

    [Fact]
    public async Task A_503_on_a_write_says_what_was_committed_and_is_not_repeated()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: new SeedOptions { Rows = 0, Blocks = 0 });
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.Status,
                Status = 503,
                AfterCommit = true,
                AdditionalData = """{"retry_guidance":"Do not retry this request."}"""
            });
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "ServiceUnavailable", () => notion.Client().SendAsync(NewPage(notion), default));
        Assert.NotNull(error.CommittedResourceId);
        Assert.Contains(
            $"It was carried out all the same: {error.CommittedResourceId}.", error.Message, StringComparison.Ordinal);
        Assert.Contains("Do not retry this request.", error.Message, StringComparison.Ordinal);
        Assert.Contains("Don't send it again", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(
            200, (await notion.Client()
                .SendAsync(Request("GET", $"pages/{error.CommittedResourceId}"), default)).Status);
    }

    [Fact]
    public async Task Blocks_that_were_appended_all_the_same_are_named()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: new SeedOptions { Rows = 0, Blocks = 0 });
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.Status, Status = 503, AfterCommit = true });
        byte[] body = """{"children":[{"paragraph":{"rich_text":[]}},{"divider":{}}]}"""u8.ToArray();
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "ServiceUnavailable",
            () => notion.Client().SendAsync(Request("PATCH",
                $"blocks/{notion.Fake.DefaultWorkspace.Sample.PageId}/children") with
            { Body = body }, default));
        Assert.Equal(2, error.CommittedChildIds.Count);
        Assert.All(error.CommittedChildIds, id => Assert.Contains(id, error.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("POST", "pages", true)]
    [InlineData("PATCH", $"pages/{Id}", true)]
    [InlineData("POST", "search", false)]
    [InlineData("GET", "users/me", false)]
    [InlineData("DELETE", $"blocks/{Id}", false)]
    public async Task An_error_of_the_service_on_a_write_leaves_open_whether_it_was_carried_out(
        string method, string path, bool isWrite)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.Of(503, "service_unavailable", times: null));
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "ServiceUnavailable", () => notion.Client().SendAsync(Request(method, path), default));
        Assert.Equal(
            isWrite, error.Message.Contains("It may have been carried out all the same.", StringComparison.Ordinal));
        Assert.Equal(isWrite, error.RecommendedAction.Contains("Look first", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(409, "do_not_retry", 1)]
    [InlineData(409, "Don't repeat the request; read the page.", 1)]
    [InlineData(409, "never retry", 1)]
    [InlineData(409, "Retry with backoff.", 3)]
    [InlineData(409, "safe_to_retry", 3)]
    public async Task Guidance_against_a_retry_is_heeded(int status, string guidance, int requests)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.Status,
            Status = status,
            Code = "some_code",
            Times = null,
            AdditionalData = System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string>
            {
                [
                "retry_guidance"] = guidance
            }),
        });
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "SomeCode",
            () => notion.Client().SendAsync(Request("POST", "pages") with { MaximumRetryCount = 2 }, default));
        Assert.Equal(guidance, error.RetryGuidance);
        Assert.Equal(requests, notion.Fake.Requests.Count);
    }

    [Fact]
    public async Task An_edge_block_names_its_ray()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.Edge());
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "Http403", () => notion.Client().SendAsync(Request("POST", "pages"), default));
        Assert.Contains($"(ray {error.RayId})", error.Message, StringComparison.Ordinal);
        Assert.Contains("edge", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, "ObjectNotFound")]
    [InlineData(429, "RateLimited")]
    [InlineData(503, "ServiceUnavailable")]
    public async Task Error_replies_are_returned_where_they_are_wanted_after_the_last_retry(int status, string errorId)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.Status, Status = status, Times = null });
        NotionRequest request = Request("GET", "users/me") with { ReturnsErrorReplies = true };
        NotionReply reply = await notion.Client().SendAsync(request, default);
        Assert.Equal(status, reply.Status);
        Assert.NotNull(reply.RequestId);
        Assert.Equal(
            "error", TestNotion.Json(Encoding.UTF8.GetString(reply.Body.Span)).GetProperty("object").GetString());
        Assert.Equal(status == 404 ? 1 : 5, notion.Fake.Requests.Count);
        await Expect.ErrorAsync<NotionApiException>(
            errorId, () => notion.Client().SendAsync(request with { ReturnsErrorReplies = false }, default));
    }

    [Fact]
    public async Task A_redirect_is_an_error_even_where_error_replies_are_wanted()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(
            new Fault { Kind = FaultKind.Redirect, Status = 302, Location = "https://example.com/" });
        await Expect.ErrorAsync(
            ErrorIds.UnexpectedRedirect,
            () => notion.Client().SendAsync(Request("GET", "users/me") with { ReturnsErrorReplies = true }, default));
    }

    [Fact]
    public async Task Headers_are_returned_without_what_is_secret()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string token = notion.Fake.DefaultInternalIntegration.Token!;
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.Status,
            Status = 404,
            Headers = new Dictionary<string, string>
            {
                ["Set-Cookie"] = "session=secret",
                ["X-Echo"] = $"Bearer {token}",
                ["X-Plain"] = "a, b"
            },
        });
        NotionReply reply = await notion.Client()
            .SendAsync(Request("GET", "users/me") with { ReturnsErrorReplies = true }, default);
        Assert.Equal(reply.RequestId, Assert.Single(reply.Headers["X-Notion-Request-Id"]));
        Assert.Equal("a, b", Assert.Single(reply.Headers["x-plain"]));
        Assert.StartsWith("application/json", Assert.Single(reply.Headers["content-type"]), StringComparison.Ordinal);
        Assert.False(reply.Headers.ContainsKey("Set-Cookie"));
        Assert.DoesNotContain(
            reply.Headers.SelectMany(h => h.Value), v => v.Contains(token, StringComparison.Ordinal) || v.Contains(
                "secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wait_that_would_end_after_the_time_of_all_attempts_is_not_begun()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.RateLimited(600, times: null));
        NotionRequest request = Request("GET", "users/me") with { TotalTimeout = TimeSpan.FromSeconds(60) };
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "RateLimited", () => notion.Client().SendAsync(request, default));
        Assert.EndsWith("It wasn't repeated: the wait of 600 s would have ended after the 60 s that all attempts may " +
            "take (-TotalTimeoutSec).", error.Message, StringComparison.Ordinal);
        Assert.Single(notion.Fake.Requests);
        Assert.Empty(notion.Waits);
        Assert.Equal(
            429, (await notion.Client().SendAsync(request with { ReturnsErrorReplies = true }, default)).Status);
    }

    [Fact]
    public async Task The_time_of_all_attempts_bounds_the_last_of_them_too()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.Hold(new TaskCompletionSource().Task));
        NotionRequest request =
            Request("GET", "users/me") with { TotalTimeout = TimeSpan.FromMilliseconds(300), MaximumRetryCount = 100 };
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.RequestTimeout, () => notion.Client().SendAsync(request, default).WaitAsync(TestNotion.Soon));
        Assert.Contains("within 0.3 s", error.Message, StringComparison.Ordinal);
        Assert.Contains("It wasn't repeated", error.Message, StringComparison.Ordinal);
        Assert.Single(notion.Fake.Requests);
    }

    [Theory]
    [InlineData("POST", "pages", true)]
    [InlineData("GET", "users/me", false)]
    public async Task A_write_whose_answer_got_lost_may_have_been_carried_out(string method, string path, bool isWrite)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        NotionRequest request =
            Request(method, path) with { MaximumRetryCount = 0, Timeout = TimeSpan.FromMilliseconds(300) };
        foreach (
            Fault fault in new[] {
                new Fault { Kind = FaultKind.ResetAfterCommit },
                Fault.Hold(new TaskCompletionSource().Task, times: 1) })
        {
            notion.Fake.Faults.Add(fault);
            NotionAuthException error =
                await Assert.ThrowsAsync<NotionAuthException>(() => notion.Client().SendAsync(request, default));
            Assert.Equal(isWrite, error.RecommendedAction.Contains("Look first", StringComparison.Ordinal));
        }

        await using TestNotion gone = await TestNotion.StartAsync();
        await gone.DisposeAsync();
        using var transport = new Core.Http.NotionTransport();
        var nowhere =
            new NotionClient(transport, gone.BaseUri, new Core.Http.FixedTokenSource(new Secret("ntn_token")), null);
        NotionAuthException refused = await Expect.ErrorAsync(
            ErrorIds.ConnectionFailed, () => nowhere.SendAsync(request with { Timeout = TestNotion.Soon }, default));
        Assert.DoesNotContain("Look first", refused.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_null_that_Notion_refuses_is_advised_to_be_left_out()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        NotionRequest search = Request("POST", "search") with { Body = """{"query":null}"""u8.ToArray() };
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "ValidationError", () => notion.Client().SendAsync(search, default));
        Assert.Equal(
            "Leave body.query out, or give it a value: null isn't the same as leaving it out.",
            error.RecommendedAction);
    }

    [Fact]
    public async Task An_id_of_the_wrong_kind_is_advised_to_be_called_by_its_own_path()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: new SeedOptions());
        Sample sample = notion.Fake.DefaultWorkspace.Sample;
        NotionApiException page = await Expect.ErrorAsync<NotionApiException>(
            "ValidationError",
            () => notion.Client().SendAsync(Request("GET", $"pages/{sample.DatabaseId}"), default));
        Assert.Equal("The id is a database's: call databases/<id>.", page.RecommendedAction);
        NotionApiException database = await Expect.ErrorAsync<NotionApiException>(
            "ValidationError",
            () => notion.Client().SendAsync(Request("GET", $"databases/{sample.PageId}"), default));
        Assert.Equal("The id is a page's: call pages/<id>.", database.RecommendedAction);
    }

    private static NotionRequest Request(string method, string path) => new()
    {
        Path = path,
        Method = new HttpMethod(method),
        Body = method is "GET" or "DELETE" ? null : "{}"u8.ToArray(),
    };

    private static NotionRequest NewPage(TestNotion notion) => Request("POST", "pages") with
    {
        Body = Encoding.UTF8.GetBytes(
            $$$$"""{"parent":{"page_id":"{{{{notion.Fake.DefaultWorkspace.Sample.PageId}}}}"},"properties":""" +
            $$$$"""{"title":{"title":[{"text":{"content":"Once"}}]}}}"""),
    };
}
