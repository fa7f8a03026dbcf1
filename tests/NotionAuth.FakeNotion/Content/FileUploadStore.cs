using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace NotionAuth.FakeNotion.Content;

/// <summary>A file that arrived, for tests to compare.</summary>
public sealed record UploadedFile(
    Guid Id, string Status, string? Filename, string? ContentType, long Length, string Sha256, int Parts);

/// <summary>One upload on its way.</summary>
internal sealed class FileUpload
{
    public required Guid Id { get; init; }

    public required Guid BotId { get; init; }

    public required string Mode { get; init; }

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset Edited { get; set; }

    public DateTimeOffset? Expires { get; set; }

    public string? Filename { get; set; }

    public string? ContentType { get; set; }

    public int? NumberOfParts { get; init; }

    public bool Done { get; set; }

    /// <summary>Whether it was attached: then it doesn't expire any more.</summary>
    public bool Attached { get; set; }

    /// <summary>Why it failed, or that it didn't, where it was imported from a URL.</summary>
    public ImportResult? Import { get; set; }

    public bool Failed { get; set; }

    /// <summary>How often it is still called pending when somebody looks.</summary>
    public int ReadsLeft { get; set; }

    public SortedDictionary<int, byte[]> Parts { get; } = [];

    public long Length => Parts.Values.Sum(p => (long)p.Length);

    public string StatusAt(DateTimeOffset now) => Failed ? "failed" : Done && ReadsLeft == 0 ? "uploaded"
        : !Done && now >= Expires ? "expired" : "pending";
}

/// <summary>How the import of a file from a URL ended.</summary>
internal sealed record ImportResult(string? Error, DateTimeOffset Time);

/// <summary>A workspace's uploads; the store is its own lock.</summary>
internal sealed class FileUploadStore
{
    private readonly List<FileUpload> _uploads = [];

    public Lock Lock { get; } = new();

    public IReadOnlyList<UploadedFile> Uploaded
    {
        get
        {
            lock (Lock)
                return [.. _uploads.Where(u => u.Done).Select(ToFile)];
        }
    }

    public void Add(FileUpload upload)
    {
        lock (Lock)
            _uploads.Add(upload);
    }

    public FileUpload? Find(Guid id)
    {
        lock (Lock)
            return _uploads.Find(u => u.Id == id);
    }

    public IReadOnlyList<FileUpload> Of(Guid botId)
    {
        lock (Lock)
            return [.. _uploads.Where(u => u.BotId == botId).Reverse()];
    }

    private static UploadedFile ToFile(FileUpload upload)
    {
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(
            System.Security.Cryptography.HashAlgorithmName.SHA256);
        foreach (var part in upload.Parts.Values)
            hash.AppendData(part);
        return new UploadedFile(
            upload.Id,
            "uploaded",
            upload.Filename,
            upload.ContentType,
            upload.Length,
            Convert.ToHexStringLower(hash.GetHashAndReset()),
            upload.Parts.Count);
    }
}
