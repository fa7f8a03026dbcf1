using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Tests.Http;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

/// <summary>Alone, because the folder of the locks is the process's.</summary>
[Collection(nameof(LyingReplyTests))]
public sealed class FileLockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("notionauth-locks-").FullName;
    private readonly string? _before = Environment.GetEnvironmentVariable("XDG_STATE_HOME");

    public FileLockTests() => Environment.SetEnvironmentVariable("XDG_STATE_HOME", _folder);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("XDG_STATE_HOME", _before);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_lock_that_is_held_is_waited_for_and_given_to_nobody_else()
    {
        using FileLock held = await AcquireAsync("a");
        await Expect.ErrorAsync(ErrorIds.Busy, () => FileLock.AcquireAsync("a", TimeSpan.FromMilliseconds(50), default));
        Task<FileLock> waiting = AcquireAsync("a");
        using FileLock other = await AcquireAsync("b");
        Assert.False(waiting.IsCompleted);
        held.Dispose();
        (await waiting.WaitAsync(TestNotion.Soon)).Dispose();
    }

    [Fact]
    public async Task A_file_that_an_ended_process_left_blocks_nobody()
    {
        (await AcquireAsync("a")).Dispose();
        Assert.Single(Files());
        (await FileLock.AcquireAsync("a", TimeSpan.Zero, default)).Dispose();
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_at_once()
    {
        using FileLock held = await AcquireAsync("a");
        using var cancel = new CancellationTokenSource();
        Task<FileLock> waiting = FileLock.AcquireAsync("a", TestNotion.Soon, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TestNotion.Soon));
    }

    [Fact]
    public async Task The_files_are_empty_name_nothing_and_nobody_else_may_touch_them()
    {
        using (await AcquireAsync("connection Personal b3414d65"))
        {
            string file = Assert.Single(Files());
            Assert.Equal(0, new FileInfo(file).Length);
            Assert.Matches("^[0-9A-F]{32}\\.lock$", Path.GetFileName(file));
            if (OperatingSystem.IsWindows()) return;
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(file)!));
        }
    }

    [Fact]
    public async Task Without_a_place_to_write_there_is_no_lock_between_processes_and_no_error()
    {
        Environment.SetEnvironmentVariable("XDG_STATE_HOME", Path.Combine(typeof(FileLockTests).Assembly.Location, "not-a-folder"));
        (await AcquireAsync("a")).Dispose();
        Assert.Empty(Files());
    }

    private static Task<FileLock> AcquireAsync(string name) => FileLock.AcquireAsync(name, TestNotion.Soon, default);

    private string[] Files() => [.. Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
