using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Http.Bodies;

/// <summary>
/// Where a reply's body is written: a temporary file, which becomes the target's content when it is whole. Whatever
/// happens before that leaves the target as it was, and nothing else behind. The target stays what it is: a link, a
/// file of several names, a device or a pipe, with its mode, owner and access list.
/// </summary>
internal sealed class ReplyFile : IDisposable
{
    private const int BufferBytes = 81_920;

    // Two replies for one file must not mix.
    private static readonly SemaphoreSlim WritingOver = new(1, 1);
    private readonly string _target;
    private readonly Stream? _pipe;
    private readonly string _temporary;
    private readonly FileStream _stream;
    private readonly Action<TransferProgress>? _progress;

    private ReplyFile(string target, Stream? pipe, FileStream stream, Action<TransferProgress>? progress)
    {
        _target = target;
        _pipe = pipe;
        _temporary = stream.Name;
        _stream = stream;
        _progress = progress;
    }

    /// <summary>
    /// Tries the target and makes the file, so that what can't be written is known before anything is sent.
    /// </summary>
    public static async Task<ReplyFile> CreateAsync(
        string target, Action<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            target = Path.GetFullPath(target);
            return await Blocking.RunAsync(
                () => Create(target, progress), () => Blocking.WakePipe(target), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (FileErrors.IsFileError(e) || e is ArgumentException)
        {
            throw FileErrors.OfWriting(target, e);
        }
    }

    /// <summary>Writes a reply's body, in place of what an earlier attempt has written.</summary>
    public async Task TakeAsync(ReplyStream body)
    {
        long? declared = body.Length;
        await WriteAsync(() =>
        {
            _stream.Position = 0;
            _stream.SetLength(0);
            return Task.CompletedTask;
        }).ConfigureAwait(false);

        var meter = new ProgressMeter(_progress, declared);
        byte[] buffer = new byte[BufferBytes];
        int read;
        while ((read = await body.ReadAsync(buffer, 0, buffer.Length).ConfigureAwait(false)) > 0)
        {
            await WriteAsync(() => _stream.WriteAsync(buffer, 0, read, body.Limit.Token)).ConfigureAwait(false);
            meter.Add(read);
            body.Limit.Restart();
        }

        if (declared is long length && meter.Transferred != length)
            throw new IOException("The reply ended before its declared length.");
        await WriteAsync(() => _stream.FlushAsync(body.Limit.Token)).ConfigureAwait(false);
    }

    /// <summary>The beginning of what was written.</summary>
    public byte[] ReadStart(int maximum)
    {
        byte[] start = new byte[Math.Min(maximum, _stream.Length)];
        _stream.Position = 0;
        int filled = 0, read;
        while (filled < start.Length && (read = _stream.Read(start, filled, start.Length - filled)) > 0) filled += read;
        return start;
    }

    /// <summary>Gives the target what was written.</summary>
    /// <param name="cancellationToken">Gives up where the target is a pipe that nobody reads. A file is written to its
    /// end.</param>
    public Task KeepAsync(CancellationToken cancellationToken) => WriteAsync(async () =>
    {
        if (_pipe is not null)
        {
            await CopyAsync(_pipe, 0, _stream.Length, cancellationToken).ConfigureAwait(false);
        }
        else if (!File.Exists(_target))
        {
            _stream.Dispose();
#if NET8_0_OR_GREATER
            File.Move(_temporary, _target, overwrite: true);
#else
            File.Move(_temporary, _target);
#endif
        }
        else if (!TryReplace())
        {
            await WritingOver.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                using Stream target = await Blocking.OpenAsync(
                    _target, FileAccess.Write, FileShare.Read, cancellationToken).ConfigureAwait(false);
                await WriteOverAsync(target).ConfigureAwait(false);
            }
            finally
            {
                WritingOver.Release();
            }
        }
    });

    public void Dispose()
    {
        try
        {
            _pipe?.Dispose();
            _stream.Dispose();
        }
        catch (IOException)
        {
            // A full disk shows again in closing.
        }

        try
        {
            // It isn't there any more where it has the target's name.
            File.Delete(_temporary);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            // Somebody else has taken it away, or the folder.
        }
    }

    private static ReplyFile Create(string target, Action<TransferProgress>? progress)
    {
        if (Directory.Exists(target)) throw new IOException("It is a folder.");
        Stream? pipe = null;
        try
        {
            // A target that is locked or read-only is found out now, and not after a gigabyte. A pipe stays open: its
            // reader waits for us.
            Stream opened = Blocking.Open(target, FileAccess.Write, FileShare.Read);
            if (opened.CanSeek) opened.Dispose();
            else pipe = opened;
        }
        catch (FileNotFoundException)
        {
            target = TryNew(target);
            return new ReplyFile(target, null, NewTemporary(Path.GetDirectoryName(target)!, isOwn: false), progress);
        }

        try
        {
            FileStream temporary = pipe is null
                && IsPlain(target) ? TemporaryBeside(target) : NewTemporary(Path.GetTempPath(), isOwn: true);
            return new ReplyFile(target, pipe, temporary, progress);
        }
        catch
        {
            pipe?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Whether a new file of that name can be made: a name may be too long, or have a character that the disk doesn't
    /// take.
    /// </summary>
    /// <returns>Where the file will be: where a link leads that was made before its target.</returns>
    private static string TryNew(string target)
    {
        string path = target;
#if NET8_0_OR_GREATER
        if (new FileInfo(target) is { LinkTarget: not null } link)
            path = link.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
#else
        if ((int)new FileInfo(target).Attributes != -1)
            throw new IOException("It is a link to a file that isn't there.");
#endif
        try
        {
            using (new FileStream(
                path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1, FileOptions.DeleteOnClose))
                if (!File.Exists(target)) throw new FileLoadException("The link can't be followed.");
        }
        catch (IOException e) when (e is not FileLoadException && File.Exists(path))
        {
            // Another request writes there, too, and was faster.
        }

        return path;
    }

    private static FileStream TemporaryBeside(string target)
    {
        try
        {
            return NewTemporary(Path.GetDirectoryName(target)!, isOwn: true);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            // The file may be written, and its folder not.
            return NewTemporary(Path.GetTempPath(), isOwn: true);
        }
    }

    /// <param name="folder">The folder.</param>
    /// <param name="isOwn">Whether it is for this user alone; otherwise it is as every new file of the user's.</param>
    private static FileStream NewTemporary(string folder, bool isOwn)
    {
        string path = Path.Combine(folder, $".{Path.GetRandomFileName()}.part");
#if NET8_0_OR_GREATER
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 1,
            Options = FileOptions.Asynchronous,
        };
        if (isOwn && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
#else
        return new FileStream(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.Asynchronous);
#endif
    }

    private static bool IsPlain(string target) =>
#if NET8_0_OR_GREATER
        !OperatingSystem.IsLinux() || LinuxFile.Find(target) is { IsPlain: true }
            || new FileInfo(target).LinkTarget is not null;
#else
        target.Length > 0;
#endif

    /// <summary>
    /// Lets the temporary file take the target's place at one stroke, where nothing of the target gets lost by that.
    /// Only Linux is asked for all that a file may have.
    /// </summary>
#if NET8_0_OR_GREATER
    private bool TryReplace()
    {
        if (!OperatingSystem.IsLinux()) return false;
        if (LinuxFile.Find(_target) is not { IsPlain: true, Links: 1 } target
            || LinuxFile.Find(_temporary) is not { } temporary) return false;
        if (target.Owner != temporary.Owner || target.Group != temporary.Group || LinuxFile.HasAttributes(_target))
            return false;
        if (Path.GetDirectoryName(_temporary) != Path.GetDirectoryName(_target)) return false;
        try
        {
            File.SetUnixFileMode(_temporary, target.Mode);
            File.Move(_temporary, _target, overwrite: true);
            return true;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            // Such as a file that a container has as a mount of its own.
            return false;
        }
    }
#else
    private static bool TryReplace() => false;
#endif

    /// <summary>
    /// Writes over a file. What needs room comes first: where there is none, the file is what it was.
    /// </summary>
    private async Task WriteOverAsync(Stream target)
    {
        long before = target.Length, length = _stream.Length;
        try
        {
            if (length > before) await CopyAsync(target, before, length, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException) when (target.Length > before)
        {
            target.SetLength(before);
            throw;
        }

        await CopyAsync(target, 0, Math.Min(before, length), CancellationToken.None).ConfigureAwait(false);
        if (target.Length > length) target.SetLength(length);
    }

    private async Task CopyAsync(Stream target, long from, long to, CancellationToken cancellationToken)
    {
        _stream.Position = from;
        if (target.CanSeek) target.Position = from;
        byte[] buffer = new byte[BufferBytes];
        while (from < to)
        {
            int read = await _stream.ReadAsync(buffer, 0, (int)Math.Min(buffer.Length, to - from), cancellationToken)
                .ConfigureAwait(false);
            if (read == 0) throw new IOException("What was received isn't there any more.");
            await WriteAsync(target, buffer, read, cancellationToken).ConfigureAwait(false);
            from += read;
        }
    }

    private static Task<bool> WriteAsync(Stream target, byte[] buffer, int count, CancellationToken cancellationToken)
    {
        // Not every device's write looks at the token.
        return WriteAllAsync().OrEndAsync(cancellationToken);

        async Task<bool> WriteAllAsync()
        {
            await target.WriteAsync(buffer, 0, count, cancellationToken).ConfigureAwait(false);
            return true;
        }
    }

    private async Task WriteAsync(Func<Task> write)
    {
        try
        {
            await write().ConfigureAwait(false);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.OfWriting(_target, e);
        }
    }
}
