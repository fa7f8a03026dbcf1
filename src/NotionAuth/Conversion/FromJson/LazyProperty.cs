using System.Management.Automation;
using System.Threading;

namespace NotionAuth.Conversion.FromJson;

/// <summary>
/// A note property that holds its JSON until somebody looks at it, and its value from then on. All who look, in
/// whatever thread, see one and the same value.
/// </summary>
internal sealed class LazyProperty : PSNoteProperty
{
    private static readonly object NotAdded = new();

    private readonly int _start;
    private readonly int _length;

    // Null once the value stands in the base class.
    private byte[]? _json;

    public LazyProperty(string name, JsonSlice json)
        : base(name, NotAdded)
    {
        _json = json.Bytes;
        _start = json.Start;
        _length = json.Length;
    }

    public override object? Value
    {
        get => Volatile.Read(ref _json) is { } json ? Convert(json) : base.Value;
        set
        {
            if (Volatile.Read(ref _json) is not { } json)
            {
                base.Value = value;
                return;
            }

            lock (json)
            {
                base.Value = value;
                Volatile.Write(ref _json, null);
            }
        }
    }

    /// <summary>The JSON, as long as nobody has looked at the value.</summary>
    public bool TryGetJson(out JsonSlice json)
    {
        byte[]? bytes = Volatile.Read(ref _json);
        json = bytes is null ? default : new JsonSlice(bytes, _start, _length);
        return bytes is not null;
    }

    /// <summary>
    /// A copy that shares the value with this one. What is added to an object is a copy, too: the first one is the
    /// property itself.
    /// </summary>
    public override PSMemberInfo Copy()
    {
        if (ReferenceEquals(base.Value, NotAdded))
        {
            base.Value = null;
            return this;
        }

        _ = Value;
        return (PSMemberInfo)MemberwiseClone();
    }

    public override string ToString() => new PSNoteProperty(Name, Value).ToString();

    private object? Convert(byte[] json)
    {
        // The bytes are the item's own and never handed out: nobody else locks them.
        lock (json)
        {
            if (_json is not null)
            {
                base.Value = LazyObject.ValueOf(new JsonSlice(json, _start, _length));
                Volatile.Write(ref _json, null);
            }

            return base.Value;
        }
    }
}
