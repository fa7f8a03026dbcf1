using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Api.Lists;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.SignIn.Callback;
using Xunit;

namespace NotionAuth.Core.Tests.Fuzz;

/// <summary>
/// Everything that reads foreign text, fed with broken text: it either understands it or says so with an error of ours,
/// and never quotes a secret. Short by default; NOTIONAUTH_FUZZ_SECONDS is the time for each target,
/// NOTIONAUTH_FUZZ_SEED the seed that a failure names.
/// </summary>
[Trait("Category", "Fuzz")]
public sealed class FuzzTests
{
    private const string Canary = "CANARY0secret0value0CANARY";
    private const int ShortRounds = 4_000;
    private const string State = "q3vF0n8m1c5Zt7yR2kLx9wPb4sHd6jGa";
    private static readonly Uri Base = new("https://api.notion.com");

    [Fact]
    public Task The_callbacks_request_head_is_read_or_refused() => RunAsync(
        ["GET /callback?code=abc&state=" + State + " HTTP/1.1\r\nHost: localhost:8914\r\nAccept: */*\r\n\r\n",
            "POST /callback HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"],
        text =>
        {
            RequestHead? head = RequestHead.Parse(text);
            if (head is null) return Task.CompletedTask;
            Assert.StartsWith("/", head.Target, StringComparison.Ordinal);
            Assert.All(head.Target, c => Assert.InRange(c, '\x21', '\x7e'));
            Assert.DoesNotContain('\n', head.Host);
            return Task.CompletedTask;
        });

    [Fact]
    public Task The_callbacks_query_gives_a_code_only_with_the_right_state() => RunAsync(
        [$"?code={Canary}&state={State}", $"error=access_denied&error_description=no&state={State}",
            $"state={State}&code=a%20b", $"state={State}x&code=y"],
        text =>
        {
            AuthorizationResponse response = AuthorizationResponse.Parse(text, State);
            Assert.Single(text.TrimStart('?').Split('&'), p => WebUtility.UrlDecode(p.Split('=')[0]) == "state");
            Assert.Contains(State, WebUtility.UrlDecode(text), StringComparison.Ordinal);
            Assert.True(response.Code is null ^ response.Error is null);
            return Task.CompletedTask;
        });

    [Fact]
    public Task A_token_reply_is_read_or_refused() => RunAsync(
        [TokenReplyText, "{\"access_token\":\"" + Canary + "\",\"bot_id\":\"a\"}"],
        text =>
        {
            using JsonDocument? document = JsonText.Parse(Encoding.UTF8.GetBytes(text));
            if (document?.RootElement.ValueKind != JsonValueKind.Object) return Task.CompletedTask;
            TokenReply reply = TokenReply.Parse(document.RootElement);
            Assert.True(TokenReply.IsId(reply.BotId));
            Assert.True(AccessTokenText.IsUsable(reply.AccessToken.Reveal()));
            NotionConnection details = WorkspaceDetails.Read(reply.Reply, AuthType.OAuth, reply.BotId);
            Assert.DoesNotContain(details.WorkspaceName ?? string.Empty, char.IsControl);
            return Task.CompletedTask;
        });

    [Fact]
    public Task An_introspection_reply_is_read_or_refused() => RunAsync(
        ["{\"active\":true,\"scope\":\"read_content\",\"iat\":1795000000,\"request_id\":\"a-b\"}",
            "{\"active\":false}"],
        text =>
        {
            using JsonDocument? document = JsonText.Parse(Encoding.UTF8.GetBytes(text));
            if (document?.RootElement.ValueKind == JsonValueKind.Object)
                _ = IntrospectionReply.Parse(document.RootElement);
            return Task.CompletedTask;
        });

    [Fact]
    public Task An_error_reply_becomes_an_error_that_can_be_shown() => RunAsync(
        [
            "{\"object\":\"error\",\"status\":404,\"code\":\"object_not_found\",\"message\":\"Could not find " +
            Canary + "\",\"request_id\":\"a-b\",\"additional_data\":{\"retry_after\":\"3\"}}",
            "{\"error\":\"invalid_grant\",\"error_description\":\"" + Canary + "\"}", "<html>blocked " + Canary +
            "</html>",
        ],
        text =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Base, "/v1/users/me"));
            request.Headers.Authorization = new("Bearer", Canary);
            using var response = new HttpResponseMessage((HttpStatusCode)404) { RequestMessage = request };
            NotionApiException error = NotionApiException.From(response, Encoding.UTF8.GetBytes(text));
            Assert.DoesNotContain(Canary, error.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(Canary, error.AdditionalData ?? string.Empty, StringComparison.Ordinal);
            Assert.DoesNotContain(error.Message, char.IsControl);
            Assert.Matches("^[A-Za-z0-9]{1,110}$", error.ErrorId);
            return Task.CompletedTask;
        });

    [Fact]
    public Task A_stored_secret_is_read_or_left_alone() => RunAsync(
        [StoredText, "{\"version\":1,\"client_id\":\"c\",\"client_secret\":\"" + Canary +
            "\",\"base_uri\":\"https://api.notion.com\",\"redirect_uris\":[\"http://localhost:1/\"]}"],
        text =>
        {
            StoredConnection? connection = Try(() => ConnectionJson.ReadConnection(text, "b", "v"));
            if (connection is not null)
            {
                Assert.True(connection.Details.BaseUri.Scheme == "https" || connection.Details.BaseUri.IsLoopback);
                Assert.NotNull(Try(() => ConnectionJson.ReadConnection(ConnectionJson.Write(connection), "b", "v")));
            }

            _ = ConnectionJson.ReadApp(text, "c", "v");
            return Task.CompletedTask;
        });

    [Fact]
    public Task A_path_stays_in_the_api_or_is_refused() => RunAsync(
        ["users/me", "/v1/pages/59833787-2cf9-4fdf-8782-e53db20768a5", "https://api.notion.com/v1/users?page_size=3",
            "pages/x/properties/%3AUPp", "v1/search", "https://evil.example/v1/users"],
        text =>
        {
            Uri uri = ApiPath.ToUri(text, Base, [new("a b", "c&d")]);
            Assert.Equal("api.notion.com", uri.Host);
            Assert.Equal(443, uri.Port);
            Assert.Equal("https", uri.Scheme);
            Assert.StartsWith("/v1/", uri.AbsolutePath, StringComparison.Ordinal);
            Assert.DoesNotContain(
                "..", Uri.UnescapeDataString(Uri.UnescapeDataString(uri.AbsolutePath)).Split('/', '\\'));
            Assert.Empty(uri.UserInfo);
            Assert.Empty(uri.Fragment);
            return Task.CompletedTask;
        });

    [Fact]
    public Task A_list_reply_is_read_or_refused() => RunAsync(
        [
            "{\"object\":\"list\",\"results\":[{\"id\":\"1\"},{\"id\":\"2\"}],\"next_cursor\":\"abc\"," +
            "\"has_more\":true}",
            "{\"object\":\"list\",\"templates\":[1,\"a\",null,[],{}],\"next_cursor\":null,\"has_more\":false," +
            "\"request_status\":{\"type\":\"incomplete\",\"incomplete_reason\":\"query_result_limit_reached\"}}",
        ],
        text =>
        {
            NotionPage? page = PageReader.Read(new NotionReply(200, Encoding.UTF8.GetBytes(text), null));
            foreach (ReadOnlyMemory<byte> item in page?.Items ?? [])
                JsonDocument.Parse(item, JsonText.Limits).Dispose();
            return Task.CompletedTask;
        });

    [Fact]
    public Task Foreign_text_is_shown_on_one_line_without_secrets() => RunAsync(
        ["error: token ntn_abcdefgh12345678 was refused", $"Bearer {Canary}", $"?code={Canary}&x",
            "secret_0123456789abcdef"],
        text =>
        {
            string shown = Redaction.Scrub(text, new Secret(Canary));
            Assert.DoesNotContain(Canary, shown, StringComparison.Ordinal);
            Assert.DoesNotContain(shown, char.IsControl);
            Assert.InRange(shown.Length, 0, 2_001);
            return Task.CompletedTask;
        });

    private static string TokenReplyText =>
        "{\"access_token\":\"" + Canary +
            "\",\"token_type\":\"bearer\",\"refresh_token\":\"nrt_x\"," +
            "\"bot_id\":\"b3414d65-1224-7ade-6bbb-2b6af9d5d3ab\",\"workspace_id\":\"w\"," +
            "\"workspace_name\":\"A\\u0041\",\"workspace_icon\":null,"
        + "\"owner\":{\"type\":\"user\",\"user\":{\"object\":\"user\",\"id\":\"u\",\"name\":\"N\","
        + "\"person\":{\"email\":\"a@b.c\"}}},\"duplicated_template_id\":null,\"request_id\":\"r\"}";

    private static string StoredText =>
        "{\"version\":1,\"name\":\"Acme\",\"bot_id\":\"b\",\"auth_type\":\"OAuth\",\"client_id\":\"c\"," +
        "\"base_uri\":\"https://api.notion.com\",\"notion_version\":\"2026-03-11\","
        + "\"connected_at\":\"2026-11-01T10:00:00.0000000Z\",\"refreshed_at\":null,\"needs_reconnect\":false,"
        + "\"generation\":3,\"access_token\":\"" + Canary + "\",\"refresh_token\":\"nrt_x\","
        + "\"reply\":{\"workspace_name\":\"Acme\"}}";

    private static T? Try<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (NotionAuthException e)
        {
            Assert.DoesNotContain(Canary, e.ToString(), StringComparison.Ordinal);
            return null;
        }
    }

    private static async Task RunAsync(IReadOnlyList<string> samples, Func<string, Task> target)
    {
        int seed = Setting("NOTIONAUTH_FUZZ_SEED") ?? 20261121;
        TimeSpan? time = Setting("NOTIONAUTH_FUZZ_SECONDS") is int seconds ? TimeSpan.FromSeconds(seconds) : null;
        var mutator = new Mutator(seed, samples);
        var watch = Stopwatch.StartNew();
        for (int round = 0; time is null ? round < ShortRounds : watch.Elapsed < time; round++)
        {
            string text = mutator.Next();
            try
            {
                await target(text);
            }
            catch (JsonException)
            {
                // The JSON reader found that it isn't JSON.
            }
            catch (NotionAuthException e)
            {
                Assert.DoesNotContain(Canary, e.ToString(), StringComparison.Ordinal);
            }
            catch (Exception e)
            {
                string shown = string.Concat(
                    text.Take(400).Select(c => c is >= ' ' and < '\x7f' ? c.ToString() : $"\\u{(int)c:x4}"));
                Assert.Fail($"Seed {seed}, round {round}: {e.GetType().Name}: {e.Message}\nInput: {shown}");
            }
        }
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture,
            out int value) ? value : null;
}
