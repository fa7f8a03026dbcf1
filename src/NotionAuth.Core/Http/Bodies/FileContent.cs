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

namespace NotionAuth.Core.Http.Bodies;

/// <summary>
/// A file as multipart/form-data (RFC 7578), read from disk while it is sent, anew for each attempt; of known length.
/// What has no length to tell, such as a pipe or a device, is read before anything is sent.
/// </summary>
internal sealed class FileContent : HttpContent
{
    // Notion's 20 MB. Source: developers.notion.com/docs/working-with-files-and-media.
    private const int LargestFile = 20 * 1024 * 1024;
    private const int BufferBytes = 81_920;
    private readonly FileBody _file;
    private readonly RequestContext _context;
    private readonly byte[]? _content;
    private readonly long _length;
    private readonly DateTime _written;
    private readonly byte[] _head;
    private readonly byte[] _tail;

    private FileContent(FileBody file, RequestContext context, FileInfo info, byte[]? content, string type)
    {
        _file = file;
        _context = context;
        _content = content;
        _length = content?.Length ?? info.Length;
        _written = info.LastWriteTimeUtc;
        string boundary = Guid.NewGuid().ToString("N");
        var head = new StringBuilder();
        if (file.PartNumber is int part)
            head.AppendFormat(CultureInfo.InvariantCulture,
                "--{0}\r\nContent-Disposition: form-data; name=\"part_number\"\r\n\r\n{1}\r\n", boundary, part);
        head.AppendFormat(
            CultureInfo.InvariantCulture,
            "--{0}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{1}\"\r\nContent-Type: {2}\r\n\r\n",
            boundary, Quoted(info.Name), type);
        _head = Encoding.UTF8.GetBytes(head.ToString());
        _tail = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/form-data; boundary={boundary}");
    }

    /// <summary>Checks a file, so that what can't be sent is known before anything is.</summary>
    public static async Task<FileContent> OpenAsync(
        FileBody file, RequestContext context, CancellationToken cancellationToken)
    {
        string shown = FileErrors.Shown(file.Path);
        if (file.PartNumber is < 1 or > 10_000)
            throw NotionAuthException.NothingSent(
                ErrorIds.InvalidBody, "A part's number is between 1 and 10,000.", "Correct -PartNumber.");
        try
        {
            var info = new FileInfo(file.Path);
            using (Stream source = await OpenAsync(info.FullName, cancellationToken).ConfigureAwait(false))
            {
                long? length = source.CanSeek ? info.Length : 0;
                byte[]? content = length > 0
                    ? null : await BodyReader.ReadAsync(source, LargestFile, cancellationToken).ConfigureAwait(false);
                if (length == 0) length = content?.Length;
                if (length is null or 0 or > LargestFile)
                    throw NotionAuthException.NothingSent(
                        ErrorIds.InvalidFileSize,
                        length == 0
                            ? $"The file '{shown}' is empty."
                            : $"The file '{shown}' is larger than the 20 MiB that Notion takes at once.",
                        length == 0
                            ? "Check the path; Notion takes no empty files."
                            : "Make a multi_part upload, split the file into parts of 5 to 20 MiB (the last may be " +
                                "smaller), and send each with -PartNumber.",
                        shown);
                return new FileContent(file, context, info, content, FileTypes.ContentTypeOf(file));
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
                int read = await ReadAsync(source, buffer).ConfigureAwait(false);
                if (meter.Transferred + read > _length || (read == 0 && meter.Transferred < _length)) throw Changed();
                if (read == 0) break;
                await stream.WriteAsync(buffer, 0, read).ConfigureAwait(false);
                _context.Attempt?.Restart();
                meter.Add(read);
            }
        }
        catch (NotionAuthException e)
        {
            // The platform wraps what a body throws; the handlers find it here.
            _context.BodyFailure = e;
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
    private CancellationToken Ended => _context.Attempt?.Token ?? CancellationToken.None;

    private static Task<Stream> OpenAsync(string path, CancellationToken cancellationToken) =>
        Blocking.OpenAsync(path, FileAccess.Read, FileShare.Read | FileShare.Delete, cancellationToken);

    private async Task<Stream> ReopenedAsync()
    {
        try
        {
            Stream source = await OpenAsync(_file.Path, Ended).ConfigureAwait(false);
            if (source.CanSeek && source.Length == _length && File.GetLastWriteTimeUtc(_file.Path) == _written)
                return source;
            source.Dispose();
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.OfReading(_file.Path, e);
        }

        throw Changed();
    }

    private async Task<int> ReadAsync(Stream source, byte[] buffer)
    {
        try
        {
            return await source.ReadAsync(buffer, 0, buffer.Length, Ended).OrEndAsync(Ended).ConfigureAwait(false);
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
