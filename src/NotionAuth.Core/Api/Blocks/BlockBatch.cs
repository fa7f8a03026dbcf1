using System.Collections.Generic;

namespace NotionAuth.Core.Api.Blocks;

/// <summary>
/// How much of a list of blocks fits into one request. Source: developers.notion.com/reference/request-limits and
/// patch-block-children.
/// </summary>
internal sealed class BlockBatch
{
    private const int MostBlocks = 100;
    private const int MostBlocksInAll = 1000;
    private const int DeepestNesting = 2;

    // 500 KB, less what stands around the blocks.
    private const int MostBytes = 480 * 1024;
    private int _blocks = MostBlocksInAll;
    private int _bytes = MostBytes;

    private BlockBatch(int otherBytes) => _bytes -= otherBytes;

    /// <summary>
    /// Chooses the blocks of the next request, and marks in each how much of it goes along. One that doesn't fit whole
    /// is the last, so that all before it is complete.
    /// </summary>
    /// <param name="blocks">The blocks.</param>
    /// <param name="start">The first one that isn't sent yet.</param>
    /// <param name="otherBytes">How long the rest of the body is.</param>
    /// <returns>How many go into the request: one at least, where there is one.</returns>
    public static int Fill(IReadOnlyList<BlockNode> blocks, int start, int otherBytes)
    {
        var batch = new BlockBatch(otherBytes);
        int count = 0;
        int nesting = start < blocks.Count ? blocks[start].Nesting : 0;
        while (start + count < blocks.Count && count < MostBlocks)
        {
            BlockNode block = blocks[start + count];
            if (count > 0 && !batch.HasRoomFor(block)) break;
            batch.Take(block, nesting);
            count++;
            if (!block.IsCut) continue;

            // What would fit whole into a request of its own begins one.
            return count > 1 && Fits(block, nesting) ? count - 1 : count;
        }

        return count;
    }

    private static bool Fits(BlockNode block, int nesting)
    {
        new BlockBatch(0).Take(block, nesting);
        return !block.IsCut;
    }

    private bool HasRoomFor(BlockNode block) => _blocks > 0 && _bytes >= block.OwnBytes;

    private void Take(BlockNode block, int top)
    {
        _blocks--;
        _bytes -= block.OwnBytes;
        block.Kept = 0;
        if (block.Nesting - top >= DeepestNesting) return;
        while (block.Kept < block.Children.Count && block.Kept < MostBlocks
            && HasRoomFor(block.Children[block.Kept]))
            Take(block.Children[block.Kept++], top);
    }
}
