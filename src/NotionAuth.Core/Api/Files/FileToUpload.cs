using System;
using System.IO;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Core.Api.Files;

/// <summary>
/// A file that was looked at and can be uploaded: its name, its type, and the parts that it is sent in. Source:
/// developers.notion.com/docs/sending-larger-files.
/// </summary>
internal sealed class FileToUpload
{
    // The size that Notion recommends, and its largest; both between 5 and 20 MiB.
    private const long UsualPart = 10 * 1024 * 1024;
    private const long LargestPart = FileContent.LargestFile;
    private const int MostParts = 1000;
    private readonly FileBody _file;
    private readonly string _name;
    private readonly DateTime _written;
    private readonly long _part;

    private FileToUpload(FileBody file, string name, long length, DateTime written)
    {
        _file = file;
        _name = name;
        Length = length;
        _written = written;
        _part = length <= UsualPart * MostParts ? UsualPart : LargestPart;
        Parts = length <= FileContent.LargestFile ? 1 : (int)((length + _part - 1) / _part);
    }

    /// <summary>The file's full path.</summary>
    public string Path => _file.Path;

    /// <summary>How many bytes it has.</summary>
    public long Length { get; }

    /// <summary>How many parts it is sent in; 1 where it is sent whole.</summary>
    public int Parts { get; }

    /// <summary>The media type that was asked for; null where the extension decides.</summary>
    public string? GivenType => _file.ContentType;

    /// <summary>Looks at a file, so that what Notion doesn't take is known before anything is sent.</summary>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The file.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.FileNotFound"/>,
    /// <see cref="ErrorIds.FileUnavailable"/>, <see cref="ErrorIds.InvalidContentType"/>,
    /// <see cref="ErrorIds.InvalidFileSize"/>.</exception>
    public static async Task<FileToUpload> OpenAsync(FileBody file, CancellationToken cancellationToken)
    {
        string name = NameOf(file);
        try
        {
            var info = new FileInfo(file.Path);
            byte[]? content = null;
            long length;
            using (Stream source = await Blocking.OpenAsync(
                info.FullName, FileAccess.Read, FileShare.Read | FileShare.Delete, cancellationToken)
                .ConfigureAwait(false))
            {
                length = source.CanSeek ? info.Length : 0;

                // What has no length to tell, such as a pipe, is read before anything is sent.
                if (length == 0)
                {
                    content = await BodyReader.ReadAsync(source, FileContent.LargestFile, cancellationToken)
                        .ConfigureAwait(false);
                    length = content?.Length ?? long.MaxValue;
                }
            }

            if (length == 0 || length > LargestPart * MostParts) throw FileErrors.OfSize(file.Path, length);
            return new FileToUpload(
                content is null ? file : file with { Content = content }, name, length, info.LastWriteTimeUtc);
        }
        catch (Exception e) when (FileErrors.IsFileError(e) || e is ArgumentException)
        {
            throw FileErrors.OfReading(file.Path, e);
        }
    }

    /// <summary>The body of the request that makes the upload.</summary>
    public byte[] CreateBody()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("mode", Parts == 1 ? "single_part" : "multi_part");
            writer.WriteString("filename", _name);
            writer.WriteString("content_type", FileTypes.ContentTypeOf(_file));
            if (Parts > 1) writer.WriteNumber("number_of_parts", Parts);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>A part as it is sent.</summary>
    /// <param name="number">Its number, from 1.</param>
    public FileBody Part(int number)
    {
        if (Parts == 1)
            return _file with
            {
                Name = _name,
                Slice = _file.Content is null ? new FileSlice(0, Length, Length, _written) : null,
            };
        long offset = (number - 1) * _part;
        return _file with
        {
            Name = _name,
            PartNumber = number,
            Slice = new FileSlice(offset, Math.Min(_part, Length - offset), Length, _written),
            Progress = _file.Progress is { } progress
                ? p => progress(new TransferProgress(offset + p.Transferred, Length)) : null,
        };
    }

    // Notion goes by the name's extension, and by the type beside it.
    private static string NameOf(FileBody file)
    {
        string name = System.IO.Path.GetFileName(file.Path), shown = FileErrors.Shown(file.Path);
        if (file.ContentType is null && FileTypes.IsKnownName(name)) return name;
        string? extension = file.ContentType is null
            ? null : FileTypes.ExtensionOf(FileTypes.ContentTypeOf(file));
        if (extension is not null) return FileTypes.IsKnownName(name) ? name : name + extension;
        throw NotionAuthException.NothingSent(
            ErrorIds.InvalidContentType,
            file.ContentType is null
                ? $"Notion doesn't take files such as '{shown}'."
                : $"Notion doesn't take files of the type '{Redaction.OneLine(file.ContentType)}'.",
            "Name what it is with -ContentType, such as text/plain: the file is then called after that in Notion " +
            $"({name}.txt). Or convert it. Notion takes {FileTypes.Extensions}.", shown);
    }
}
