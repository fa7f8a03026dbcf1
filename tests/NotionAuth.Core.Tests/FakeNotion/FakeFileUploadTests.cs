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
        var path = await CreateAsync(fake, """{"filename":"a.bin","content_type":"application/octet-stream"}""");
        var sent = (await SendAsync(fake, path, bytes, "application/octet-stream")).Ok();
        Assert.Equal(("uploaded", 100_000), ((string?)sent["status"], (int)sent["content_length"]!));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), Assert.Single(fake.State.UploadedFiles).Sha256);
        Assert.Equal("validation_error", (await SendAsync(fake, path, bytes, "application/octet-stream")).Code);
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
        var upload = await CreateAsync(fake, """{"mode":"multi_part","filename":"b.bin","number_of_parts":2}""");
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
