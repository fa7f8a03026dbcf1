using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NotionAuth.Core.Api.Events;
using NotionAuth.Core.Common;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Api;

/// <summary>The examples and rules of html.spec.whatwg.org/multipage/server-sent-events.html.</summary>
public sealed class EventParserTests
{
    [Theory]
    [InlineData("data: a\n\n", "message:a")]
    [InlineData("data:a\r\n\r\n", "message:a")]
    [InlineData("data: a\r\r", "message:a")]
    [InlineData("data: a\r\n\n", "message:a")]
    [InlineData("data: a\r\r\n", "message:a")]
    [InlineData("data: YHOO\ndata: +2\ndata: 10\n\n", "message:YHOO|+2|10")]
    [InlineData(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
        "message:first event#1", "message:second event#")]
    [InlineData("data\n\ndata\ndata\n\ndata:", "message:", "message:|")]
    [InlineData("data:test\n\ndata: test\n\n", "message:test", "message:test")]
    [InlineData("event: add\ndata: 1\n\nevent: remove\ndata: 2\n\ndata: 3\n\n", "add:1", "remove:2", "message:3")]
    [InlineData("event: lost\n\ndata: 1\n\n", "message:1")]
    [InlineData("event:\ndata: 1\n\n", "message:1")]
    [InlineData("id: 1\0\ndata: a\n\n", "message:a")]
    [InlineData("id: 1\n\nretry: 10000\ndata: a\n\n", "message:a#1@10000")]
    [InlineData("retry: soon\nretry: -1\nretry: 1.5\ndata: a\n\n", "message:a")]
    [InlineData("Data: a\nDATA: b\ndata : c\n data: d\nfoo: e\n:data: f\n\n")]
    [InlineData("\uFEFFdata: a\n\n\uFEFFdata: b\n\n", "message:a")]
    [InlineData("data: a: b:c\n\n", "message:a: b:c")]
    [InlineData("data: Grüße 🎉\n\n", "message:Grüße 🎉")]
    [InlineData("\n\n\r\r\r\n\r\n")]
    [InlineData("")]
    [InlineData("data: never ended\n")]
    public void Events_are_as_the_standard_says_wherever_reads_split_them(string stream, params string[] events)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(stream);
        for (int size = 1; size <= Math.Max(1, bytes.Length); size++) Assert.Equal(events, Parse(bytes, size));
    }

    [Fact]
    public void What_was_not_ended_is_known()
    {
        foreach (
            (string stream, bool isInside) in new[] { ("data: a\n\n", false), ("data: a\n", true), ("data: a", true), (
                "data: a\n\n: b\n", false), ("", false) })
        {
            using var parser = new EventParser();
            byte[] bytes = Encoding.UTF8.GetBytes(stream);
            parser.Add(bytes, bytes.Length);
            Assert.Equal(isInside, parser.IsInsideEvent);
        }
    }

    [Theory]
    [InlineData("data: ")]
    [InlineData(": ")]
    [InlineData("")]
    public void A_line_without_end_is_not_kept(string start)
    {
        using var parser = new EventParser();
        byte[] first = Encoding.UTF8.GetBytes(start), more = new byte[1024 * 1024];
        parser.Add(first, first.Length);
        Expect.Error(ErrorIds.ReplyTooLarge, () =>
        {
            for (int i = 0; i < 20; i++) parser.Add(more, more.Length);
        });
    }

    [Fact]
    public void An_event_of_lines_without_end_is_not_kept()
    {
        using var parser = new EventParser();
        byte[] line = Encoding.UTF8.GetBytes("data: " + new string('x', 1000) + "\n");
        Expect.Error(ErrorIds.ReplyTooLarge, () =>
        {
            for (int i = 0; i < 20_000; i++) parser.Add(line, line.Length);
        });
    }

    private static List<string> Parse(byte[] bytes, int size)
    {
        using var parser = new EventParser();
        var events = new List<string>();
        for (int at = 0; at < bytes.Length; at += size)
        {
            byte[] piece = [.. bytes.Skip(at).Take(size)];
            parser.Add(piece, piece.Length);
            while (parser.TryTake(out ServerSentEvent? next))
                events.Add(
                    $"{next!.Type}:{next.GetText().Replace('\n', '|')}{(next.Id is null ? "" : "#" + next.Id)}"
                    + (next.Retry is TimeSpan r ? $"@{r.TotalMilliseconds}" : ""));
        }

        return events;
    }
}
