using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.Http.Bodies;

/// <summary>
/// The bytes of a gzip reply on their way to the platform's decompression, which takes their end for the end of what
/// was packed, wherever they break off. The last four are the length of the whole (RFC 1952 section 2.3.1).
/// </summary>
internal sealed class PackedStream(Stream wire) : Stream
{
    private uint _lastFour;
    private bool _hasBytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Checks, at the end, that it was the end.</summary>
    /// <exception cref="InvalidDataException">It wasn't.</exception>
    public void ThrowIfCut(long unpacked)
    {
        if (_hasBytes && _lastFour != unchecked((uint)unpacked))
            throw new InvalidDataException("The reply is packed (gzip) and ended before it was whole.");
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        Seen(buffer.AsSpan(offset, wire.Read(buffer, offset, count)));

    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
#if NET8_0_OR_GREATER
        return Seen(
            buffer.AsSpan(
                offset, await wire.ReadAsync(buffer.AsMemory(offset, count), cancellationToken).ConfigureAwait(false)));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await wire.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return Seen(buffer.Span.Slice(0, read));
#else
        return Seen(
            buffer.AsSpan(
                offset, await wire.ReadAsync(buffer, offset, count, cancellationToken).ConfigureAwait(false)));
#endif
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) wire.Dispose();
        base.Dispose(disposing);
    }

    private int Seen(ReadOnlySpan<byte> bytes)
    {
        _hasBytes |= bytes.Length > 0;
        foreach (byte b in bytes.Slice(Math.Max(0, bytes.Length - 4))) _lastFour = (_lastFour >> 8) | ((uint)b << 24);
        return bytes.Length;
    }
}
