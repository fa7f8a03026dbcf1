using System;
using System.Globalization;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Http;

public sealed partial class LyingReplyTests
{
    public static TheoryData<string> HostilePaths =>
    [
        "http://127.0.0.1:PORT/v1/users/me", "https://127.0.0.1:PORT/v1/users/me", "//127.0.0.1:PORT/v1/users/me",
        "///127.0.0.1:PORT/",
        "/\\127.0.0.1:PORT/", "\\\\127.0.0.1:PORT\\", "@127.0.0.1:PORT/", ":80@127.0.0.1:PORT/v1/",
        "http://HOST@127.0.0.1:PORT/v1/", "http://HOST:x@127.0.0.1:PORT/v1/", "http://HOST.127.0.0.1:PORT/",
        "http://HOST%2f@127.0.0.1:PORT/", "http://HOST\\@127.0.0.1:PORT/", "http://HOST#@127.0.0.1:PORT/",
        "http://HOST?@127.0.0.1:PORT/",
        "..", "../admin", "v1/../admin", "users/../../admin", "%2e%2e/admin", "users/%2e%2e/%2E%2E/admin",
        "users/%252e%252e/admin", "users/%25252e%25252e/admin", "users/..%2fadmin", "users/..%5cadmin",
        "users\\..\\admin",
        "users/%c0%ae%c0%ae/admin", "users/%e0%80%ae%e0%80%ae/admin", "users/%25c0%25ae/admin", "users/..;/admin",
        "users/\uFF0E\uFF0E/admin", "users/%EF%BC%8E%EF%BC%8E/admin", "users/\u2025/admin", "users/%E2%80%A5/admin",
        "users/me\r\nAuthorization: Bearer x", "users/me HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", "users/%0d%0aX: y",
        "users/%250d%250a", "users/me\0", "users/%00", "users/me#x", "users/me\t",
    ];

    [Theory]
    [MemberData(nameof(HostilePaths))]
    public async Task A_hostile_path_sends_nothing_to_anybody(string path)
    {
        await using LyingServer witness = LyingServer.Witness();
        await using LyingServer server = LyingServer.Witness();
        string hostile = path.Replace(
            "PORT", witness.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("HOST", server.BaseUri.Authority, StringComparison.Ordinal);
        foreach (HttpMethod method in new[] { HttpMethod.Get, HttpMethod.Post })
            AssertShowsNothing(
                await Expect.ErrorAsync(
                    ErrorIds.InvalidPath,
                    () => GetAsync(server, new NotionRequest { Path = hostile, Method = method })));
        Assert.Equal(0, witness.Connections);
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task Whatever_path_is_taken_arrives_below_the_API_of_its_own_host()
    {
        await using LyingServer witness = LyingServer.Witness();
        await using LyingServer server = LyingServer.Witness();
        string other = witness.BaseUri.Authority;
        string[] parts = ["..", ".", "/", "//", "\\", "%2e", "%252e", "%2f", "%5c", "%c0%ae", "@", "#", "?", ":", "%",
            "%00", "\r\n", "v1", "users", other, "http://", server.BaseUri.Authority, "\uFF0E", "%25", ";", "\u2025"];
        const int seed = 20261121;
        var random = new Random(seed);
        int sent = 0;
        for (int i = 0; sent < 300; i++)
        {
            string path = string.Concat(random.GetItems(parts, random.Next(1, 8)));
            int before = server.Requests.Count;
            try
            {
                await GetAsync(server, new NotionRequest { Path = path, MaximumRetryCount = 0 });
                sent++;
            }
            catch (NotionAuthException e) when (e.ErrorId == ErrorIds.InvalidPath)
            {
                Assert.True(before == server.Requests.Count, $"Seed {seed}, round {i}: '{path}' was refused and sent.");
                continue;
            }

            string head = server.Requests.Last();
            string target = head.Split(' ')[1].Split('?')[0];
            string decoded = Uri.UnescapeDataString(Uri.UnescapeDataString(target)).Normalize(NormalizationForm.FormKC);
            bool stays = head.StartsWith("GET /v1/", StringComparison.Ordinal)
                && Array.TrueForAll(decoded.Split('/', '\\'), s => s.Split(';')[0] is not (".." or "."))
                && head.Contains($"\r\nHost: {server.BaseUri.Authority}", StringComparison.Ordinal) && head.Split(
                    "\r\nAuthorization:").Length == 2;
            Assert.True(stays, $"Seed {seed}, round {i}: '{path}' became {head}");
        }

        Assert.Equal(0, witness.Connections);
    }

    [Theory]
    [InlineData("Authorization")]
    [InlineData("authorization")]
    [InlineData("AUTHORIZATION")]
    [InlineData("Authorization ")]
    [InlineData(" Authorization")]
    [InlineData("Authorization\t")]
    [InlineData("Authorization\v")]
    [InlineData("Authorization\u00a0")]
    [InlineData("Authorization\u200b")]
    [InlineData("Authorization:")]
    [InlineData("Authorization\0")]
    [InlineData("Authorization\r\n")]
    [InlineData("X: y\r\nAuthorization")]
    [InlineData("Auth\u043erization")]
    [InlineData("\uff21uthorization")]
    [InlineData("Author\u0131zation")]
    [InlineData("Proxy-Authorization")]
    [InlineData("Cookie")]
    [InlineData(":authority")]
    public async Task No_header_takes_the_token_s_place(string name)
    {
        await using LyingServer server = LyingServer.Witness();
        foreach (string value in new[] { "Bearer stolen", "x" })
            await Expect.ErrorAsync(
                ErrorIds.InvalidHeader,
                () => GetAsync(server, new NotionRequest { Path = "users/me", Headers = [new(name, value)] }));
        Assert.Equal(0, server.Connections);
    }

    [Theory]
    [InlineData("X-Authorization", "Bearer other")]
    [InlineData("Authorization2", "Bearer other")]
    [InlineData("X-HTTP-Method-Override", "DELETE")]
    [InlineData("X-Original-URL", "/admin")]
    [InlineData("X-Forwarded-Host", "evil.example")]
    public async Task Another_header_goes_along_beside_the_token(string name, string value)
    {
        await using LyingServer server = LyingServer.Witness();
        await GetAsync(server, new NotionRequest { Path = "users/me", Headers = [new(name, value)] });
        string[] lines = Assert.Single(server.Requests).Split("\r\n");
        Assert.Equal(
            [$"Authorization: Bearer {Token}"],
            lines.Where(l => l.StartsWith("Authorization:", StringComparison.OrdinalIgnoreCase)));
        Assert.Contains($"{name}: {value}", lines);
        Assert.StartsWith("GET /v1/users/me ", lines[0], StringComparison.Ordinal);
    }
}
