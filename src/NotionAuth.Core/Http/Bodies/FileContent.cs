using System;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Handlers;

namespace NotionAuth.Core.Http.Bodies;

/// <summary>
/// A file as multipart/form-data (RFC 7578), read from disk while it is sent, anew for each attempt; of known length.
/// What has no length to tell, such as a pipe or a device, is read before anything is sent.
/// </summary>
internal sealed class FileContent : HttpContent
{
    // Notion's 20 MB. Source: developers.notion.com/docs/working-with-files-and-media.
    internal const int LargestFile = 20 * 1024 * 1024;
    private const int BufferBytes = 81_920;
    private readonly FileBody _file;
    private readonly byte[]? _content;
    private readonly long _length;
    private readonly long _fileLength;
    private readonly DateTime _written;
    private readonly byte[] _head;
    private readonly byte[] _tail;
    private AttemptTimer? _attempt;

    private FileContent(FileBody file, FileInfo info, byte[]? content, string type)
    {
        _file = file;
        _content = content;
        _length = content?.Length ?? file.Slice?.Length ?? info.Length;
        _fileLength = file.Slice?.FileLength ?? _length;
        _written = file.Slice?.Written ?? info.LastWriteTimeUtc;
        string boundary = Guid.NewGuid().ToString("N");
        var head = new StringBuilder();
        if (file.PartNumber is int part)
            head.AppendFormat(CultureInfo.InvariantCulture,
                "--{0}\r\nContent-Disposition: form-data; name=\"part_number\"\r\n\r\n{1}\r\n", boundary, part);
        head.AppendFormat(
            CultureInfo.InvariantCulture,
            "--{0}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{1}\"\r\nContent-Type: {2}\r\n\r\n",
            boundary, Quoted(file.Name ?? info.Name), type);
        _head = Encoding.UTF8.GetBytes(head.ToString());
        _tail = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/form-data; boundary={boundary}");
    }

    /// <summary>What limits the attempt in which the file is on its way; null between attempts.</summary>
    public AttemptTimer? Attempt
    {
        get => _attempt;
        set
        {
            _attempt = value;
            if (value is not null) Failure = null;
        }
    }

    /// <summary>What was wrong with the file during the last attempt. The platform wraps what a body throws.</summary>
    public NotionAuthException? Failure { get; private set; }

    /// <summary>Checks a file, so that what can't be sent is known before anything is.</summary>
    public static async Task<FileContent> OpenAsync(
        FileBody file, CancellationToken cancellationToken)
    {
        string shown = FileErrors.Shown(file.Path);
        if (file.PartNumber is < 1 or > 10_000)
            throw NotionAuthException.NothingSent(
                ErrorIds.InvalidBody, "A part's number is between 1 and 10,000.", "Correct -PartNumber.");
        try
        {
            var info = new FileInfo(file.Path);

            // Somebody has looked at it already. Whether it changed since then shows while it is sent.
            if (file.Slice is not null || file.Content is not null)
                return new FileContent(file, info, file.Content, FileTypes.ContentTypeOf(file));
            using (Stream source = await OpenAsync(info.FullName, cancellationToken).ConfigureAwait(false))
            {
                long? length = source.CanSeek ? info.Length : 0;
                byte[]? content = length > 0
                    ? null : await BodyReader.ReadAsync(source, LargestFile, cancellationToken).ConfigureAwait(false);
                if (length == 0) length = content?.Length;
                if (length == 0) throw FileErrors.OfSize(file.Path, 0);
                if (length is null or > LargestFile)
                    throw NotionAuthException.NothingSent(
                        ErrorIds.InvalidFileSize,
                        $"The file '{shown}' is larger than the 20 MiB that Notion takes at once.",
                        "Upload it with Invoke-NotionRequest file_uploads -InFile, which sends it in parts. Or make " +
                        "a multi_part upload, split the file into parts of 5 to 20 MiB (the last may be smaller), " +
                        "and send each with -PartNumber.",
                        shown);
                return new FileContent(file, info, content, FileTypes.ContentTypeOf(file));
            }
        }
        catch (Exception e) when (FileErrors.IsFileError(e) || e is ArgumentException)
        {
            throw FileErrors.OfReading(file.Path, e);
        }
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(_head, 0, _head.Length).ConfigureAwait(false);
        try
        {
            using Stream source = _content is null
                ? await ReopenedAsync().ConfigureAwait(false) : new MemoryStream(_content);
            var meter = new ProgressMeter(_file.Progress, _length);
            byte[] buffer = new byte[BufferBytes];
            while (true)
            {
                int wanted = _length == _fileLength
                    ? buffer.Length : (int)Math.Min(buffer.Length, _length - meter.Transferred);
                int read = wanted == 0 ? 0 : await ReadAsync(source, buffer, wanted).ConfigureAwait(false);
                if (meter.Transferred + read > _length || (read == 0 && meter.Transferred < _length)) throw Changed();
                if (read == 0) break;
                await stream.WriteAsync(buffer, 0, read).ConfigureAwait(false);
                Attempt?.Restart();
                meter.Add(read);
            }
        }
        catch (NotionAuthException e)
        {
            Failure = e;
            throw;
        }

        await stream.WriteAsync(_tail, 0, _tail.Length).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _head.Length + _length + _tail.Length;
        return true;
    }

    // The platform waits for a body that it sends, whatever its own token says.
    private CancellationToken Ended => Attempt?.Token ?? CancellationToken.None;

    private static Task<Stream> OpenAsync(string path, CancellationToken cancellationToken) =>
        Blocking.OpenAsync(path, FileAccess.Read, FileShare.Read | FileShare.Delete, cancellationToken);

    private async Task<Stream> ReopenedAsync()
    {
        try
        {
            Stream source = await OpenAsync(_file.Path, Ended).ConfigureAwait(false);
            if (source.CanSeek && source.Length == _fileLength && File.GetLastWriteTimeUtc(_file.Path) == _written)
            {
                source.Position = _file.Slice?.Offset ?? 0;
                return source;
            }

            source.Dispose();
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.OfReading(_file.Path, e);
        }

        throw Changed();
    }

    private async Task<int> ReadAsync(Stream source, byte[] buffer, int wanted)
    {
        try
        {
            return await source.ReadAsync(buffer, 0, wanted, Ended).OrEndAsync(Ended).ConfigureAwait(false);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.OfReading(_file.Path, e);
        }
    }

    private NotionAuthException Changed() => new(
        ErrorIds.FileChanged, NotionErrorKind.InvalidOperation,
        $"The file '{FileErrors.Shown(_file.Path)}' changed while it was sent. Notion got no whole file.",
        "Wait until nobody writes to it, or send a copy.")
    { Target = FileErrors.Shown(_file.Path) };

    // As browsers write it: names may be in any script. Source: html.spec.whatwg.org, multipart/form-data encoding
    // algorithm.
    private static string Quoted(string name) => name.Replace("\"", "%22").Replace("\r", "%0D").Replace("\n", "%0A");
}
