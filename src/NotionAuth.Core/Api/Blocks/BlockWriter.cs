using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api.Lists;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Api.Blocks;

/// <summary>
/// Sends more blocks than Notion takes in one request in several, in their order: at most 100 in a list, 1,000 in all,
/// two levels of nesting and 500 KB. What doesn't fit into a block's own request is appended to the block.
/// </summary>
internal sealed class BlockWriter
{
    private const string AppendPath = "blocks/{block_id}/children";
    private readonly NotionClient _client;
    private readonly NotionRequest _request;
    private readonly JsonElement _body;
    private readonly List<BlockNode> _blocks;

    private BlockWriter(
        NotionClient client, NotionRequest request, JsonElement body, List<BlockNode> blocks)
    {
        _client = client;
        _request = request;
        _body = body;
        _blocks = blocks;
    }

    /// <summary>Whether a request has more blocks than one request may have.</summary>
    public static bool Takes(NotionRequest request) => Read(request) is not null;

    /// <summary>Sends the blocks of a request, where they need several.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>What one request would have returned: a list of the blocks of the first level, or the page. Null where
    /// one request is enough, and nothing was sent.</returns>
    /// <exception cref="NotionAuthException">As
    /// <see cref="NotionClient.SendAsync(NotionRequest, CancellationToken)"/>. It says how many blocks are there and
    /// where to go on.</exception>
    public static async Task<NotionReply?> SendAsync(
        NotionClient client, NotionRequest request, CancellationToken cancellationToken)
    {
        if (Read(request) is not var (body, blocks)) return null;
        var writer = new BlockWriter(client, request, body, blocks);
        return request.Method == HttpMethod.Post
            ? await writer.CreatePageAsync(cancellationToken).ConfigureAwait(false)
            : await writer.AppendAsync(cancellationToken).ConfigureAwait(false);
    }

    private static (JsonElement Body, List<BlockNode> Blocks)? Read(NotionRequest request)
    {
        if (request.Body is null || !IsForBlocks(request)) return null;
        using JsonDocument? document = JsonText.Parse(request.Body);
        if (document is null) return null;
        JsonElement body = document.RootElement.Clone();
        if (BlockNode.Read(body) is not { } blocks) return null;
        return BlockBatch.Fill(blocks, 0, OtherBytes(body)) == blocks.Count && !blocks.Any(b => b.IsCut)
            ? null : (body, blocks);
    }

    private static bool IsForBlocks(NotionRequest request) => NotionEndpoint.Find(request.Path)?.Path switch
    {
        AppendPath => request.Method.Method == "PATCH",
        "pages" => request.Method == HttpMethod.Post,
        _ => false,
    };

    private static int OtherBytes(JsonElement body) =>
        body.GetRawText().Length - body.GetProperty("children").GetRawText().Length;

    private async Task<NotionReply> CreatePageAsync(CancellationToken cancellationToken)
    {
        int count = BlockBatch.Fill(_blocks, 0, OtherBytes(_body));
        NotionReply page = await _client
            .SendAsync(_request with { Body = Body(_blocks.Take(count), null) }, cancellationToken)
            .ConfigureAwait(false);
        if (page.IsError) return page;
        string id = page.IdOfObject();
        try
        {
            if (_blocks[count - 1].IsCut)
            {
                List<string> made = await ChildrenAsync(id, count, cancellationToken).ConfigureAwait(false);
                await CompleteAsync(made[count - 1], _blocks[count - 1], cancellationToken).ConfigureAwait(false);
            }

            await AppendAsync(id, _blocks, count, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionAuthException e)
        {
            throw e.With($"{e.Message} The page {id} was made.", e.RecommendedAction);
        }

        return page;
    }

    private async Task<NotionReply> AppendAsync(CancellationToken cancellationToken)
    {
        string id = ApiPath.Relative(_request.Path).Split('/')[1];
        var made = new List<JsonElement>();
        NotionReply? last = null;
        for (int start = 0; start < _blocks.Count;)
        {
            int count = BlockBatch.Fill(_blocks, start, OtherBytes(_body));
            NotionRequest request = _request with { Body = Body(_blocks.Skip(start).Take(count), LastId(made)) };
            if (start > 0) request = request with { ReturnsErrorReplies = false };
            try
            {
                last = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
                if (last.IsError) return last;
                made.AddRange(BlocksIn(last, count));
                start += count;
                await CompleteAsync(LastId(made)!, _blocks[start - 1], cancellationToken).ConfigureAwait(false);
            }
            catch (NotionAuthException e)
            {
                throw Stopped(e, id, _blocks.Count, made.Count, LastId(made));
            }
        }

        return last! with { Body = ListOf(last, made) };
    }

    /// <summary>Appends blocks behind those that are there.</summary>
    private async Task AppendAsync(
        string id, IReadOnlyList<BlockNode> blocks, int start, CancellationToken cancellationToken)
    {
        string? lastId = null;
        while (start < blocks.Count)
        {
            int count = BlockBatch.Fill(blocks, start, 0);
            try
            {
                NotionReply reply = await _client.SendAsync(
                    _request with
                    {
                        Path = $"blocks/{id}/children",
                        Method = new HttpMethod("PATCH"),
                        Query = [],
                        ReturnsErrorReplies = false,
                        Body = Write(writer =>
                        {
                            writer.WritePropertyName("children");
                            BlockNode.Write(writer, blocks.Skip(start).Take(count));
                        }),
                    },
                    cancellationToken).ConfigureAwait(false);
                lastId = IdOf(BlocksIn(reply, count)[count - 1]);
                start += count;
                await CompleteAsync(lastId, blocks[start - 1], cancellationToken).ConfigureAwait(false);
            }
            catch (NotionAuthException e)
            {
                throw Stopped(e, id, blocks.Count, start, lastId);
            }
        }
    }

    /// <summary>Sends what didn't fit into the request that made a block.</summary>
    private async Task CompleteAsync(string id, BlockNode block, CancellationToken cancellationToken)
    {
        if (!block.IsCut) return;
        int kept = block.Kept;
        if (block.Children.Take(kept).Any(c => c.IsCut))
        {
            List<string> children = await ChildrenAsync(id, kept, cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < kept; i++)
                await CompleteAsync(children[i], block.Children[i], cancellationToken).ConfigureAwait(false);
        }

        await AppendAsync(id, block.Children, kept, cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<string>> ChildrenAsync(string id, int count, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        NotionReply? last = null;
        await foreach (NotionPage page in Paginator.PagesAsync(
            _client, _request.Reading($"blocks/{id}/children"), null, cancellationToken).ConfigureAwait(false))
        {
            last = page.Response;
            ids.AddRange(page.Items.Select(i => Parsed(i)).Select(IdOf));
            if (ids.Count >= count) return ids;
        }

        throw last!.Invalid("lists fewer blocks than were made");
    }

    private static List<JsonElement> BlocksIn(NotionReply reply, int count)
    {
        using JsonDocument body = reply.ParseJson();
        if (body.RootElement.ValueKind != JsonValueKind.Object
            || !body.RootElement.TryGetProperty("results", out JsonElement results)
            || results.ValueKind != JsonValueKind.Array || results.GetArrayLength() < count)
            throw reply.Invalid("lists fewer blocks than were sent");

        // After a block that was named, some versions list what follows as well.
        return [.. results.EnumerateArray().Take(count).Select(r => r.Clone())];
    }

    private static JsonElement Parsed(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json, JsonText.Limits);
        return document.RootElement.Clone();
    }

    private static string IdOf(JsonElement block) => JsonText.StringOf(block, "id") ?? string.Empty;

    private static string? LastId(List<JsonElement> blocks) =>
        blocks.Count == 0 ? null : IdOf(blocks[blocks.Count - 1]);

    private static byte[] ListOf(NotionReply last, List<JsonElement> blocks)
    {
        using JsonDocument body = last.ParseJson();
        return Write(writer =>
        {
            foreach (JsonProperty property in body.RootElement.EnumerateObject())
            {
                if (property.Name is "next_cursor" or "has_more") continue;
                writer.WritePropertyName(property.Name);
                if (property.Name != "results")
                {
                    writer.WriteRawValue(property.Value.GetRawText(), skipInputValidation: true);
                    continue;
                }

                writer.WriteStartArray();
                foreach (JsonElement block in blocks)
                    writer.WriteRawValue(block.GetRawText(), skipInputValidation: true);
                writer.WriteEndArray();
                writer.WriteNull("next_cursor");
                writer.WriteBoolean("has_more", false);
            }
        });
    }

    /// <summary>
    /// The body with some of its blocks. After the first request they stand behind the last that was made.
    /// </summary>
    private byte[] Body(IEnumerable<BlockNode> blocks, string? after) => Write(writer =>
    {
        foreach (JsonProperty property in _body.EnumerateObject())
        {
            writer.WritePropertyName(property.Name);
            if (property.Name == "children") BlockNode.Write(writer, blocks);
            else if (after is not null && property.Name == "after") writer.WriteStringValue(after);
            else if (after is not null && property.Name == "position") WriteAfter(writer, after);
            else writer.WriteRawValue(property.Value.GetRawText(), skipInputValidation: true);
        }
    });

    private static void WriteAfter(Utf8JsonWriter writer, string id)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "after_block");
        writer.WriteStartObject("after_block");
        writer.WriteString("id", id);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static NotionAuthException Stopped(
        NotionAuthException e, string parent, int wanted, int there, string? lastId)
    {
        if (e is NotionApiException { CommittedChildIds.Count: > 0 } committed)
        {
            there += committed.CommittedChildIds.Count;
            lastId = committed.CommittedChildIds[committed.CommittedChildIds.Count - 1];
        }

        if (there == 0) return e;
        string where = lastId is null ? string.Empty : $", the last of them {lastId}";
        return e.With(
            $"{e.Message.TrimEnd('.')}. Of the {wanted} blocks for {parent}, {there} are there{where}.",
            $"{e.RecommendedAction} Then append the others to {parent}" +
            (lastId is null ? "." : $", after {lastId} (position, or after before version 2026-03-11)."));
    }
}
