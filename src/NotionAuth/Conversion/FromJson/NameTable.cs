using System;
using NotionAuth.Core.Common;

namespace NotionAuth.Conversion.FromJson;

/// <summary>
/// The names of properties as strings, one string for each name that comes again and again. As many as there are slots
/// and no more, whatever replies hold: a name takes the place of the one that was there. Threads may take each other's
/// place, which costs a string.
/// </summary>
internal static class NameTable
{
    private const int Slots = 2048;
    private const int LongestName = 64;
    private static readonly Entry?[] Entries = new Entry?[Slots];

    /// <summary>A name.</summary>
    /// <param name="utf8">The name as it stands in JSON, between its quotes.</param>
    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestName) return JsonString.Decode(utf8);
        uint hash = (uint)utf8.Length;
        foreach (byte b in utf8) hash = (hash * 31) + b;
        ref Entry? slot = ref Entries[(hash ^ (hash >> 11)) & (Slots - 1)];
        Entry? entry = slot;
        if (entry is not null && utf8.SequenceEqual(entry.Utf8)) return entry.Name;
        slot = entry = new Entry(utf8.ToArray(), JsonString.Decode(utf8));
        return entry.Name;
    }

    private sealed class Entry(byte[] utf8, string name)
    {
        public byte[] Utf8 { get; } = utf8;

        public string Name { get; } = name;
    }
}
