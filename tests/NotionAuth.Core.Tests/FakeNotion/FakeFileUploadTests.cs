using System;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Xunit;

namespace NotionAuth.Core.Tests.Fake;

public sealed class FakeFileUploadTests
{
    [Fact]
    public async Task A_file_arrives_as_it_was_sent_and_can_be_sent_once()
    {
        await using var fake = await FakeClient.StartAsync();
        var bytes = RandomNumberGenerator.GetBytes(100_000);
        var path = await CreateAsync(fake, """{"filename":"a.txt","content_type":"text/plain"}""");
        var sent = (await SendAsync(fake, path, bytes, "text/plain")).Ok();
        Assert.Equal(("uploaded", 100_000), ((string?)sent["status"], (int)sent["content_length"]!));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), Assert.Single(fake.State.UploadedFiles).Sha256);
        Assert.Equal("validation_error", (await SendAsync(fake, path, bytes, "text/plain")).Code);
        Assert.Equal("validation_error", (await fake.ApiAsync("POST", path + "/complete")).Code);
    }

    [Fact]
    public async Task What_does_not_fit_the_upload_is_refused()
    {
        await using var fake = await FakeClient.StartAsync();
        var single = await CreateAsync(fake, """{"content_type":"image/png"}""");
        Assert.Equal("validation_error", (await SendAsync(fake, single, [1], "text/plain")).Code);
        Assert.Equal("validation_error", (await SendAsync(fake, single, [1], "image/png", "1")).Code);
        Assert.Equal("validation_error", (await fake.ApiAsync("POST", single + "/send", "{}")).Code);
        using (var form = new MultipartFormDataContent { { new StringContent("x"), "other" } })
            Assert.Equal("validation_error", (await fake.FormAsync(single + "/send", form)).Code);
        using (var form = new MultipartFormDataContent { { new StringContent("1"), "part_number" } })
            Assert.Equal("validation_error", (await fake.FormAsync(single + "/send", form)).Code);
        foreach (
            var body in new[] {
                """{"mode":"multi_part","filename":"x"}""", """{"mode":"multi_part","number_of_parts":2}""",
                """{"mode":"x"}""" })
            Assert.Equal("validation_error", (await fake.ApiAsync("POST", "v1/file_uploads", body)).Code);
    }

    [Fact]
    public async Task Parts_are_counted_and_only_the_last_may_be_small()
    {
        await using var fake = await FakeClient.StartAsync();
        var upload = await CreateAsync(fake, """{"mode":"multi_part","filename":"b.pdf","number_of_parts":2}""");
        var part = RandomNumberGenerator.GetBytes(5 * 1024 * 1024);
        Assert.Equal("validation_error", (await SendAsync(fake, upload, part)).Code);
        Assert.Equal("validation_error", (await SendAsync(fake, upload, part, null, "3")).Code);
        _ = (await SendAsync(fake, upload, [7], null, "1")).Ok();
        Assert.Equal("validation_error", (await fake.ApiAsync("POST", upload + "/complete")).Code);
        _ = (await SendAsync(fake, upload, [8], null, "2")).Ok();
        Assert.Equal("validation_error", (await fake.ApiAsync("POST", upload + "/complete")).Code);
        var again = (await SendAsync(fake, upload, part, null, "1")).Ok();
        Assert.Equal(2, (int)again["number_of_parts"]!["sent"]!);
        Assert.Equal("uploaded", (string?)(await fake.ApiAsync("POST", upload + "/complete")).Ok()["status"]);
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData([.. part, 8])), fake.State.UploadedFiles.Single().Sha256);
    }

    [Fact]
    public async Task An_upload_expires_after_an_hour()
    {
        var time = new ManualTime();
        await using var fake = await FakeClient.StartAsync(FakeClient.At(time));
        var upload = await CreateAsync(fake, "{}");
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("expired", (string?)(await fake.ApiAsync("GET", upload)).Ok()["status"]);
        Assert.Equal("validation_error", (await SendAsync(fake, upload, [1])).Code);
    }

    [Theory]
    [InlineData("""{"filename":"a.exe"}""")]
    [InlineData("""{"filename":"a"}""")]
    [InlineData("""{"filename":"a.txt","content_type":"application/octet-stream"}""")]
    [InlineData(null)]
    public async Task Types_extensions_and_long_names_are_refused_at_creation(string? body)
    {
        await using var fake = await FakeClient.StartAsync();
        body ??= $$"""{"filename":"{{new string('ä', 449)}}.txt"}""";
        Assert.Equal("validation_error", (await fake.ApiAsync("POST", "v1/file_uploads", body)).Code);
        _ = (await fake.ApiAsync("POST", "v1/file_uploads", $$"""{"filename":"{{new string('ä', 448)}}.txt"}""")).Ok();
    }

    [Theory]
    [InlineData(null, "uploaded", "success")]
    [InlineData("The host doesn't answer.", "failed", "error")]
    public async Task A_file_from_a_URL_is_imported(string? error, string status, string result)
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.ImportError = error;
        fake.State.Behavior.UploadReads = 1;
        var upload = await CreateAsync(
            fake, """{"mode":"external_url","filename":"a.png","external_url":"https://example.com/a.png"}""");
        Assert.Equal("pending", (string?)(await fake.ApiAsync("GET", upload)).Ok()["status"]);
        var imported = (await fake.ApiAsync("GET", upload)).Ok();
        Assert.Equal((status, result),
            ((string?)imported["status"], (string?)imported["file_import_result"]!["type"]));
        Assert.Equal(error, (string?)imported["file_import_result"]!["error"]?["message"]);
        Assert.Equal(error is null, imported["content_length"] is not null);
    }

    [Fact]
    public async Task An_upload_is_attached_with_a_signed_URL_and_does_not_expire_any_more()
    {
        await using var fake = await FakeClient.StartAsync();
        var upload = await CreateAsync(fake, """{"filename":"a.png"}""");
        var children = $"v1/blocks/{fake.Sample.PageId}/children";
        string Body(string id) =>
            """{"children":[{"image":{"type":"file_upload","file_upload":{"id":"ID"}}}]}""".Replace(
                "ID", id, StringComparison.Ordinal);
        var id = upload.Split('/')[^1];
        var pending = await fake.ApiAsync("PATCH", children, Body(id));
        var unknown = await fake.ApiAsync("PATCH", children, Body(Guid.NewGuid().ToString()));
        Assert.Equal(("object_not_found", "object_not_found"), (pending.Code, unknown.Code));
        Assert.NotNull((await SendAsync(fake, upload, [1], "image/png")).Ok()["expiry_time"]);
        var block = (await fake.ApiAsync("PATCH", children, Body(id))).Ok()["results"]![0]!["image"]!;
        Assert.Equal("file", (string?)block["type"]);
        Assert.Contains("X-Amz-Signature", (string?)block["file"]!["url"], StringComparison.Ordinal);
        Assert.True(DateTimeOffset.Parse(
            (string)block["file"]!["expiry_time"]!, System.Globalization.CultureInfo.InvariantCulture)
            > DateTimeOffset.UtcNow);
        Assert.Null((await fake.ApiAsync("GET", upload)).Ok()["expiry_time"]);
    }

    [Fact]
    public async Task The_workspace_s_limit_is_enforced_and_told()
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.MaxUploadBytes = 10;
        var me = (await fake.ApiAsync("GET", "v1/users/me")).Ok();
        Assert.Equal(10, (long)me["bot"]!["workspace_limits"]!["max_file_upload_size_in_bytes"]!);
        Assert.Equal(
            "validation_error", (await SendAsync(fake, await CreateAsync(fake, "{}"), new byte[11])).Code);
        _ = (await SendAsync(fake, await CreateAsync(fake, "{}"), new byte[10])).Ok();
    }

    [Fact]
    public async Task A_part_that_comes_again_counts_once_towards_the_limit()
    {
        await using var fake = await FakeClient.StartAsync();
        fake.State.Behavior.MaxUploadBytes = 10;
        var upload = await CreateAsync(
            fake, """{"mode":"multi_part","filename":"b.mp4","number_of_parts":2}""");
        for (var i = 0; i < 2; i++)
            _ = (await SendAsync(fake, upload, new byte[6], null, "1")).Ok();
        Assert.Equal("validation_error", (await SendAsync(fake, upload, new byte[5], null, "2")).Code);
    }

    [Fact]
    public async Task Times_are_to_the_minute()
    {
        await using var fake = await FakeClient.StartAsync();
        var upload = (await fake.ApiAsync("POST", "v1/file_uploads", "{}")).Ok();
        foreach (var name in (string[])["created_time", "last_edited_time", "expiry_time"])
            Assert.EndsWith(":00.000Z", (string?)upload[name], StringComparison.Ordinal);
    }

    private static async Task<string> CreateAsync(FakeClient fake, string body)
    {
        var upload = (await fake.ApiAsync("POST", "v1/file_uploads", body)).Ok();
        Assert.Equal("pending", (string?)upload["status"]);
        return $"v1/file_uploads/{(string)upload["id"]!}";
    }

    private static async Task<Answer> SendAsync(
        FakeClient fake, string path, byte[] bytes, string? contentType = null, string? partNumber = null)
    {
        using var file = new ByteArrayContent(bytes);
        if (contentType is not null)
            file.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        using var form = new MultipartFormDataContent { { file, "file", "a.bin" } };
        if (partNumber is not null)
            form.Add(new StringContent(partNumber), "part_number");
        return await fake.FormAsync(path + "/send", form);
    }
}
