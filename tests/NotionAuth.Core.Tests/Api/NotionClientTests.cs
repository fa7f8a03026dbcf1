using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

public sealed class NotionClientTests
{
    private static readonly NotionRequest Me = new() { Path = "users/me" };

    [Fact]
    public async Task A_request_carries_the_token_the_version_and_the_body()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        NotionReply response = await notion.Client().SendAsync(
            new NotionRequest
            {
                Path = "search",
                Method = HttpMethod.Post,
                Body = """{"query":"Home"}"""u8.ToArray(),
                Headers = [new(
                    "X-Trace", "abc")]
            }, default);

        RecordedRequest request = Assert.Single(notion.Fake.Requests);
        Assert.Equal("POST /v1/search", $"{request.Method} {request.PathAndQuery}");
        Assert.Equal($"Bearer {notion.Fake.DefaultInternalIntegration.Token}", request.Header("Authorization"));
        Assert.Equal(NotionVersion.Default, request.Header("Notion-Version"));
        Assert.Equal("abc", request.Header("X-Trace"));
        Assert.Equal("""{"query":"Home"}""", request.Body);
        Assert.Equal(200, response.Status);
        Assert.Equal(request.RequestId, response.RequestId);
    }

    [Fact]
    public async Task A_request_may_name_its_own_version()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await notion.Client().SendAsync(Me with { NotionVersion = "2022-06-28" }, default);
        Assert.Equal("2022-06-28", Assert.Single(notion.Fake.Requests).Header("Notion-Version"));
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("2026-13-01")]
    [InlineData("2026-03-11\r\nX: y")]
    [InlineData("")]
    public async Task A_version_that_is_no_date_is_refused_and_nothing_sent(string version)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await Expect.ErrorAsync(
            ErrorIds.InvalidNotionVersion,
            () => notion.Client().SendAsync(Me with { NotionVersion = version }, default));
        Assert.Empty(notion.Fake.Requests);
    }

    [Theory]
    [InlineData("Authorization", "Bearer x")]
    [InlineData("authorization", "Bearer x")]
    [InlineData("Proxy-Authorization", "Basic x")]
    [InlineData("Cookie", "a=b")]
    [InlineData("Host", "example.com")]
    [InlineData("Notion-Version", "2022-06-28")]
    [InlineData("Content-Type", "text/plain")]
    [InlineData("Content-Length", "5")]
    [InlineData("Content-Encoding", "gzip")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Connection", "close")]
    [InlineData("Expect", "100-continue")]
    [InlineData("X-A\r\nX-B", "c")]
    [InlineData("X-A", "b\r\nAuthorization: Bearer x")]
    [InlineData("X-A", "b\0")]
    [InlineData("X-A", "é")]
    [InlineData("X A", "b")]
    [InlineData("X-A:", "b")]
    [InlineData("", "b")]
    public async Task A_header_that_carries_credentials_or_breaks_the_request_is_refused_and_nothing_sent(
        string name, string value)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.InvalidHeader, () => notion.Client().SendAsync(Me with { Headers = [new(name, value)] }, default));
        Assert.DoesNotContain('\n', error.Message);
        Assert.Empty(notion.Fake.Requests);
    }

    [Fact]
    public async Task A_path_that_is_refused_sends_nothing()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await Expect.ErrorAsync(ErrorIds.InvalidPath, () => notion.Client().SendAsync(Me with
        {
            Path =
            "https://example.com/v1/users/me"
        }, default));
        Assert.Empty(notion.Fake.Requests);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_an_error_and_the_token_does_not_reach_the_other_host(int status)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await using TestNotion other = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.Redirect,
            Status = status,
            Location = other.BaseUri +
            "v1/users/me",
            Times = null
        });
        await Expect.ErrorAsync(ErrorIds.UnexpectedRedirect, () => notion.Client().SendAsync(Me, default));
        Assert.Empty(other.Fake.Requests);
        Assert.Single(notion.Fake.Requests);
    }

    [Fact]
    public async Task An_error_carries_all_members_of_the_reply()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.RateLimited(12, times: null));
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "RateLimited", () => notion.Client().SendAsync(Me with { MaximumRetryCount = 0 }, default));

        Assert.Equal(429, error.Status);
        Assert.Equal("rate_limited", error.Code);
        Assert.Equal(notion.Fake.Requests[0].RequestId, error.RequestId);
        Assert.Equal(TimeSpan.FromSeconds(12), error.RetryAfter);
        Assert.Equal("public_api_request_rate_limit", error.RateLimitReason);
        Assert.Equal("12", TestNotion.Json(error.AdditionalData!).GetProperty("retry_after").GetString());
        Assert.Null(error.RayId);
        Assert.Equal(NotionErrorKind.Busy, error.Kind);
        Assert.Equal("/v1/users/me", error.Target);
        Assert.Contains("You have been rate limited", error.Message, StringComparison.Ordinal);
        Assert.Contains(error.RequestId!, error.Message, StringComparison.Ordinal);
        Assert.Contains("Wait 12 s", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_of_the_Admin_API_has_its_type_as_its_code()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.Status,
            Status = 403,
            PathPattern = "/admin/v1/spaces",
            Body = """{"type":"permission_error","message":"This token may not do that."}""",
        });
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "PermissionError",
            () => notion.Client().SendAsync(new NotionRequest { Path = "admin/v1/spaces" }, default));
        Assert.Equal("permission_error", error.Code);
        Assert.Contains("This token may not do that.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "validation_error", "ValidationError", NotionErrorKind.InvalidArgument)]
    [InlineData(400, "missing_version", "MissingVersion", NotionErrorKind.InvalidArgument)]
    [InlineData(401, "unauthorized", "Unauthorized", NotionErrorKind.AuthenticationFailed)]
    [InlineData(403, "restricted_resource", "RestrictedResource", NotionErrorKind.PermissionDenied)]
    [InlineData(404, "object_not_found", "ObjectNotFound", NotionErrorKind.NotFound)]
    [InlineData(409, "conflict_error", "ConflictError", NotionErrorKind.Busy)]
    [InlineData(500, "internal_server_error", "InternalServerError", NotionErrorKind.ServiceFailed)]
    [InlineData(503, "database_connection_unavailable", "DatabaseConnectionUnavailable", NotionErrorKind.ServiceFailed)]
    [InlineData(529, "service_overload", "ServiceOverload", NotionErrorKind.Busy)]
    public async Task Each_code_has_its_id_and_kind(int status, string code, string errorId, NotionErrorKind kind)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.Of(status, code));
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            errorId, () => notion.Client().SendAsync(Me with { MaximumRetryCount = 0 }, default));
        Assert.Equal(kind, error.Kind);
        Assert.Equal(status, error.Status);
    }

    [Fact]
    public async Task A_page_that_is_not_there_says_that_it_may_not_be_shared()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "ObjectNotFound", () => notion.Client().SendAsync(Me with
            {
                Path =
                "pages/00000000-0000-4000-8000-000000000001"
            }, default));
        Assert.Contains("share it with the integration", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_may_have_been_committed_names_what_was()
    {
        await using TestNotion notion = await TestNotion.StartAsync(seed: new SeedOptions { Rows = 0, Blocks = 0 });
        notion.Fake.Faults.Add(
            new Fault { Kind = FaultKind.Status, Status = 503, AfterCommit = true, Method = "POST" });
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new { parent = new { page_id = notion.Fake.DefaultWorkspace.Sample.PageId }, properties = new { } });
        NotionApiException error = await Expect.ErrorAsync<NotionApiException>(
            "ServiceUnavailable",
            () => notion.Client()
            .SendAsync(new NotionRequest { Path = "pages", Method = HttpMethod.Post, Body = body }, default));
        Assert.True(
            Guid.TryParse(
                TestNotion.Json(error.AdditionalData!).GetProperty("committed_resource_id").GetString(), out _));
        Assert.Contains("Don't send it again", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Single(notion.Fake.Requests);
    }

    [Fact]
    public async Task HTML_of_the_edge_proxy_is_an_error_with_the_ray_id_and_no_request_id()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.Edge(403));
        NotionApiException error =
            await Expect.ErrorAsync<NotionApiException>("Http403", () => notion.Client().SendAsync(Me, default));
        Assert.Equal("8f2a6c1d4e3b5a70-FRA", error.RayId);
        Assert.Null(error.RequestId);
        Assert.Null(error.Code);
        Assert.Equal(403, error.Status);
        Assert.Contains("edge proxy", error.Message, StringComparison.Ordinal);
        Assert.Contains("ray 8f2a6c1d4e3b5a70-FRA", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("<", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{")]
    [InlineData("""{"code":7,"message":{"a":1},"additional_data":[1],"request_id":false}""")]
    [InlineData("""{"code":"---","message":""}""")]
    [InlineData("""{"code":"<script>","message":null}""")]
    [InlineData("""{"code":"\ud800","message":"\udfff"}""")]
    public async Task An_error_reply_that_makes_no_sense_still_is_an_error_with_its_status(string body)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.RawBody, Status = 400, Body = body });
        NotionApiException error =
            await Expect.ErrorAsync<NotionApiException>("Http400", () => notion.Client().SendAsync(Me, default));
        Assert.Equal(400, error.Status);
        Assert.Null(error.Code);
    }

    [Theory]
    [InlineData("code")]
    [InlineData("message")]
    [InlineData("request_id")]
    [InlineData("error")]
    public async Task A_reply_that_repeats_the_token_is_redacted_wherever_it_stands(string member)
    {
        foreach (string token in new[] { "ntn_0123456789abcdefghijABCDEFGHIJ", "a-token-of-no-known-pattern" })
        {
            await using TestNotion notion = await TestNotion.StartAsync();
            notion.Fake.Faults.Add(new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 400,
                Body = JsonSerializer.Serialize(
                    new Dictionary<string, object>
                    {
                        [member] = token,
                        ["additional_data"] = new Dictionary<string, string>
                        {
                            ["you_sent"] =
                            $"Bearer {token}"
                        }
                    }),
                Headers = new Dictionary<string, string> { ["cf-ray"] = token },
            });
            NotionApiException error = await Assert.ThrowsAsync<NotionApiException>(
                () => notion.Client(new Secret(token)).SendAsync(Me, default));
            string all = string.Join(
                "\n", [error.ToString(), error.ErrorId, error.Code, error.RequestId, error.RayId, error.AdditionalData,
                    error.RateLimitReason, error.Target, error.RecommendedAction,
                    .. notion.Log.Select(l => l.ToString())]);
            Assert.DoesNotContain(token, all, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("0123456789", all, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_reply_that_is_too_large_is_not_read()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(
            new Fault { Kind = FaultKind.RawBody, Status = 200, RawBytes = new byte[(64 * 1024 * 1024) + 1] });
        await Expect.ErrorAsync(ErrorIds.ReplyTooLarge, () => notion.Client().SendAsync(Me, default));
        Assert.Single(notion.Fake.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("""{"a":1""")]
    [InlineData("""{"a":1}{}""")]
    public async Task A_reply_that_is_no_JSON_is_InvalidReply_when_it_is_read(string body)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.RawBody, Status = 200, Body = body });
        NotionReply response = await notion.Client().SendAsync(Me, default);
        Assert.Equal(body, Encoding.UTF8.GetString(response.Body.Span));
        Expect.Error(ErrorIds.InvalidReply, () => response.ParseJson());
    }

    [Fact]
    public async Task A_success_whose_body_is_an_error_is_an_error()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                Body = """{"object":"error","status":400,"code":"validation_error","message":"no"}"""
            });
        await Expect.ErrorAsync<NotionApiException>("ValidationError", () => notion.Client().SendAsync(Me, default));
    }

    [Fact]
    public async Task A_401_of_a_token_that_cannot_be_renewed_is_the_answer()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await Expect.ErrorAsync<NotionApiException>(
            "Unauthorized", () => notion.Client(new Secret("ntn_wrong")).SendAsync(Me, default));
        Assert.Single(notion.Fake.Requests);
    }

    [Fact]
    public async Task The_log_has_neither_the_query_nor_a_header()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await notion.Client()
            .SendAsync(
                new NotionRequest
                {
                    Path = "users?page_size=1",
                    Query = [new("start_cursor", "")],
                    Headers = [new(
                    "X-Trace", "abcdef")]
                }, default)
            .ContinueWith(static _ => { }, TaskScheduler.Default);
        RequestLogEntry entry = Assert.Single(notion.Log);
        Assert.Equal("/v1/users", entry.Path);
        Assert.DoesNotContain("abcdef", entry.ToString(), StringComparison.Ordinal);
    }
}
