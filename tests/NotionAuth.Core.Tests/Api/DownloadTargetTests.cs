using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

/// <summary>What a reply is written to stays what it is.</summary>
public sealed class DownloadTargetTests : IDisposable
{
    private const UnixFileMode OwnOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly NotionRequest Me = new() { Path = "users/me" };
    private static readonly NotionRequest Write =
        new() { Path = "pages", Method = HttpMethod.Post, Body = "{}"u8.ToArray() };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_can_not_be_written_is_known_before_anything_is_sent()
    {
        await NothingIsSentAsync(ErrorIds.FileUnavailable, _folder[new string('a', 300)]);
        await NothingIsSentAsync(ErrorIds.FileNotFound, Path.Combine(_folder["none"], "reply.json"));
        await NothingIsSentAsync(ErrorIds.FileUnavailable, _folder.Path);
        if (OperatingSystem.IsLinux()) await NothingIsSentAsync(ErrorIds.FileUnavailable, "/sys/reply.json");
        if (OperatingSystem.IsWindows()) return;

        File.CreateSymbolicLink(_folder["round"], "round");
        await NothingIsSentAsync(ErrorIds.FileUnavailable, _folder["round"]);
        File.CreateSymbolicLink(_folder["nowhere"], "none/reply.json");
        await NothingIsSentAsync(ErrorIds.FileNotFound, _folder["nowhere"]);
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder.Path).Length);
    }

    [Fact]
    public async Task A_new_file_is_as_every_new_file_of_the_users()
    {
        if (OperatingSystem.IsWindows()) return;
        await File.WriteAllTextAsync(_folder["other"], "");
        await DownloadAsync(_folder["reply.json"]);
        Assert.Equal(File.GetUnixFileMode(_folder["other"]), File.GetUnixFileMode(_folder["reply.json"]));
    }

    [Theory]
    [InlineData(OwnOnly)]
    [InlineData(OwnOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite)]
    [InlineData(OwnOnly | UnixFileMode.UserExecute | UnixFileMode.OtherWrite)]
    public async Task An_existing_file_keeps_its_mode(UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows()) return;
        await File.WriteAllTextAsync(_folder["reply.json"], "before");
        File.SetUnixFileMode(_folder["reply.json"], mode);
        await DownloadAsync(_folder["reply.json"]);
        AssertIsReply(_folder["reply.json"]);
        Assert.Equal(mode, File.GetUnixFileMode(_folder["reply.json"]));
    }

    [Fact]
    public async Task An_existing_file_keeps_its_owner()
    {
        if (!Environment.IsPrivilegedProcess || !OperatingSystem.IsLinux()) return;
        await File.WriteAllTextAsync(_folder["reply.json"], "before");
        Run("chown", "12345:23456", _folder["reply.json"]);
        await DownloadAsync(_folder["reply.json"]);
        AssertIsReply(_folder["reply.json"]);
        Assert.Equal("12345:23456", Run("stat", "-c", "%u:%g", _folder["reply.json"]));
    }

    [Fact]
    public async Task A_link_stays_one_and_what_it_leads_to_is_written()
    {
        if (OperatingSystem.IsWindows()) return;
        Directory.CreateDirectory(_folder["real"]);
        await File.WriteAllTextAsync(_folder["real/reply.json"], "before");
        File.SetUnixFileMode(_folder["real/reply.json"], OwnOnly);
        File.CreateSymbolicLink(_folder["link"], "real/reply.json");
        await DownloadAsync(_folder["link"]);
        Assert.Equal("real/reply.json", new FileInfo(_folder["link"]).LinkTarget);
        AssertIsReply(_folder["real/reply.json"]);
        Assert.Equal(OwnOnly, File.GetUnixFileMode(_folder["real/reply.json"]));

        File.CreateSymbolicLink(_folder["ahead"], "real/new.json");
        await DownloadAsync(_folder["ahead"]);
        Assert.Equal("real/new.json", new FileInfo(_folder["ahead"]).LinkTarget);
        AssertIsReply(_folder["real/new.json"]);
        Assert.Equal(
            ["new.json", "reply.json"],
            Directory.GetFileSystemEntries(_folder["real"]).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task A_file_of_two_names_stays_one_file(int length)
    {
        if (!OperatingSystem.IsLinux()) return;
        await File.WriteAllTextAsync(_folder["reply.json"], new string('x', length));
        Run("ln", _folder["reply.json"], _folder["other.json"]);
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.TruncateBody });
        await Expect.ErrorAsync(
            ErrorIds.ConnectionFailed,
            () => notion.Client()
            .DownloadAsync(Me with { MaximumRetryCount = 0 }, _folder["reply.json"], null, default));
        Assert.Equal(length, new FileInfo(_folder["other.json"]).Length);

        await notion.Client().DownloadAsync(Me, _folder["reply.json"], null, default);
        AssertIsReply(_folder["other.json"]);
        Assert.Equal("2", Run("stat", "-c", "%h", _folder["reply.json"]));
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder.Path).Length);
    }

    [Fact]
    public async Task A_plain_file_is_replaced_at_one_stroke_so_that_who_reads_it_sees_one_or_the_other()
    {
        if (!OperatingSystem.IsLinux()) return;
        await File.WriteAllTextAsync(_folder["reply.json"], "before");
        await using var reader = new FileStream(
            _folder["reply.json"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await DownloadAsync(_folder["reply.json"]);
        AssertIsReply(_folder["reply.json"]);
        Assert.Equal("before", await new StreamReader(reader).ReadToEndAsync());
    }

    [Fact]
    public async Task A_device_is_written_to_and_stays_one()
    {
        // Never tried on the system's own one: what fails here would replace it.
        if (!Environment.IsPrivilegedProcess || !OperatingSystem.IsLinux()) return;
        if (!TryRun("mknod", _folder["null"], "c", "1", "3")) return;
        await DownloadAsync(_folder["null"]);
        Assert.Equal("character special file", Run("stat", "-c", "%F", _folder["null"]));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_pipe_gets_the_whole_reply_and_stays_one()
    {
        if (!OperatingSystem.IsLinux()) return;
        Run("mkfifo", _folder["pipe"]);
        await using TestNotion notion = await TestNotion.StartAsync();
        Task<string> read = Task.Run(() => File.ReadAllText(_folder["pipe"]));

        // What breaks off reaches nobody.
        notion.Fake.Faults.Add(new Fault { Kind = FaultKind.TruncateBody });
        await notion.Client().DownloadAsync(Me, _folder["pipe"], null, default).WaitAsync(TestNotion.Soon);
        NotionReply direct = await notion.Client().SendAsync(Me, default);
        Assert.Equal(direct.Body.Length, (await read.WaitAsync(TestNotion.Soon)).Length);
        Assert.Equal("fifo", Run("stat", "-c", "%F", _folder["pipe"]));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_pipe_that_nobody_reads_is_given_up_when_the_caller_gives_up_and_nothing_was_sent()
    {
        if (OperatingSystem.IsWindows()) return;
        Run("mkfifo", _folder["pipe"]);
        await using TestNotion notion = await TestNotion.StartAsync();
        using var cancel = new CancellationTokenSource();
        Task<NotionReply> download =
            Task.Run(() => notion.Client().DownloadAsync(Write, _folder["pipe"], null, cancel.Token));
        Assert.False(download.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download.WaitAsync(TestNotion.Soon));
        Assert.Empty(notion.Fake.Requests);
    }

    [Fact]
    public async Task A_pipe_whose_reader_reads_no_more_is_given_up_when_the_caller_gives_up()
    {
        if (OperatingSystem.IsWindows()) return;
        Run("mkfifo", _folder["pipe"]);
        await using TestNotion notion = await TestNotion.StartAsync();
        notion.Fake.Faults.Add(
            new Fault
            {
                Kind = FaultKind.RawBody,
                Status = 200,
                RawBytes = new byte[1_000_000],
                ContentType =
                "application/octet-stream"
            });
        await using var reader =
            new FileStream(_folder["pipe"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 1);
        using var cancel = new CancellationTokenSource();
        Task<NotionReply> download =
            Task.Run(() => notion.Client().DownloadAsync(Me, _folder["pipe"], null, cancel.Token));

        // The first byte is there when it writes; the pipe takes less than all.
        Assert.Equal(0, await Task.Run(reader.ReadByte).WaitAsync(TestNotion.Soon));
        Assert.False(download.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download.WaitAsync(TestNotion.Soon));
    }

    [Fact]
    public async Task A_pipe_whose_reader_has_gone_is_an_error()
    {
        if (OperatingSystem.IsWindows()) return;
        Run("mkfifo", _folder["pipe"]);
        await using TestNotion notion = await TestNotion.StartAsync();
        var gone = new TaskCompletionSource();
        notion.Fake.Faults.Add(Fault.Hold(gone.Task));
        Task<NotionReply> download = Task.Run(() => notion.Client().DownloadAsync(Me, _folder["pipe"], null, default));
        await Task.Run(
            () => new FileStream(_folder["pipe"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1).Dispose())
            .WaitAsync(TestNotion.Soon);
        gone.SetResult();
        await Expect.ErrorAsync(ErrorIds.FileUnavailable, () => download);
    }

    [Fact]
    public async Task A_full_disk_leaves_a_file_of_two_names_as_it_was()
    {
        if (!Environment.IsPrivilegedProcess || !OperatingSystem.IsLinux()) return;
        Directory.CreateDirectory(_folder["disk"]);
        if (!TryRun("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", _folder["disk"])) return;
        try
        {
            await File.WriteAllTextAsync(_folder["disk/reply.bin"], "before");
            Run("ln", _folder["disk/reply.bin"], _folder["disk/other.bin"]);
            await using TestNotion notion = await TestNotion.StartAsync();

            // The temporary file fits, and the copy beside it doesn't.
            notion.Fake.Faults.Add(
                new Fault
                {
                    Kind = FaultKind.RawBody,
                    Status = 200,
                    RawBytes = new byte[200_000],
                    ContentType =
                    "application/octet-stream"
                });
            await Expect.ErrorAsync(
                ErrorIds.DiskFull, () => notion.Client().DownloadAsync(Me, _folder["disk/reply.bin"], null, default));
            Assert.Equal("before", await File.ReadAllTextAsync(_folder["disk/other.bin"]));
            Assert.Equal(2, Directory.GetFileSystemEntries(_folder["disk"]).Length);
        }
        finally
        {
            Run("umount", _folder["disk"]);
        }
    }

    [Fact]
    public async Task A_file_that_is_a_mount_of_its_own_is_written()
    {
        if (!Environment.IsPrivilegedProcess || !OperatingSystem.IsLinux()) return;
        await File.WriteAllTextAsync(_folder["outside"], "before");
        await File.WriteAllTextAsync(_folder["mounted"], "");
        if (!TryRun("mount", "--bind", _folder["outside"], _folder["mounted"])) return;
        try
        {
            await DownloadAsync(_folder["mounted"]);
            AssertIsReply(_folder["outside"]);
        }
        finally
        {
            Run("umount", _folder["mounted"]);
        }
    }

    private static async Task NothingIsSentAsync(string errorId, string path)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        NotionAuthException error =
            await Expect.ErrorAsync(errorId, () => notion.Client().DownloadAsync(Write, path, null, default));
        Assert.Equal(path, error.Target);
        Assert.Empty(notion.Fake.Requests);
    }

    private static async Task DownloadAsync(string path)
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        await notion.Client().DownloadAsync(Me, path, null, default).WaitAsync(TestNotion.Soon);
    }

    private static void AssertIsReply(string path)
    {
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(path));
        Assert.Equal("user", json.RootElement.GetProperty("object").GetString());
    }

    // A container's root may make no devices and mount nothing.
    private static bool TryRun(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process =
            Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
