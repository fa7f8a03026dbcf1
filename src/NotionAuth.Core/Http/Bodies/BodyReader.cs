using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Http.Bodies;

/// <summary>
/// Reads what a body is made of: to its end, as far as a bound, and for as long as somebody waits for it.
/// </summary>
internal static class BodyReader
{
    /// <summary>
    /// The most that a body of JSON has. Notion takes 500 KB (developers.notion.com/reference/request-limits); how it
    /// counts them isn't documented, so that this leaves room, and only stops what has no end.
    /// </summary>
    public const int MaximumJsonBytes = 16 * 1024 * 1024;

    private const int BufferBytes = 81_920;

    /// <summary>Reads a stream.</summary>
    /// <param name="stream">The stream. It is closed where the reading is given up.</param>
    /// <param name="maximum">The most that is read.</param>
    /// <param name="cancellationToken">Gives up at once, whatever the stream waits for.</param>
    /// <returns>What was read; null where there is more than the maximum.</returns>
    public static async Task<byte[]?> ReadAsync(Stream stream, int maximum, CancellationToken cancellationToken)
    {
        try
        {
            // Not every stream's asynchronous read lets go of the thread that it was called on.
            Task<byte[]?> reading =
                Task.Run(() => ReadToEndAsync(stream, maximum, cancellationToken), cancellationToken);
            return await reading.OrEndAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Some streams can't be closed while they are read.
            _ = Task.Run(stream.Dispose, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Reads a stream on the thread that calls, for streams that belong to that thread.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="maximum">The most that is read.</param>
    /// <param name="cancellationToken">Closes the stream, and gives up before the next piece.</param>
    /// <returns>What was read; null where there is more than the maximum.</returns>
    public static byte[]? Read(Stream stream, int maximum, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        byte[] buffer = new byte[BufferBytes];
        int read;
        while ((read = stream.Read(buffer, 0, buffer.Length)) > 0)
        {
            if (cancellationToken.IsCancellationRequested) stream.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            if (copy.Length + read > maximum) return null;
            copy.Write(buffer, 0, read);
        }

        return copy.ToArray();
    }

    /// <summary>Reads a file, which may be a pipe or a device.</summary>
    /// <param name="path">The file's full path.</param>
    /// <param name="maximum">The most that is read.</param>
    /// <param name="cancellationToken">Gives up at once, whatever the file waits for.</param>
    /// <returns>What was read; null where there is more than the maximum.</returns>
    /// <exception cref="IOException">As <see cref="FileStream"/>, with its other exceptions.</exception>
    public static async Task<byte[]?> ReadFileAsync(string path, int maximum, CancellationToken cancellationToken)
    {
        using Stream file = await Blocking.OpenAsync(
            path, FileAccess.Read, FileShare.Read | FileShare.Delete, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(file, maximum, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<byte[]?> ReadToEndAsync(Stream stream, int maximum, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        byte[] buffer = new byte[BufferBytes];
        int read;
        while ((read = await stream.ReadAsync(buffer, 0, buffer.Length, cancellationToken).ConfigureAwait(false)) > 0)
        {
            // A stream that always has more may never look at the token itself.
            cancellationToken.ThrowIfCancellationRequested();
            if (copy.Length + read > maximum) return null;
            copy.Write(buffer, 0, read);
        }

        return copy.ToArray();
    }
}
