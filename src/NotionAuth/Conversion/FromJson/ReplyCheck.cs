using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Text.Json;
using NotionAuth.Core.Common;

namespace NotionAuth.Conversion.FromJson;

/// <summary>
/// Reads a reply once from its first byte to its last and finds everything that can be wrong with it, so that what is
/// converted later can't fail: broken JSON or UTF-8, too many levels, and keys that the objects to be made can't hold.
/// On its way it notes where the outermost object's members are, so that they needn't be looked for again.
/// </summary>
internal sealed class ReplyCheck
{
    // So many keys are compared with each other; for more a set is quicker.
    private const int FewKeys = 24;

    // A spare one as large as an untrusted reply made it isn't kept.
    private const int MostKeptKeys = 4096;

    // A loop over every token of every reply: the first replies of a process have no time to wait for it to be compiled
    // again.
#if NET8_0_OR_GREATER
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
#else
    private const MethodImplOptions Hot = default;
#endif

    // What PowerShell itself answers for every object.
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase) { "psobject", "psbase",
        "psadapted", "psextended", "pstypenames" };

    [ThreadStatic]
    private static ReplyCheck? _kept;

    // The keys of all open objects, the outermost first; an object begins with a mark.
    private Key[] _keys = new Key[128];
    private int _count;

    /// <summary>Checks a reply.</summary>
    /// <param name="json">The reply.</param>
    /// <param name="asHashtable">Whether its objects become dictionaries, which hold any key.</param>
    /// <param name="members">Gets the members of the outermost object, where the reply is one; null where nobody needs
    /// them.</param>
    /// <returns>The value without what stands around it.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidReply"/>,
    /// <see cref="ErrorIds.DuplicateKey"/>.</exception>
    public static JsonSlice Run(byte[] json, bool asHashtable, List<Member>? members = null)
    {
        ReplyCheck check = _kept ?? new ReplyCheck();
        _kept = null;
        check._count = 0;
        JsonSlice value = check.Read(json, asHashtable, members);
        if (check._keys.Length <= MostKeptKeys) _kept = check;
        return value;
    }

    [MethodImpl(Hot)]
    private JsonSlice Read(byte[] json, bool asHashtable, List<Member>? members)
    {
        if (!JsonString.IsUtf8(json)) throw Invalid("isn't UTF-8");
        try
        {
            var reader = new Utf8JsonReader(json, JsonToObject.Options);
            int start = -1, end = 0, memberStart = 0;
            string? name = null;
            while (reader.Read())
            {
                JsonTokenType token = reader.TokenType;
                if (start < 0) start = checked((int)reader.TokenStartIndex);
                end = checked((int)reader.BytesConsumed);
                if (members is not null && reader.CurrentDepth == 1)
                {
                    // A member's name, then its value: one token, or from its first to its last.
                    bool isEnd = token is JsonTokenType.EndObject or JsonTokenType.EndArray;
                    if (!isEnd) memberStart = checked((int)reader.TokenStartIndex);
                    if (token == JsonTokenType.PropertyName) name = NameTable.Get(reader.ValueSpan);
                    else if (name is not null && token is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
                        members.Add(new(name, new(json, memberStart, end - memberStart)));
                }

                switch (token)
                {
                    case JsonTokenType.StartObject: Push(default); break;
                    case JsonTokenType.PropertyName:
                        Push(
                        new Key(reader.ValueSpan, checked((int)reader.TokenStartIndex) + 1,
                            reader.ValueIsEscaped)); break;
                    case JsonTokenType.EndObject: Close(json, asHashtable); break;
                }
            }

            return new JsonSlice(json, start, end - start);
        }
        catch (JsonException)
        {
            throw Invalid($"isn't JSON, or is nested deeper than {JsonToObject.MaximumDepth} levels");
        }
    }

    private void Push(Key key)
    {
        if (_count == _keys.Length) Array.Resize(ref _keys, _count * 2);
        _keys[_count++] = key;
    }

    [MethodImpl(Hot)]
    private void Close(byte[] json, bool asHashtable)
    {
        int first = _count;
        bool isPlain = true;
        while (!_keys[first - 1].IsMark) isPlain &= _keys[--first].IsPlain;

        ReadOnlySpan<Key> keys = _keys.AsSpan(first, _count - first);
        _count = first - 1;
        if (!isPlain || keys.Length > FewKeys)
        {
            CompareTexts(json, keys, asHashtable);
            return;
        }

        for (int i = 0; i < keys.Length; i++)
        {
            if (!asHashtable && IsReserved(json, keys[i])) throw Unfit(json, keys[i]);
            for (int j = 0; j < i; j++)
                if (keys[i].Print == keys[j].Print && IsSameButForCase(keys[i].In(json), keys[j].In(json)))
                    Refuse(json, keys[i], keys[j], asHashtable);
        }
    }

    private static void CompareTexts(byte[] json, ReadOnlySpan<Key> keys, bool asHashtable)
    {
        var seen = new Dictionary<string, Key>(asHashtable ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        foreach (Key key in keys)
        {
            string text = JsonString.Decode(key.In(json));
            if (!asHashtable && IsReserved(json, key)) throw Unfit(json, key);
            if (seen.TryGetValue(text, out Key other)) Refuse(json, key, other, asHashtable);
            seen[text] = key;
        }
    }

    private static bool IsReserved(byte[] json, Key key)
    {
        if (key.Length == 0) return true;
        if (key.IsPlain
            && (key.Length is < 6 or > 11 || (json[key.Start] | 0x20) != 'p'
                || (json[key.Start + 1] | 0x20) != 's')) return false;
        return Reserved.Contains(JsonString.Decode(key.In(json)));
    }

    private static bool IsSameButForCase(ReadOnlySpan<byte> ascii, ReadOnlySpan<byte> other)
    {
        if (ascii.Length != other.Length) return false;
        for (int i = 0; i < ascii.Length; i++)
        {
            byte a = ascii[i], b = other[i];
            if (a != b && ((a ^ b) != 0x20 || (a | 0x20) is < (byte)'a' or > (byte)'z')) return false;
        }

        return true;
    }

    private static void Refuse(byte[] json, Key key, Key other, bool asHashtable)
    {
        string text = JsonString.Decode(key.In(json));
        if (text == JsonString.Decode(other.In(json)))
            throw new NotionAuthException(
                ErrorIds.DuplicateKey, NotionErrorKind.InvalidData,
                $"The reply has an object with the key '{Redaction.Scrub(text)}' twice; which of them counts, " +
                "JSON leaves open.",
                "Run the command with -Raw to see both; check whether a proxy changes replies.");
        if (!asHashtable) throw Unfit(json, key);
    }

    private static NotionAuthException Unfit(byte[] json, Key key) => new(
        ErrorIds.DuplicateKey, NotionErrorKind.InvalidData,
        "The reply has an object whose keys a PowerShell object can't hold: " +
        $"'{Redaction.Scrub(JsonString.Decode(key.In(json)))}' is empty, a name that PowerShell keeps for itself, " +
        "or there twice but for its case.",
        "Run the command with -AsHashtable.");

    private static NotionAuthException Invalid(string why) => new(
        ErrorIds.InvalidReply, NotionErrorKind.InvalidData, $"Notion's reply {why}.",
        "Run the command again; -Raw shows the reply as it came. If it happens again, " +
        "check whether a proxy changes replies.");

    /// <summary>Where a key stands, and what is known of it at a glance. The default is an object's mark.</summary>
    private readonly struct Key(ReadOnlySpan<byte> text, int start, bool isEscaped)
    {
        private readonly bool _isKey = true;

        public int Start { get; } = start;

        public int Length { get; } = text.Length;

        /// <summary>Whether its bytes are its text: ASCII without escapes.</summary>
        public bool IsPlain { get; } = !isEscaped && IsAscii(text);

        /// <summary>The same for keys that are the same but for their case: length, first and last byte.</summary>
        public uint Print { get; } = text.Length == 0
            ? 0 : ((uint)text.Length << 16) | (uint)((text[0] | 0x20) << 8) | (uint)(text[text.Length - 1] | 0x20);

        public bool IsMark => !_isKey;

        public ReadOnlySpan<byte> In(byte[] json) => json.AsSpan(Start, Length);

        private static bool IsAscii(ReadOnlySpan<byte> text)
        {
            foreach (byte b in text)
                if (b >= 0x80) return false;
            return true;
        }
    }
}
