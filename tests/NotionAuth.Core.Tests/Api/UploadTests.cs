using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http;
using NotionAuth.Core.Http.Bodies;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

public sealed class UploadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_arrives_whole_with_its_name_and_type()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string path = Write("Plän \"2027\".png", 1_500_000);
        var progress = new List<TransferProgress>();
        NotionReply response =
            await SendAsync(
                notion, await CreateAsync(notion, "{}"), new FileBody { Path = path, Progress = progress.Add });
        Assert.Equal("uploaded", Text(response, "status"));
        UploadedFile file = Assert.Single(notion.Fake.UploadedFiles);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(path))), file.Sha256);
        Assert.Equal("image/png", file.ContentType);
        Assert.Equal("Plän %222027%22.png", file.Filename);
        Assert.Equal(new TransferProgress(1_500_000, 1_500_000), progress[^1]);
        RecordedRequest sent = notion.Fake.Requests[^1];
        Assert.Equal(
            sent.BodyLength,
            long.Parse(sent.Headers["Content-Length"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.False(sent.Headers.ContainsKey("Transfer-Encoding"));
    }

    [Fact]
    public async Task Parts_are_sent_with_their_numbers_and_put_together()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string id = await CreateAsync(
            notion, """{"mode":"multi_part","filename":"film.mp4","content_type":"video/mp4","number_of_parts":2}""");
        string first = Write("film.001", 5 * 1024 * 1024), last = Write("film.002", 10);
        await SendAsync(notion, id, new FileBody { Path = first, PartNumber = 1, ContentType = "video/mp4" });
        await SendAsync(notion, id, new FileBody { Path = last, PartNumber = 2, ContentType = "video/mp4" });
        NotionReply done = await notion.Client()
            .SendAsync(
                new NotionRequest
                {
                    Path = $"file_uploads/{id}/complete",
                    Method = HttpMethod.Post,
                    Body = "{}"u8.ToArray()
                }, default);
        Assert.Equal("uploaded", Text(done, "status"));
        Assert.Equal(5 * 1024 * 1024 + 10, Assert.Single(notion.Fake.UploadedFiles).Length);
    }

    [Fact]
    public async Task A_repeated_attempt_reads_the_file_again()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string path = Write("a.pdf", 300_000);
        string id = await CreateAsync(notion, "{}");
        notion.Fake.Faults.Add(Fault.RateLimited(1, path: "/v1/file_uploads"));
        notion.Fake.Faults.Add(Fault.Of(529, "service_overload", path: "/v1/file_uploads"));
        await SendAsync(notion, id, new FileBody { Path = path });
        Assert.Equal(300_000, Assert.Single(notion.Fake.UploadedFiles).Length);
        Assert.Equal(4, notion.Fake.Requests.Count);
    }

    [Fact]
    public async Task A_token_that_was_renewed_meanwhile_sends_the_file_again()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string id = await CreateAsync(notion, "{}");
        NotionClient client = notion.Client(
            new Renewing(new Secret("ntn_expired"), new Secret(notion.Fake.DefaultInternalIntegration.Token!)));
        await client.SendAsync(
            new NotionRequest
            {
                Path = $"file_uploads/{id}/send",
                Method = HttpMethod.Post,
                File = new FileBody { Path = Write("a.pdf", 300_000) }
            }, default);
        Assert.Equal(300_000, Assert.Single(notion.Fake.UploadedFiles).Length);
        Assert.Equal([200, 401, 200], notion.Fake.Requests.Select(r => r.Status));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20 * 1024 * 1024 + 1)]
    public async Task A_file_that_Notion_does_not_take_is_not_sent(int length)
    {
        string path = Write("a.pdf", length);
        NotionAuthException error = await NothingIsSentAsync(ErrorIds.InvalidFileSize, new FileBody { Path = path });
        Assert.Equal(path, error.Target);
    }

    [Fact]
    public async Task The_largest_file_that_Notion_takes_is_sent()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await SendAsync(
            notion, await CreateAsync(notion, "{}"), new FileBody { Path = Write("a.pdf", 20 * 1024 * 1024) });
        Assert.Equal(20 * 1024 * 1024, Assert.Single(notion.Fake.UploadedFiles).Length);
    }

    [Fact]
    public async Task A_file_that_can_not_be_read_is_not_sent()
    {
        await NothingIsSentAsync(ErrorIds.FileNotFound, new FileBody { Path = _folder["none.pdf"] });
        await NothingIsSentAsync(
            ErrorIds.FileNotFound, new FileBody { Path = Path.Combine(_folder["none"], "none.pdf") });
        await NothingIsSentAsync(ErrorIds.FileUnavailable, new FileBody { Path = _folder.Path });
        await using var locked =
            new FileStream(_folder["locked.pdf"], FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        await NothingIsSentAsync(ErrorIds.FileUnavailable, new FileBody { Path = _folder["locked.pdf"] });
    }

    [Fact]
    public async Task A_content_type_that_nobody_knows_has_to_be_named()
    {
        string path = Write("data.bin", 10);
        NotionAuthException error = await NothingIsSentAsync(ErrorIds.InvalidContentType, new FileBody { Path = path });
        Assert.Contains("-ContentType", error.RecommendedAction, StringComparison.Ordinal);
        await NothingIsSentAsync(ErrorIds.InvalidContentType, new FileBody
        {
            Path = path,
            ContentType =
            "pdf\r\nX-Evil: 1"
        });
        await NothingIsSentAsync(ErrorIds.InvalidContentType, new FileBody { Path = path, ContentType = "" });

        await using TestNotion notion = await TestNotion.StartAsync();
        await SendAsync(notion, await CreateAsync(notion, "{}"), new FileBody
        {
            Path = path,
            ContentType =
            "application/pdf"
        });
        Assert.Equal("application/pdf", Assert.Single(notion.Fake.UploadedFiles).ContentType);
    }

    [Theory]
    [InlineData("grows")]
    [InlineData("shrinks")]
    [InlineData("is written anew")]
    [InlineData("goes")]
    public async Task A_file_that_changes_between_two_attempts_is_an_error(string how)
    {
        string path = Write("a.pdf", 10_000);
        await using TestNotion notion = await TestNotion.StartAsync(delay: (_, _) =>
        {
            if (how == "grows") File.AppendAllText(path, "x");
            else if (how == "shrinks") File.WriteAllText(path, "x");
            else if (how == "goes") File.Delete(path);
            else File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(1));
            return Task.CompletedTask;
        });
        string id = await CreateAsync(notion, "{}");
        notion.Fake.Faults.Add(Fault.RateLimited(1, path: "/v1/file_uploads"));
        await Expect.ErrorAsync(
            how == "goes" ? ErrorIds.FileNotFound : ErrorIds.FileChanged,
            () => SendAsync(notion, id, new FileBody { Path = path }));
        Assert.Empty(notion.Fake.UploadedFiles);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(+1)]
    public async Task A_file_whose_length_changes_while_it_is_sent_is_an_error(int difference)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string path = Write("a.pdf", 4_000_000);
        string id = await CreateAsync(notion, "{}");
        var file = new FileBody
        {
            Path = path,
            Progress = p =>
            {
                if (p.Transferred == p.Total) return;
                using var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                stream.SetLength(4_000_000 + difference);
            },
        };
        await Expect.ErrorAsync(ErrorIds.FileChanged, () => SendAsync(notion, id, file));
        Assert.Empty(notion.Fake.UploadedFiles);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public async Task A_part_number_out_of_range_is_not_sent(int part) =>
        await NothingIsSentAsync(ErrorIds.InvalidBody, new FileBody { Path = Write("a.pdf", 10), PartNumber = part });

    [Fact]
    public async Task Cancelling_ends_an_upload_at_once()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        string id = await CreateAsync(notion, "{}");
        using var cancel = new CancellationTokenSource();
        var file = new FileBody { Path = Write("a.pdf", 4_000_000), Progress = _ => cancel.Cancel() };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => SendAsync(notion, id, file, cancel.Token).WaitAsync(TestNotion.Soon));
        Assert.Empty(notion.Fake.UploadedFiles);
    }

    [Fact]
    public async Task A_pipe_is_read_before_it_is_sent_and_each_attempt_sends_all_of_it()
    {
        if (OperatingSystem.IsWindows()) return;
        string pipe = Pipe("a.pdf");
        await using TestNotion notion = await TestNotion.StartAsync();
        string id = await CreateAsync(notion, "{}");
        notion.Fake.Faults.Add(Fault.RateLimited(1, path: "/v1/file_uploads"));
        byte[] content = RandomNumberGenerator.GetBytes(300_000);
        Task write = Task.Run(() => File.WriteAllBytes(pipe, content));
        await SendAsync(notion, id, new FileBody { Path = pipe }).WaitAsync(TestNotion.Soon);
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(content)), Assert.Single(notion.Fake.UploadedFiles).Sha256);
        await write.WaitAsync(TestNotion.Soon);
    }

    [Fact]
    public async Task A_device_without_end_is_not_sent()
    {
        if (!File.Exists("/dev/zero")) return;
        NotionAuthException error = await NothingIsSentAsync(
            ErrorIds.InvalidFileSize, new FileBody { Path = "/dev/zero", ContentType = "application/pdf" });
        Assert.Contains("'/dev/zero' is larger than the 20 MiB", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pipe_without_a_writer_or_with_a_silent_one_is_given_up_when_the_caller_gives_up(bool hasWriter)
    {
        if (OperatingSystem.IsWindows()) return;
        string pipe = Pipe("a.pdf");
        await using TestNotion notion = await TestNotion.StartAsync();
        using var cancel = new CancellationTokenSource();
        Task<NotionReply> send = Task.Run(() => SendAsync(notion, "x", new FileBody { Path = pipe }, cancel.Token));

        // Opening it for writing waits for who reads it.
        using FileStream? writer = hasWriter
            ? await Task.Run(() => new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 1))
            .WaitAsync(TestNotion.Soon) : null;
        Assert.False(send.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send.WaitAsync(TestNotion.Soon));
        Assert.Empty(notion.Fake.Requests);
    }

    [Fact]
    public async Task A_file_that_keeps_an_attempt_waiting_is_given_up_when_the_caller_gives_up()
    {
        if (OperatingSystem.IsWindows()) return;
        string path = Write("a.pdf", 10_000);
        using var cancel = new CancellationTokenSource();
        await using TestNotion notion = await TestNotion.StartAsync(delay: (_, _) =>
        {
            File.Delete(path);
            Pipe("a.pdf");
            cancel.CancelAfter(TimeSpan.FromMilliseconds(200));
            return Task.CompletedTask;
        });
        string id = await CreateAsync(notion, "{}");
        notion.Fake.Faults.Add(Fault.RateLimited(1, path: "/v1/file_uploads"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => SendAsync(notion, id, new FileBody { Path = path }, cancel.Token).WaitAsync(TestNotion.Soon));
    }

    private string Pipe(string name)
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start("mkfifo", _folder[name]);
        process.WaitForExit();
        return _folder[name];
    }

    private static async Task<NotionAuthException> NothingIsSentAsync(string errorId, FileBody file)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        NotionAuthException error =
            await Expect.ErrorAsync(errorId, () => SendAsync(notion, Guid.NewGuid().ToString(), file));
        Assert.Empty(notion.Fake.Requests);
        return error;
    }

    private static Task<NotionReply> SendAsync(
        TestNotion notion, string id, FileBody file, CancellationToken cancellationToken = default) =>
        notion.Client()
            .SendAsync(
                new NotionRequest { Path = $"file_uploads/{id}/send", Method = HttpMethod.Post, File = file },
                cancellationToken);

    private static async Task<string> CreateAsync(TestNotion notion, string body) => Text(
        await notion.Client()
        .SendAsync(
            new NotionRequest { Path = "file_uploads", Method = HttpMethod.Post, Body = Encoding.UTF8.GetBytes(body) },
            default), "id");

    private static string Text(NotionReply response, string name)
    {
        using JsonDocument json = response.ParseJson();
        return json.RootElement.GetProperty(name).GetString()!;
    }

    private sealed class Renewing(Secret first, Secret second) : IAccessTokenSource
    {
        public Task<Secret> GetAsync(CancellationToken cancellationToken) => Task.FromResult(first);

        public Task<RenewedToken?> RenewAsync(
            Secret rejected, RequestContext context, CancellationToken cancellationToken) =>
                Task.FromResult<RenewedToken?>(new(second, true));
    }

    private string Write(string name, int length)
    {
        File.WriteAllBytes(_folder[name], RandomNumberGenerator.GetBytes(length));
        return _folder[name];
    }
}
