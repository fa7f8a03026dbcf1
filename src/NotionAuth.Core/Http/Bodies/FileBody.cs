using System;

namespace NotionAuth.Core.Http.Bodies;

/// <summary>
/// A file that is sent as multipart/form-data: the field <c>file</c>, and <c>part_number</c> where the file is one part
/// of several. It is read from disk while it is sent, and again for each attempt. Source:
/// developers.notion.com/reference/send-a-file-upload.
/// </summary>
public sealed record FileBody
{
    /// <summary>The file's full path.</summary>
    public required string Path { get; init; }

    /// <summary>Which part of a multi-part upload it is, from 1; null where the file is sent in one.</summary>
    public int? PartNumber { get; init; }

    /// <summary>The media type; null for the one that belongs to the file's extension.</summary>
    public string? ContentType { get; init; }

    /// <summary>Called with what was sent, a few times a second at most; on any thread.</summary>
    public Action<TransferProgress>? Progress { get; init; }
}
