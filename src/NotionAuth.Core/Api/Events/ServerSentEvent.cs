using System;
using System.Text;

namespace NotionAuth.Core.Api.Events;

/// <summary>One event of a stream. Source: html.spec.whatwg.org/multipage/server-sent-events.html.</summary>
/// <param name="Type">The event's type; <c>message</c> where the stream names none.</param>
/// <param name="Data">The data in UTF-8 as it came, its lines joined by line feeds. Notion sends JSON.</param>
/// <param name="Id">The last event id that the stream named, or null.</param>
/// <param name="Retry">How long the stream asks a client to wait before it connects again, or null.</param>
public sealed record ServerSentEvent(string Type, ReadOnlyMemory<byte> Data, string? Id, TimeSpan? Retry)
{
    /// <summary>The data as text.</summary>
    /// <returns>The text; what isn't UTF-8 is replaced.</returns>
    public string GetText() => Encoding.UTF8.GetString(Data.ToArray());
}
