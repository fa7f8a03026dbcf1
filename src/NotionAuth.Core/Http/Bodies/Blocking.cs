using System;
using System.IO;
#if NET8_0_OR_GREATER
using System.IO.Pipes;
#endif
using System.Threading;
using System.Threading.Tasks;
#if NET8_0_OR_GREATER
using Microsoft.Win32.SafeHandles;
#endif

namespace NotionAuth.Core.Http.Bodies;

/// <summary>
/// Work that the system may keep waiting for as long as it likes: a pipe that nobody opens at its other end, a
/// network's disk that is gone. A caller that gives up on it goes on at once.
/// </summary>
internal static class Blocking
{
    /// <summary>Opens a file that exists. A pipe waits for its other end.</summary>
    /// <returns>The file; a pipe's reads and writes look at their tokens.</returns>
    /// <exception cref="IOException">As <see cref="FileStream"/>, with its other exceptions.</exception>
    public static Task<Stream> OpenAsync(
        string path, FileAccess access, FileShare share, CancellationToken cancellationToken) =>
        RunAsync(() => Open(path, access, share), () => WakePipe(path), cancellationToken);

    /// <summary>Does work on a thread of its own, which is left behind where the caller gives up.</summary>
    /// <param name="work">The work. What it gives too late is put away.</param>
    /// <param name="wake">Ends a wait of the work that nobody waits for any more, if it can.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<T> RunAsync<T>(Func<T> work, Action wake, CancellationToken cancellationToken)
        where T : IDisposable
    {
        cancellationToken.ThrowIfCancellationRequested();
        Task<T> running =
            Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return await running.OrEndAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ = running.ContinueWith(
                static t => PutAway(t), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            _ = WakeAsync(running, wake);
            throw;
        }
    }

    private static void PutAway<T>(Task<T> late)
        where T : IDisposable
    {
        if (late.Exception is null && !late.IsCanceled) late.Result.Dispose();
    }

    // More than once, since the work may be on its way to its wait; not for ever, since it may wait for something else.
    private static async Task WakeAsync(Task running, Action wake)
    {
        for (int i = 0; i < 20 && !running.IsCompleted; i++)
        {
            await Task.Run(wake).ConfigureAwait(false);
            await Task.WhenAny(running, Task.Delay(100)).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for work that doesn't look at the token itself.</summary>
    public static async Task<T> OrEndAsync<T>(this Task<T> work, CancellationToken cancellationToken)
    {
        if (work.IsCompleted || !cancellationToken.CanBeCanceled) return await work.ConfigureAwait(false);
        var ended = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        using (cancellationToken.Register(() => ended.TrySetCanceled(cancellationToken)))
        {
            Task<T> first = await Task.WhenAny(work, ended.Task).ConfigureAwait(false);

            // How the work ends that nobody waits for is nobody's matter.
            if (first != work)
                _ = work.ContinueWith(
                    static t => t.Exception, CancellationToken.None, TaskContinuationOptions.None,
                    TaskScheduler.Default);
            return await first.ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Opens a pipe for both reading and writing, which waits for nobody: who waits at either end goes on.
    /// </summary>
    public static void WakePipe(string path)
    {
        if (Path.DirectorySeparatorChar == '\\') return;
        try
        {
            new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 1).Dispose();
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            // Gone, or no pipe after all.
        }
    }

    /// <summary>Opens a file that exists and waits as long as the system lets it wait.</summary>
    public static Stream Open(string path, FileAccess access, FileShare share)
    {
        var file = new FileStream(
            path, FileMode.Open, access, share, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
#if NET8_0_OR_GREATER
        if (!file.CanSeek && !OperatingSystem.IsWindows()) return PipeOf(file, access);
#endif
        return file;
    }

#if NET8_0_OR_GREATER
    // A FileStream's read of a pipe holds a thread until the other end writes, and takes what it writes then. A pipe's
    // own stream holds none.
    private static Stream PipeOf(FileStream file, FileAccess access)
    {
        var handle = new SafePipeHandle(file.SafeFileHandle.DangerousGetHandle(), ownsHandle: true);
        try
        {
            var pipe =
                new AnonymousPipeClientStream(access == FileAccess.Read ? PipeDirection.In : PipeDirection.Out, handle);
            file.SafeFileHandle.SetHandleAsInvalid();
            file.Dispose();
            return pipe;
        }
        catch (IOException)
        {
            // Another device, such as a terminal.
            handle.SetHandleAsInvalid();
            return file;
        }
    }
#endif
}
