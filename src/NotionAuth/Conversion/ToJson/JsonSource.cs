using System;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Threading;
using NotionAuth.Conversion.FromJson;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;

namespace NotionAuth.Conversion.ToJson;

/// <summary>
/// Reads a body that is JSON already: a text, bytes, a file or a stream. It is checked, and sent as it stands.
/// </summary>
internal static class JsonSource
{
    /// <summary>Takes no half characters and writes no byte order mark.</summary>
    public static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads what a user passed, if it is one of these.</summary>
    /// <param name="body">What the user passed.</param>
    /// <param name="stop">Gives up, at once where a stream or a file keeps it waiting.</param>
    /// <returns>JSON in UTF-8, or null for anything else.</returns>
    public static byte[]? Read(object? body, CancellationToken stop) => body switch
    {
        string text => CheckedText(BytesOf(text), "The text that was passed"),
        StringBuilder text => CheckedText(BytesOf(text.ToString()), "The text that was passed"),
        byte[] bytes => CheckedText(bytes, "The bytes that were passed"),
        FileInfo file => CheckedText(ReadFile(file, stop), NameOf(file)),
        Stream stream => CheckedText(ReadStream(stream, stop), "The stream that was passed"),
        _ => null,
    };

    /// <summary>An error about a body, before anything is sent.</summary>
    public static NotionAuthException Invalid(string id, string message, string action) =>
        NotionAuthException.NothingSent(id, message, action);

    private static string NameOf(FileInfo file) => $"The file '{Redaction.OneLine(file.FullName)}'";

    private static byte[] ReadFile(FileInfo file, CancellationToken stop)
    {
        try
        {
            return BodyReader.ReadFileAsync(file.FullName, BodyReader.MaximumJsonBytes, stop).GetAwaiter().GetResult()
                ?? throw TooLarge(NameOf(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string why = Redaction.OneLine(e.Message);
            throw Invalid(ErrorIds.BodyUnreadable, $"{NameOf(file)} can't be read: {why}",
                "Check the path and its permissions.");
        }
    }

    private static byte[] ReadStream(Stream stream, CancellationToken stop)
    {
        try
        {
            // A class that was written in PowerShell runs on this thread alone, and PowerShell itself stops it.
            byte[]? read = stream.GetType().Assembly.IsDynamic
                ? BodyReader.Read(stream, BodyReader.MaximumJsonBytes, stop)
                : BodyReader.ReadAsync(stream, BodyReader.MaximumJsonBytes, stop).GetAwaiter().GetResult();
            return read ?? throw TooLarge("The stream that was passed");
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or NotSupportedException or ObjectDisposedException
                or InvalidDataException)
        {
            throw Invalid(ErrorIds.BodyUnreadable,
                $"The stream that was passed can't be read: {Redaction.Scrub(e.Message)}",
                "Pass one that is open and at its beginning.");
        }
    }

    private static byte[] BytesOf(string text)
    {
        try
        {
            return Utf8.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw Invalid(ErrorIds.BodyNotJson,
                "The text that was passed has half of a character in it (a lone surrogate).",
                "Take it out, or write it as an escape: \\ud83d.");
        }
    }

    private static byte[] CheckedText(byte[] text, string what)
    {
        if (text.Length > BodyReader.MaximumJsonBytes) throw TooLarge(what);
        bool hasMark = text.Length >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF;
        byte[] json = hasMark ? text.AsSpan(3).ToArray() : text;
        if (!JsonString.IsUtf8(json))
            throw Invalid(ErrorIds.BodyNotJson, $"{what} isn't UTF-8.", "Save or convert it as UTF-8.");
        try
        {
            var reader = new Utf8JsonReader(json, JsonToObject.Options);
            while (reader.Read())
            {
                // To the end: a body is sent as it stands, once it is known to be JSON.
            }

            return json;
        }
        catch (JsonException e)
        {
            throw Invalid(
                ErrorIds.BodyNotJson,
                $"{what} isn't JSON, or ends early, or is nested deeper than {JsonToObject.MaximumDepth} " +
                    $"levels (line {e.LineNumber + 1}, byte {e.BytePositionInLine}).",
                "Pass a hashtable, which is converted, or text that ConvertFrom-Json reads.");
        }
    }

    public static NotionAuthException TooLarge(string what) => Invalid(
        ErrorIds.BodyTooLarge, $"{what} is larger than {BodyReader.MaximumJsonBytes / 1024 / 1024} MiB, or has no end.",
        "Notion takes about 500 KB in one request: send the rest with further requests.");
}
