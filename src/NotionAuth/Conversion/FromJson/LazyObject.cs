using System;
using System.Collections.Generic;
using System.Management.Automation;
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
#endif
using System.Text;
using System.Text.Json;
using NotionAuth.Conversion.ToJson;
using NotionAuth.Core.Common;

namespace NotionAuth.Conversion.FromJson;

/// <summary>
/// Makes PowerShell's values of checked JSON: an object's properties are converted when they are looked at
/// (<see cref="LazyProperty"/>), everything else at once. Nothing here throws, since <see cref="ReplyCheck"/> has seen
/// all of it.
/// </summary>
internal static class LazyObject
{
    private static readonly object True = true;
    private static readonly object False = false;

    // A spare list as large as an untrusted reply made it isn't kept.
    private const int MostKeptMembers = 1024;

    [ThreadStatic]
    private static List<Member>? _members;

    /// <summary>The value of a slice.</summary>
    public static object? ValueOf(JsonSlice json) => json.FirstByte switch
    {
        (byte)'{' => Object(json.Owned()),
        (byte)'[' => Array(json),
        (byte)'"' => JsonString.Decode(json.Span.Slice(1, json.Length - 2)),
        (byte)'t' => True,
        (byte)'f' => False,
        (byte)'n' => null,
        _ => JsonNumber.Parse(json.Span),
    };

    /// <summary>The value of a reply.</summary>
    /// <param name="json">The reply; its bytes are the value's own.</param>
    /// <exception cref="NotionAuth.Core.Common.NotionAuthException">What <see cref="ReplyCheck"/> finds.</exception>
    public static object? OfReply(byte[] json)
    {
        List<Member> members = TakeMembers();
        JsonSlice value = ReplyCheck.Run(json, asHashtable: false, members);
        if (value.FirstByte == '{') return Make(members);
        _members = members;
        return ValueOf(value);
    }

    private static PSObject Object(JsonSlice json)
    {
        List<Member> members = TakeMembers();
        var reader = new Utf8JsonReader(json.Span, JsonToObject.Options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = NameTable.Get(reader.ValueSpan);
            reader.Read();
            members.Add(new(name, json.From(ref reader)));
        }

        return Make(members);
    }

    private static List<Member> TakeMembers()
    {
        List<Member> members = _members ?? [];
        _members = null;
        return members;
    }

    private static PSObject Make(List<Member> members)
    {
        string? kind = null;
        PSObject made = New(members.Count);
        PSMemberInfoCollection<PSPropertyInfo> properties = made.Properties;
        foreach (Member member in members)
        {
            if (member.Name == "object" && member.Value.FirstByte == '"') kind = (string)ValueOf(member.Value)!;
            properties.Add(new LazyProperty(member.Name, member.Value), preValidated: true);
        }

        // Empty, or it would keep the JSON alive.
        members.Clear();
        if (members.Capacity <= MostKeptMembers) _members = members;
        if (TypeNameOf(kind) is { } type) made.TypeNames.Insert(0, type);
        return made;
    }

    private static object?[] Array(JsonSlice json)
    {
        var items = new List<object?>();
        var reader = new Utf8JsonReader(json.Span, JsonToObject.Options);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(ValueOf(json.From(ref reader)));
        return items.ToArray();
    }

    /// <summary>Notion.Page for page, Notion.DataSource for data_source; null where nothing is left of it.</summary>
    private static string? TypeNameOf(string? kind)
    {
        if (string.IsNullOrEmpty(kind)) return null;
        var name = new StringBuilder("Notion.");
        int prefix = name.Length;
        bool isStart = true;
        foreach (char c in kind!)
        {
            if (!(c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9')))
            {
                isStart = true;
                continue;
            }

            name.Append(isStart ? char.ToUpperInvariant(c) : c);
            isStart = false;
        }

        return name.Length - prefix is > 0 and <= 60 ? name.ToString() : null;
    }

#if NET8_0_OR_GREATER
    // The constructor that knows the number of members (PowerShell 7 has it, the reference assembly doesn't) keeps them
    // in the object; the one without keeps them in a table of weak references, which the garbage collector pays for.
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    internal static extern PSObject New(int capacity);
#else
    internal static PSObject New(int _) => new();
#endif
}
