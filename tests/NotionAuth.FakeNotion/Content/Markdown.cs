using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Content;

/// <summary>As much Markdown as the fake needs: a block a line.</summary>
internal static class Markdown
{
    private static readonly (string Prefix, string Type)[] Kinds =
    [
        ("### ", "heading_3"), ("## ", "heading_2"), ("# ", "heading_1"), ("- [ ] ", "to_do"), ("- ",
            "bulleted_list_item"),
        ("1. ", "numbered_list_item"), ("> ", "quote"),
    ];

    public static List<BlockDraft> ToBlocks(string markdown)
    {
        var blocks = new List<BlockDraft>();
        foreach (
            var line in markdown.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (prefix, type) = Kinds.FirstOrDefault(
                k => line.StartsWith(k.Prefix, StringComparison.Ordinal), (Prefix: "", Type: "paragraph"));
            var payload = new JsonObject { ["rich_text"] = RichText.Plain(line[prefix.Length..]) };
            blocks.Add(new BlockDraft(type, Blocks.Payload(type, payload, "body.markdown"), []));
        }

        return blocks;
    }

    public static string FromBlocks(IEnumerable<Entity> blocks)
    {
        var text = new StringBuilder();
        foreach (var block in blocks)
        {
            if (block.Kind != EntityKind.Block)
            {
                _ = text.Append("<page>").Append(block.Title).Append("</page>\n");
                continue;
            }

            var json = block.Json;
            var type = Json.StringOf(json["type"])!;
            var prefix = Kinds.FirstOrDefault(k => k.Type == type).Prefix;
            _ = text.Append(prefix).Append(RichText.PlainText(json[type]?["rich_text"])).Append('\n');
        }

        return text.ToString();
    }
}
