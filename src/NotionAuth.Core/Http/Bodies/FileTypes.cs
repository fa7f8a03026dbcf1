using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http.Headers;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Http.Bodies;

/// <summary>
/// The media types of the files that Notion takes. Source: developers.notion.com/docs/working-with-files-and-media
/// (supported file types).
/// </summary>
internal static class FileTypes
{
    // A type and the extensions that it goes with.
    private static readonly string[] Table =
    [
        "audio/aac aac adts",
        "audio/midi mid midi",
        "audio/mpeg mp3 mpga",
        "audio/mp4 m4a m4b",
        "audio/ogg oga ogg",
        "audio/wav wav",
        "audio/x-ms-wma wma",
        "application/pdf pdf",
        "text/plain txt",
        "application/json json",
        "application/msword doc dot",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template dotx",
        "application/vnd.ms-excel xls xlt xla",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.template xltx",
        "application/vnd.ms-powerpoint ppt pot pps ppa",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.template potx",
        "image/gif gif",
        "image/heic heic",
        "image/jpeg jpeg jpg",
        "image/png png",
        "image/svg+xml svg",
        "image/tiff tif tiff",
        "image/webp webp",
        "image/vnd.microsoft.icon ico",
        "video/x-amv amv",
        "video/x-ms-asf asf wmv",
        "video/x-msvideo avi",
        "video/x-f4v f4v",
        "video/x-flv flv",
        "video/mp4 gifv m4v mp4",
        "video/webm mkv webm",
        "video/quicktime mov qt",
        "video/mpeg mpeg",
    ];

    private static readonly Dictionary<string, string> Known = Table
        .Select(line => line.Split(' '))
        .SelectMany(words => words.Skip(1), (words, extension) => (Type: words[0], Extension: "." + extension))
        .ToDictionary(e => e.Extension, e => e.Type, StringComparer.OrdinalIgnoreCase);

    /// <summary>The extensions that Notion takes, for errors.</summary>
    public static string Extensions { get; } = string.Join(" ", Known.Keys.OrderBy(k => k, StringComparer.Ordinal));

    /// <summary>Whether Notion takes files whose name ends like this one's.</summary>
    public static bool IsKnownName(string name) => Known.ContainsKey(Path.GetExtension(name));

    /// <summary>The usual extension of a media type that Notion takes, with its dot; null of any other.</summary>
    /// <param name="type">The media type, which may have parameters.</param>
    public static string? ExtensionOf(string type)
    {
        string bare = type.Split(';')[0].Trim();
        return Table.Select(line => line.Split(' ')).Where(words => words[0].Equals(
            bare, StringComparison.OrdinalIgnoreCase)).Select(words => "." + words[1]).FirstOrDefault();
    }

    /// <summary>The media type to send a file with.</summary>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidContentType"/>: unknown, or not
    /// one.</exception>
    public static string ContentTypeOf(FileBody file)
    {
        string shown = FileErrors.Shown(file.Path);
        if (file.ContentType is { } given)
            return MediaTypeHeaderValue.TryParse(given, out MediaTypeHeaderValue? parsed)
                ? parsed.ToString()
                : throw NotionAuthException.NothingSent(
                    ErrorIds.InvalidContentType, $"'{Redaction.Scrub(given)}' isn't a content type.",
                    "Pass one such as application/pdf with -ContentType.", shown);

        if (Known.TryGetValue(Path.GetExtension(file.Path), out string? type)) return type;
        throw NotionAuthException.NothingSent(
            ErrorIds.InvalidContentType, $"No content type that Notion takes is known for the extension of '{shown}'.",
            "Name it with -ContentType, as it was named when the upload was created; " +
            "a part of a larger file has the whole file's type.", shown);
    }
}
