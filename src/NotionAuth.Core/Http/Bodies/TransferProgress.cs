namespace NotionAuth.Core.Http.Bodies;

/// <summary>How far a file has come on its way to or from Notion.</summary>
/// <param name="Transferred">Bytes so far; begins again with each attempt.</param>
/// <param name="Total">Bytes in all, or null where the reply doesn't say.</param>
public readonly record struct TransferProgress(long Transferred, long? Total);
