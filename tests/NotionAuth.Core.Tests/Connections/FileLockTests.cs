using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Tests.Http;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

/// <summary>Alone, because the number of files that may be open is the process's.</summary>
[Collection(nameof(LyingReplyTests))]
public sealed class FileLockTests : IDisposable
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Look =
        UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private readonly string _parent = Directory.CreateDirectory(Path.Combine(ReachedByAll(),
        $"notionauth-locks-{Guid.NewGuid():N}")).FullName;
    private readonly string _folder;

    public FileLockTests() => _folder = Path.Combine(_parent, "locks");

    public void Dispose()
    {
        if (!OperatingSystem.IsWindows() && Directory.Exists(_folder)) File.SetUnixFileMode(_folder, Own);
        Directory.Delete(_parent, recursive: true);
    }

    [Fact]
    public async Task A_lock_that_is_held_is_waited_for_and_given_to_nobody_else()
    {
        using FileLock held = await AcquireAsync("a");
        await Expect.ErrorAsync(
            ErrorIds.Busy, () => FileLock.AcquireAsync(_folder, "a", TimeSpan.FromMilliseconds(50), default));
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
        (await FileLock.AcquireAsync(_folder, "a", TimeSpan.Zero, default)).Dispose();
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_at_once()
    {
        using FileLock held = await AcquireAsync("a");
        using var cancel = new CancellationTokenSource();
        Task<FileLock> waiting = FileLock.AcquireAsync(_folder, "a", TestNotion.Soon, cancel.Token);
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
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(Path.GetDirectoryName(file)!));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task Without_a_place_to_write_there_is_no_lock_between_processes_and_no_error()
    {
        string nowhere = Path.Combine(typeof(FileLockTests).Assembly.Location, "not-a-folder");
        using FileLock none = await FileLock.AcquireAsync(nowhere, "a", TestNotion.Soon, default);
        Assert.Equal(ErrorIds.LockUnavailable, none.Problem?.ErrorId);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task A_lock_that_is_held_has_no_problem()
    {
        using FileLock held = await AcquireAsync("a");
        Assert.Null(held.Problem);
    }

    [Fact]
    public void A_folder_that_is_a_file_and_a_path_that_is_too_long_are_errors_at_once_and_not_Busy()
    {
        Assert.Contains("already exists", Problem(Touch(_folder)).Message, StringComparison.Ordinal);
        string deep = Path.Combine(_parent, new string('x', 300));
        NotionAuthException tooLong = Problem(deep);
        Assert.Contains("shorter path", tooLong.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(deep, tooLong.Target);
    }

    [Fact]
    public async Task A_process_that_has_too_many_files_open_gets_that_error_at_once()
    {
        if (!OperatingSystem.IsLinux()) return;
        (await AcquireAsync("a")).Dispose();
        _ = Problem(Touch(Path.Combine(_parent, "warm")));
        NotionAuthException problem = SystemCalls.WithoutMoreFiles(() => Problem(_folder));
        Assert.Contains("Too many open files", problem.Message, StringComparison.Ordinal);
        Assert.Contains("ulimit", problem.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_file_of_another_user_is_an_error_of_its_own()
    {
        if (!OperatingSystem.IsLinux()) return;
        (await AcquireAsync("a")).Dispose();
        File.SetUnixFileMode(_parent, Own | Look);
        File.SetUnixFileMode(_folder, Own | Look);
        string foreign = Environment.IsPrivilegedProcess ? Assert.Single(Files()) : "/";
        NotionAuthException problem = SystemCalls.AsNobody(() => Problem(Path.GetDirectoryName(foreign) ?? foreign));
        Assert.Contains($"'{foreign}' belongs to another user", problem.Message, StringComparison.Ordinal);
        Assert.Contains($"sudo rm -r '{foreign}'", problem.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(NotionErrorKind.PermissionDenied, problem.Kind);
    }

    [Fact]
    public async Task In_a_folder_that_can_not_be_written_a_lock_that_is_there_already_is_taken_and_shared()
    {
        if (!OperatingSystem.IsLinux()) return;
        (await AcquireAsync("a")).Dispose();
        File.SetUnixFileMode(_parent, Own | Look);
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserExecute | Look);
        File.SetUnixFileMode(Assert.Single(Files()), UnixFileMode.UserRead | Look);
        SystemCalls.AsNobody(() =>
        {
            using FileLock held = FileLock.AcquireAsync(_folder, "a", TimeSpan.Zero, default).GetAwaiter().GetResult();
            Assert.Null(held.Problem);
            NotionAuthException busy = Assert.Throws<NotionAuthException>(
                () => FileLock.AcquireAsync(_folder, "a", TimeSpan.FromMilliseconds(-1), default).GetAwaiter()
                .GetResult());
            Assert.Equal(ErrorIds.Busy, busy.ErrorId);
            return Problem(_folder, "b");
        });
    }

    [Fact]
    public async Task A_folder_that_others_may_use_becomes_the_users_own()
    {
        if (OperatingSystem.IsWindows()) return;
        Directory.CreateDirectory(
            _folder, Own | UnixFileMode.GroupRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
        (await AcquireAsync("a")).Dispose();
        Assert.Equal(Own, File.GetUnixFileMode(_folder));
    }

    // At once: a time-out would be Busy.
    private static NotionAuthException Problem(string folder, string name = "a")
    {
        using FileLock none = FileLock.AcquireAsync(folder, name, TimeSpan.FromMilliseconds(-1), default).GetAwaiter()
            .GetResult();
        NotionAuthException problem = Assert.IsType<NotionAuthException>(none.Problem);
        Assert.Equal(ErrorIds.LockUnavailable, problem.ErrorId);
        Assert.NotEmpty(problem.RecommendedAction);
        return problem;
    }

    // A test run's own folder for temporary files is closed to other users, and some of these tests are one.
    private static string ReachedByAll()
    {
        string temporary = Path.GetFullPath(Path.GetTempPath());
        if (OperatingSystem.IsWindows()) return temporary;
        for (string? path = temporary; path is not null; path = Path.GetDirectoryName(path))
        {
            if (path != "/" && Directory.Exists(path) && !File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherExecute))
                temporary = Path.GetDirectoryName(path)!;
        }

        return temporary;
    }

    private static string Touch(string path)
    {
        File.WriteAllText(path, string.Empty);
        return path;
    }

    private Task<FileLock> AcquireAsync(string name) => FileLock.AcquireAsync(_folder, name, TestNotion.Soon, default);

    private string[] Files() =>
        [.. Directory.EnumerateFiles(_parent, "*.lock", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
