using System;
using System.IO;
using System.Threading.Tasks;

namespace NotionAuth.Core.Http.Bodies;

/// <summary>
/// Where a reply's body is written: a file beside the target, which takes the target's name when it is whole. Whatever happens before that
/// leaves the target as it was, and nothing else behind.
/// </summary>
internal sealed class ReplyFile : IDisposable
{
    private const int BufferBytes = 81_920;
    private readonly string _target;
    private readonly string _temporary;
    private readonly FileStream _stream;
    private readonly Action<TransferProgress>? _progress;
    private bool _isKept;

    private ReplyFile(string target, string temporary, FileStream stream, Action<TransferProgress>? progress)
    {
        _target = target;
        _temporary = temporary;
        _stream = stream;
        _progress = progress;
    }

    /// <summary>Makes the file, so that what can't be written is known before anything is sent.</summary>
    public static ReplyFile Create(string target, Action<TransferProgress>? progress)
    {
        try
        {
            target = Path.GetFullPath(target);
            if (Directory.Exists(target)) throw new IOException("It is a folder.");

            // A target that is locked or read-only is found out now, and not after a gigabyte.
            if (File.Exists(target)) new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.Read).Dispose();
            string temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetRandomFileName()}.part");
            var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.Asynchronous);
            return new ReplyFile(target, temporary, stream, progress);
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

        if (declared is long length && meter.Transferred != length) throw new IOException("The reply ended before its declared length.");
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

    /// <summary>Gives the file its name.</summary>
    public void Keep()
    {
        try
        {
            _stream.Dispose();
#if NET8_0_OR_GREATER
            File.Move(_temporary, _target, overwrite: true);
#else
            if (File.Exists(_target)) File.Replace(_temporary, _target, null);
            else File.Move(_temporary, _target);
#endif
            _isKept = true;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.OfWriting(_target, e);
        }
    }

    public void Dispose()
    {
        if (_isKept) return;
        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // A full disk shows again in closing.
        }

        try
        {
            File.Delete(_temporary);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            // Somebody else has taken it away, or the folder.
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
