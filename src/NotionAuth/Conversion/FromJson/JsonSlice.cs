using System;
using System.Text.Json;

namespace NotionAuth.Conversion.FromJson;

/// <summary>One value in a checked JSON text: the bytes from its first to its last.</summary>
/// <param name="bytes">The text that it stands in, which nobody changes.</param>
/// <param name="start">Where it begins.</param>
/// <param name="length">How long it is.</param>
internal readonly struct JsonSlice(byte[] bytes, int start, int length)
{
    // A part of a larger text gets bytes of its own where it would keep twice of them alive.
    private const int SmallText = 16 * 1024;

    public byte[] Bytes { get; } = bytes;

    public int Start { get; } = start;

    public int Length { get; } = length;

    public ReadOnlySpan<byte> Span => Bytes.AsSpan(Start, Length);

    public byte FirstByte => Bytes[Start];

    /// <summary>
    /// The value that a reader, which reads this slice, stands on; it stands on the value's end afterwards.
    /// </summary>
    public JsonSlice From(ref Utf8JsonReader reader)
    {
        int first = checked((int)reader.TokenStartIndex);
        reader.Skip();
        return new(Bytes, Start + first, checked((int)reader.BytesConsumed) - first);
    }

    /// <summary>The same value in bytes that keep little more than it alive.</summary>
    public JsonSlice Owned() =>
        Bytes.Length <= SmallText || Length > Bytes.Length / 2 ? this : new(Span.ToArray(), 0, Length);
}

/// <summary>A member of an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct Member(string Name, JsonSlice Value);
