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

    /// <summary>The name that it is sent under; null for the file's own.</summary>
    internal string? Name { get; init; }

    /// <summary>The piece of the file that is sent; null for all of it.</summary>
    internal FileSlice? Slice { get; init; }

    /// <summary>What was read of it already, where it can be read once only; null for nothing.</summary>
    internal byte[]? Content { get; init; }

    /// <summary>Called with what was sent, a few times a second at most; on any thread.</summary>
    public Action<TransferProgress>? Progress { get; init; }
}

/// <summary>A piece of a file as it was when it was looked at first.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="FileLength">How many bytes the file has.</param>
/// <param name="Written">When the file was written last, UTC.</param>
internal sealed record FileSlice(long Offset, long Length, long FileLength, DateTime Written);
