using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Security.Cryptography;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Api.Files;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Api.Files;

public sealed class FileUploaderTests : IDisposable
{
    private const int MiB = 1024 * 1024;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_small_file_is_made_and_sent_in_one_part()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string path = Write("Plän.png", 300_000);
        NotionReply reply = await UploadAsync(notion, new FileBody { Path = path });
        Assert.Equal(("file_upload", "uploaded", "Plän.png", "image/png"),
            (reply.TextOf("object"), reply.TextOf("status"), reply.TextOf("filename"), reply.TextOf("content_type")));
        Assert.Equal(await HashAsync(path), Assert.Single(notion.Fake.UploadedFiles).Sha256);
        Assert.Equal(["/v1/file_uploads", $"/v1/file_uploads/{reply.IdOfObject()}/send"],
            notion.Fake.Requests.Select(r => r.Path));
    }

    [Fact]
    public async Task The_largest_single_part_is_sent_in_one_and_a_byte_more_in_parts()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await UploadAsync(notion, new FileBody { Path = Write("a.pdf", 20 * MiB) });
        await UploadAsync(notion, new FileBody { Path = Write("b.pdf", 20 * MiB + 1) });
        Assert.Equal([1, 3], notion.Fake.UploadedFiles.Select(f => f.Parts));
    }

    [Fact]
    public async Task A_large_file_is_sent_in_parts_with_one_progress_and_arrives_whole()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string path = Write("film.mp4", 25 * MiB);
        var progress = new List<TransferProgress>();
        NotionReply reply = await UploadAsync(notion, new FileBody { Path = path, Progress = progress.Add });
        Assert.Equal("uploaded", reply.TextOf("status"));
        UploadedFile file = Assert.Single(notion.Fake.UploadedFiles);
        Assert.Equal((await HashAsync(path), 3, "film.mp4"), (file.Sha256, file.Parts, file.Filename));
        Assert.Equal(progress.Select(p => p.Transferred).Order(), progress.Select(p => p.Transferred));
        Assert.Equal(new TransferProgress(25 * MiB, 25 * MiB), progress[^1]);
    }

    [Theory]
    [InlineData(FaultKind.Reset)]
    [InlineData(FaultKind.ResetAfterCommit)]
    [InlineData(FaultKind.Status)]
    public async Task A_failed_part_is_repeated_alone(FaultKind kind)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string path = Write("film.mp4", 21 * MiB);
        notion.Fake.Faults.Add(
            new Fault { Kind = kind, Status = 502, PathPattern = "^/v1/file_uploads/.*/send", SkipFirst = 1 });
        await UploadAsync(notion, new FileBody { Path = path });
        Assert.Equal(await HashAsync(path), Assert.Single(notion.Fake.UploadedFiles).Sha256);
        Assert.Equal(4, notion.Fake.Requests.Count(r => r.Path.EndsWith("/send", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("^/v1/file_uploads/.*/send", 1000)]
    [InlineData("^/v1/file_uploads/.*/complete", 21 * MiB)]
    public async Task A_last_step_whose_reply_got_lost_is_found_to_be_done(string path, int length)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.ResetAfterCommit, PathPattern = path });
        NotionReply reply = await UploadAsync(notion, new FileBody { Path = Write("film.mp4", length) });
        Assert.Equal("uploaded", reply.TextOf("status"));
    }

    [Fact]
    public async Task It_waits_until_Notion_calls_it_uploaded()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.UploadReads = 3);
        NotionReply reply = await UploadAsync(notion, new FileBody { Path = Write("a.pdf", 100) });
        Assert.Equal("uploaded", reply.TextOf("status"));
        TimeSpan[] waits = [.. notion.Waits];
        Assert.True(waits.Length >= 3);
        Assert.Equal(waits.Order(), waits);
        Assert.True(waits[^1] > waits[0]);
    }

    [Fact]
    public async Task A_wait_ends_with_the_time_that_it_may_take()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.UploadReads = 1_000_000);
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.RequestTimeout,
            () => UploadAsync(
                notion, new FileBody { Path = Write("a.pdf", 100) },
                r => r with { TotalTimeout = TimeSpan.FromMilliseconds(700) }));
        Assert.Contains("still pending", error.Message, StringComparison.Ordinal);
        Assert.Contains("file_uploads/", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_that_Notion_calls_failed_is_an_error()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.UploadsFail = true);
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.FileUploadFailed, () => UploadAsync(notion, new FileBody { Path = Write("a.pdf", 100) }));
        Assert.Contains("failed", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send", 1, "1 of 3 parts", "-InFile")]
    [InlineData("complete", 0, "All 3 parts", "/complete")]
    public async Task What_is_left_half_sent_is_said_with_its_id_and_what_to_run(
        string step, int skip, string says, string advises)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(
            new Fault
            {
                Status = 400,
                Code = "validation_error",
                PathPattern = $"^/v1/file_uploads/.*/{step}",
                SkipFirst = skip,
                Times = null,
            });
        NotionAuthException error = await Expect.ErrorAsync(
            "ValidationError", () => UploadAsync(notion, new FileBody { Path = Write("film.mp4", 21 * MiB) }));
        string id = notion.Fake.Requests[^2].Path.Split('/')[3];
        Assert.Contains(id, error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains(advises, error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(400, Assert.IsType<NotionApiException>(error).Status);
    }

    [Fact]
    public async Task A_file_that_changes_between_its_parts_is_not_completed()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string path = Write("film.mp4", 21 * MiB);
        var progress = new Action<TransferProgress>(
            p =>
            {
                if (p.Transferred == 10 * MiB) File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(1));
            });
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.FileChanged, () => UploadAsync(notion, new FileBody { Path = path, Progress = progress }));
        Assert.Contains("1 of 3 parts", error.Message, StringComparison.Ordinal);
        Assert.Empty(notion.Fake.UploadedFiles);
    }

    [Theory]
    [InlineData("a.csv", null)]
    [InlineData("a", null)]
    [InlineData("a.csv", "text/csv")]
    [InlineData("a.pdf", "application/octet-stream")]
    [InlineData("a.pdf", "nonsense")]
    public async Task A_type_that_Notion_does_not_take_is_said_before_anything_is_sent(string name, string? type)
    {
        NotionAuthException error = await NothingIsSentAsync(
            ErrorIds.InvalidContentType, new FileBody { Path = Write(name, 10), ContentType = type });
        Assert.Contains("-ContentType", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_file_a_missing_one_and_a_folder_are_said_before_anything_is_sent()
    {
        await NothingIsSentAsync(ErrorIds.InvalidFileSize, new FileBody { Path = Write("a.pdf", 0) });
        await NothingIsSentAsync(ErrorIds.FileNotFound, new FileBody { Path = _folder["missing.pdf"] });
        Directory.CreateDirectory(_folder["folder.pdf"]);
        await NothingIsSentAsync(ErrorIds.FileUnavailable, new FileBody { Path = _folder["folder.pdf"] });
    }

    [Fact]
    public async Task A_name_whose_extension_Notion_does_not_take_gets_that_of_its_type()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        NotionReply reply = await UploadAsync(
            notion, new FileBody { Path = Write("a.csv", 10), ContentType = "text/plain; charset=utf-8" });
        Assert.Equal(("a.csv.txt", "text/plain; charset=utf-8"),
            (reply.TextOf("filename"), reply.TextOf("content_type")));
    }

    [Fact]
    public async Task A_file_that_is_larger_than_the_workspace_takes_is_not_sent()
    {
        await using TestNotion notion = await TestNotion.StartAsync(f => f.Behavior.MaxUploadBytes = 5 * MiB);
        NotionAuthException error = await Expect.ErrorAsync(
            ErrorIds.InvalidFileSize, () => UploadAsync(notion, new FileBody { Path = Write("a.pdf", 6 * MiB) }));
        Assert.Contains("5.0 MiB", error.Message, StringComparison.Ordinal);
        Assert.Equal(["/v1/users/me"], notion.Fake.Requests.Select(r => r.Path));
    }

    [Fact]
    public async Task The_error_of_the_first_request_is_a_reply_where_that_is_wanted()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(Fault.Of(400, "validation_error"));
        NotionReply reply = await UploadAsync(
            notion, new FileBody { Path = Write("a.pdf", 10) }, r => r with { ReturnsErrorReplies = true });
        Assert.Equal(400, reply.Status);
        Assert.Single(notion.Fake.Requests);
    }

    [Theory]
    [InlineData("file_uploads", "a.json", null, false)]
    [InlineData("file_uploads", "a.json", "application/json", true)]
    [InlineData("file_uploads", "a.txt", "application/json", false)]
    [InlineData("file_uploads/x/send", "a.json", "application/json", false)]
    [InlineData("pages", "a.json", null, true)]
    public void A_file_of_JSON_is_the_body_where_no_file_is_taken_or_its_type_is_named(
        string path, string file, string? type, bool isBody) =>
        Assert.Equal(isBody, FileUploader.IsJsonBody(path, file, type));

    private static Task<NotionReply> UploadAsync(
        TestNotion notion, FileBody file, Func<NotionRequest, NotionRequest>? change = null)
    {
        var request = new NotionRequest { Path = "file_uploads", Method = HttpMethod.Post, File = file };
        request = change?.Invoke(request) ?? request;
        Assert.True(FileUploader.Takes(request));
        return FileUploader.UploadAsync(notion.Client(), request, default);
    }

    private static async Task<NotionAuthException> NothingIsSentAsync(string errorId, FileBody file)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        NotionAuthException error = await Expect.ErrorAsync(errorId, () => UploadAsync(notion, file));
        Assert.Empty(notion.Fake.Requests);
        return error;
    }

    private static async Task<string> HashAsync(string path) =>
        Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(path)));

    private string Write(string name, int length)
    {
        File.WriteAllBytes(_folder[name], RandomNumberGenerator.GetBytes(length));
        return _folder[name];
    }
}
