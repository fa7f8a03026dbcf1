using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Http;

public sealed partial class LyingReplyTests
{
    public static TheoryData<string, string, string> LyingLists => new()
    {
        { "the same cursor for ever", """{"object":"list","results":[1],"next_cursor":"a","has_more":true}""",
            ErrorIds.RepeatedCursor },
        { "a cursor that is a number", """{"object":"list","results":[1],"next_cursor":7,"has_more":true}""",
            ErrorIds.InvalidReply },
        { "a cursor that is an object", """{"object":"list","results":[1],"next_cursor":{"a":1},"has_more":true}""",
            ErrorIds.InvalidReply },
        { "more without a cursor", """{"object":"list","results":[1],"has_more":true}""", ErrorIds.InvalidReply },
        { "more with an empty cursor", """{"object":"list","results":[1],"next_cursor":"","has_more":true}""",
            ErrorIds.InvalidReply },
        { "more that is a text", """{"object":"list","results":[1],"next_cursor":"a","has_more":"true"}""",
            ErrorIds.InvalidReply },
        { "more that is a number", """{"object":"list","results":[1],"next_cursor":"a","has_more":1}""",
            ErrorIds.InvalidReply },
        { "results that are an object", """{"object":"list","results":{"a":1},"next_cursor":null,"has_more":false}""",
            ErrorIds.InvalidReply },
        { "results that are a text", """{"object":"list","results":"abc","has_more":false}""", ErrorIds.InvalidReply },
        { "results that are nothing", """{"object":"list","results":null,"has_more":false}""", ErrorIds.InvalidReply },
        { "no results", """{"object":"list","has_more":false}""", ErrorIds.InvalidReply },
        { "a cursor without end", "{\"object\":\"list\",\"results\":[1],\"next_cursor\":\"" + new string('x', 5000) +
            "\",\"has_more\":true}", ErrorIds.InvalidReply },
        { "items a thousand levels deep",
            "{\"object\":\"list\",\"results\":" + new string('[', 1000) + new string(']', 1000) +
            ",\"has_more\":false}", ErrorIds.InvalidReply },
        { "a cursor of half a character", """{"object":"list","results":[1],"next_cursor":"\ud800","has_more":true}""",
            ErrorIds.InvalidReply },
        { "an error", """{"object":"error","status":400,"code":"validation_error","message":"no"}""",
            "ValidationError" },
    };

    [Theory]
    [MemberData(nameof(LyingLists))]
    public async Task A_list_that_lies_is_an_error_and_never_ends_early_in_silence(
        string what, string body, string errorId)
    {
        await using LyingServer server = LyingServer.Answering(LyingServer.Json(body));
        AssertShowsNothing(await Expect.ErrorAsync(errorId, () => CountAsync(server, int.MaxValue)));
        Assert.InRange(server.Requests.Count, 1, 2);
        Assert.NotEmpty(what);
    }

    [Theory]
    [InlineData("""{"object":"error","status":500,"code":"internal_server_error","message":"no"}""",
        "InternalServerError")]
    [InlineData("""{"status":400,"code":"validation_error","object":"error"}""", "ValidationError")]
    [InlineData("""{"error":"invalid_request","error_description":"no"}""", "InvalidRequest")]
    [InlineData("""{"error":{"code":7}}""", "Http200")]
    [InlineData("[]", ErrorIds.InvalidReply)]
    [InlineData("", ErrorIds.InvalidReply)]
    public async Task A_revocation_that_failed_under_a_200_is_no_revocation(string body, string errorId)
    {
        await using LyingServer server = LyingServer.Answering(LyingServer.Json(body));
        AssertShowsNothing(
            await Expect.ErrorAsync(errorId, () => OAuth(server).RevokeAsync(new Secret(Token), default)));
    }

    [Fact]
    public async Task A_list_that_goes_on_as_something_else_is_an_error()
    {
        await using LyingServer server = LyingServer.Answering((head, stream, ct) => WriteAsync(
            stream, LyingServer.Json(head.Contains("start_cursor", StringComparison.Ordinal)
                ? """{"object":"user","id":"x"}"""
                : """{"object":"list","results":[1],"next_cursor":"a","has_more":true}"""), ct));
        await Expect.ErrorAsync(ErrorIds.InvalidReply, () => CountAsync(server, int.MaxValue));
    }

    [Fact]
    public async Task A_list_of_empty_pages_without_end_is_given_up()
    {
        int page = 0;
        await using LyingServer server = LyingServer.Answering((_, stream, ct) => WriteAsync(
            stream, LyingServer.Json(
                $$"""{"object":"list","results":""" +
                $$"""[],"next_cursor":"c{{Interlocked.Increment(ref page)}}","has_more":true}"""), ct));
        await Expect.ErrorAsync(ErrorIds.InvalidReply, () => CountAsync(server, int.MaxValue));
        Assert.Equal(1000, page);
    }

    [Fact]
    public async Task A_list_without_end_takes_no_more_memory_the_longer_it_is_read()
    {
        int page = 0;
        string longCursor = new('x', 4000);
        await using LyingServer server = LyingServer.Answering((_, stream, ct) => WriteAsync(
            stream, LyingServer.Json(
                $$"""{"object":"list","results":""" +
                $$"""[1],"next_cursor":"{{longCursor}}{{Interlocked.Increment(ref page)}}","has_more":true}"""), ct));
        var kept = new List<long>();
        await CountAsync(server, 1500, n =>
        {
            server.Requests.Clear();
            if (n is 500 or 1500) kept.Add(GC.GetTotalMemory(forceFullCollection: true));
        });

        // A thousand cursors would be 8 MB.
        Assert.InRange(kept[1] - kept[0], long.MinValue, 2L << 20);
    }
}
