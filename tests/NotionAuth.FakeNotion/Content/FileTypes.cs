using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Content;

/// <summary>
/// What may be uploaded. Source: developers.notion.com/docs/working-with-files-and-media (supported file types).
/// </summary>
internal static class FileTypes
{
    private const int MaxNameBytes = 900;

    private static readonly HashSet<string> Extensions = new(
        ("aac adts mid midi mp3 mpga m4a m4b oga ogg wav wma pdf txt json doc dot docx dotx xls xlt xla xlsx xltx " +
        "ppt pot pps ppa pptx potx gif heic jpeg jpg png svg tif tiff webp ico amv asf wmv avi f4v flv gifv m4v mp4 " +
        "mkv webm mov qt mpeg").Split(' '), StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> Types = new(
        ("audio/aac audio/midi audio/mpeg audio/mp4 audio/ogg audio/wav audio/x-ms-wma application/pdf text/plain " +
        "application/json application/msword application/vnd.ms-excel application/vnd.ms-powerpoint " +
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document " +
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template " +
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet " +
        "application/vnd.openxmlformats-officedocument.spreadsheetml.template " +
        "application/vnd.openxmlformats-officedocument.presentationml.presentation " +
        "application/vnd.openxmlformats-officedocument.presentationml.template " +
        "image/gif image/heic image/jpeg image/png image/svg+xml image/tiff image/webp image/vnd.microsoft.icon " +
        "video/x-amv video/x-ms-asf video/x-msvideo video/x-f4v video/x-flv video/mp4 video/webm video/quicktime " +
        "video/mpeg").Split(' '), StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses a name or a type that Notion doesn't take.</summary>
    public static void Check(string? filename, string? contentType)
    {
        if (contentType is not null && !Types.Contains(contentType.Split(';')[0].Trim()))
            throw NotionFailure.Validation($"Content type {contentType} is not supported for the File Upload API.");
        if (filename is null)
            return;
        if (Encoding.UTF8.GetByteCount(filename) > MaxNameBytes)
            throw NotionFailure.Validation($"body.filename should be at most {MaxNameBytes} bytes long.");
        var extension = Path.GetExtension(filename);
        if (extension.Length > 1 ? !Extensions.Contains(extension[1..]) : contentType is null)
            throw NotionFailure.Validation(
                $"Provided `filename` has an extension that is not supported for the File Upload API: {extension}.");
    }
}
