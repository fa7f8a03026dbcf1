using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

public sealed class DownloadTests : IDisposable
{
    private static readonly NotionRequest Me = new() { Path = "users/me" };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_reply_is_written_as_it_came_and_returned_without_its_body()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        byte[] body = RandomNumberGenerator.GetBytes(3_000_000);
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.RawBody,
            Status = 200,
            RawBytes = body,
            ContentType =
            "application/octet-stream"
        });
        var progress = new List<TransferProgress>();
        NotionReply response = await notion.Client().DownloadAsync(Me, _folder["reply.bin"], progress.Add, default);
        Assert.Equal(200, response.Status);
        Assert.True(response.Body.IsEmpty);
        Assert.Equal(body, await File.ReadAllBytesAsync(_folder["reply.bin"]));
        Assert.Equal(new TransferProgress(body.Length, body.Length), progress[^1]);
        Assert.Equal(
            progress.Order(Comparer<TransferProgress>.Create((a, b) => a.Transferred.CompareTo(b.Transferred))),
            progress);
    }

    [Fact]
    public async Task A_file_that_exists_is_replaced_by_a_whole_reply_alone()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await File.WriteAllTextAsync(_folder["reply.json"], "before");
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.TruncateBody });
        await Expect.ErrorAsync(ErrorIds.ConnectionFailed, () => Download(notion, Me with { MaximumRetryCount = 0 }));
        await AssertUntouchedAsync();

        await Download(notion, Me);
        using var json = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(_folder["reply.json"]));
        Assert.Equal("user", json.RootElement.GetProperty("object").GetString());
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task An_attempt_that_broke_off_leaves_nothing_of_itself_in_the_next_ones_file()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.TruncateBody });
        await Download(notion, Me);
        NotionReply direct = await notion.Client().SendAsync(Me, default);
        Assert.Equal(direct.Body.Length, new FileInfo(_folder["reply.json"]).Length);
        Assert.Equal(3, notion.Fake.Requests.Count);
    }

    [Fact]
    public async Task A_reply_may_be_larger_than_what_is_kept_in_memory()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(
            new Fault { Kind = FaultKind.Stream, Status = 200, ContentType = "application/json", Chunks = Pieces(70) });
        await Download(notion, Me);
        Assert.Equal(70L * 1024 * 1024, new FileInfo(_folder["reply.json"]).Length);
    }

    [Fact]
    public async Task A_reply_of_no_declared_length_that_breaks_off_writes_no_file()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await File.WriteAllTextAsync(_folder["reply.json"], "before");
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.Stream,
                Status = 200,
                ContentType = "application/json",
                Chunks = Pieces(3),
                BreaksOff = true
            });
        await Expect.ErrorAsync(ErrorIds.ConnectionFailed, () => Download(notion, Me with { MaximumRetryCount = 0 }));
        await AssertUntouchedAsync();
    }

    [Theory]
    [InlineData(404, "ObjectNotFound")]
    [InlineData(200, "ObjectNotFound")]
    public async Task An_error_of_Notions_writes_no_file_whatever_its_status(int status, string errorId)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await File.WriteAllTextAsync(_folder["reply.json"], "before");
        notion.Fake.Faults.Add(new Fault
        {
            Kind = FaultKind.RawBody,
            Status = status,
            RawBytes =
                """{"object":"error","status":404,"code":"object_not_found","message":"Not there."}"""u8.ToArray(),
            Times = null,
        });
        await Expect.ErrorAsync<NotionApiException>(errorId, () => Download(notion, Me));
        await AssertUntouchedAsync();

        NotionReply response = await notion.Client()
            .DownloadAsync(Me with { ReturnsErrorReplies = true }, _folder["reply.json"], null, default);
        Assert.Equal(status, response.Status);
        Assert.Contains("object_not_found", Encoding.UTF8.GetString(response.Body.Span), StringComparison.Ordinal);
        await AssertUntouchedAsync();
    }

    [Fact]
    public async Task Cancelling_leaves_nothing_behind()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await File.WriteAllTextAsync(_folder["reply.json"], "before");
        notion.Fake.Faults.Add(Fault.Hold(new TaskCompletionSource().Task));
        using var cancel = new CancellationTokenSource();
        Task<NotionReply> download = notion.Client().DownloadAsync(Me, _folder["reply.json"], null, cancel.Token);
        await notion.Fake.WaitForRequestAsync(_ => true).WaitAsync(TestNotion.Soon);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download.WaitAsync(TestNotion.Soon));
        await AssertUntouchedAsync();
    }

    [Fact]
    public async Task Where_nothing_can_be_written_nothing_is_sent()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        NotionAuthException noFolder = await Expect.ErrorAsync(
            ErrorIds.FileNotFound,
            () => notion.Client().DownloadAsync(Me, Path.Combine(_folder["none"], "reply.json"), null, default));
        Assert.Contains("New-Item", noFolder.RecommendedAction, StringComparison.Ordinal);
        await Expect.ErrorAsync(
            ErrorIds.FileUnavailable, () => notion.Client().DownloadAsync(Me, _folder.Path, null, default));
        await using (new FileStream(_folder["locked.json"], FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
            await Expect.ErrorAsync(
                ErrorIds.FileUnavailable,
                () => notion.Client().DownloadAsync(Me, _folder["locked.json"], null, default));
        Assert.Empty(notion.Fake.Requests);
        Assert.Equal([_folder["locked.json"]], Directory.GetFileSystemEntries(_folder.Path));
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces(int count)
    {
        byte[] piece = new byte[1024 * 1024];
        for (int i = 0; i < count; i++)
        {
            yield return piece;
            await Task.Yield();
        }
    }

    private Task<NotionReply> Download(TestNotion notion, NotionRequest request) =>
        notion.Client().DownloadAsync(request, _folder["reply.json"], null, default);

    private async Task AssertUntouchedAsync()
    {
        Assert.Equal([_folder["reply.json"]], Directory.GetFileSystemEntries(_folder.Path));
        Assert.Equal("before", await File.ReadAllTextAsync(_folder["reply.json"]));
    }
}
