using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Api.Events;

/// <summary>
/// Makes events of a text/event-stream's bytes, however reads split them.
/// Source: html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation.
/// </summary>
internal sealed class EventParser : IDisposable
{
    /// <summary>The longest event, and the longest line.</summary>
    public const int MaximumBytes = 16 * 1024 * 1024;

    private static readonly byte[] Mark = [0xEF, 0xBB, 0xBF];
    private readonly Queue<ServerSentEvent> _ready = [];
    private readonly MemoryStream _line = new();
    private readonly MemoryStream _data = new();
    private string _type = string.Empty;
    private string? _id;
    private TimeSpan? _retry;
    private bool _hasData, _isFirstLine = true, _endsWithReturn;

    /// <summary>
    /// Whether the stream stopped before the empty line that ends an event. The end of a comment isn't missed.
    /// </summary>
    public bool IsInsideEvent => _hasData || (!Line.IsEmpty && Line[0] != (byte)':');

    private ReadOnlySpan<byte> Line
    {
        get
        {
            ReadOnlySpan<byte> line = _line.GetBuffer().AsSpan(0, (int)_line.Length);
            return _isFirstLine && line.StartsWith(Mark) ? line.Slice(Mark.Length) : line;
        }
    }

    /// <summary>Takes bytes as they arrive.</summary>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.ReplyTooLarge"/>.</exception>
    public void Add(byte[] bytes, int count)
    {
        int start = 0;
        for (int i = 0; i < count; i++)
        {
            byte b = bytes[i];
            bool isSecondHalf = b == (byte)'\n' && _endsWithReturn;
            _endsWithReturn = b == (byte)'\r';
            if (b is not ((byte)'\r' or (byte)'\n')) continue;
            if (!isSecondHalf)
            {
                Append(bytes, start, i - start);
                EndLine();
            }

            start = i + 1;
        }

        Append(bytes, start, count - start);
    }

    public void Dispose()
    {
        _line.Dispose();
        _data.Dispose();
    }

    /// <summary>Takes the next whole event.</summary>
    public bool TryTake(out ServerSentEvent? next)
    {
        next = _ready.Count > 0 ? _ready.Dequeue() : null;
        return next is not null;
    }

    private void Append(byte[] bytes, int start, int count)
    {
        if (_line.Length + _data.Length + count > MaximumBytes)
            throw new NotionAuthException(
                ErrorIds.ReplyTooLarge, NotionErrorKind.InvalidData,
                $"An event of the stream is larger than {MaximumBytes / 1024 / 1024} MiB.",
                "Check -BaseUri, and whether a proxy answers in Notion's place.");
        _line.Write(bytes, start, count);
    }

    private void EndLine()
    {
        ReadOnlySpan<byte> line = Line;
        _isFirstLine = false;
        if (line.IsEmpty)
        {
            Dispatch();
        }
        else
        {
            int colon = line.IndexOf((byte)':');
            ReadOnlySpan<byte> value = colon < 0 ? default : line.Slice(colon + 1);
            if (!value.IsEmpty && value[0] == (byte)' ') value = value.Slice(1);
            Field(colon < 0 ? line : line.Slice(0, colon), value);
        }

        _line.SetLength(0);
    }

    // A comment has an empty name, which is none of these.
    private void Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("data"u8))
        {
            if (_hasData) _data.WriteByte((byte)'\n');
            _hasData = true;
            byte[] text = value.ToArray();
            _data.Write(text, 0, text.Length);
        }
        else if (name.SequenceEqual("event"u8))
        {
            _type = Text(value);
        }
        else if (name.SequenceEqual("id"u8))
        {
            if (value.IndexOf((byte)0) < 0) _id = Text(value);
        }
        else if (name.SequenceEqual("retry"u8)
            && int.TryParse(Text(value), NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds))
        {
            _retry = TimeSpan.FromMilliseconds(milliseconds);
        }
    }

    private void Dispatch()
    {
        if (_hasData)
            _ready.Enqueue(new ServerSentEvent(_type.Length == 0 ? "message" : _type, _data.ToArray(), _id, _retry));
        _data.SetLength(0);
        _hasData = false;
        _type = string.Empty;
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value.ToArray());
}
