using System.Collections.Generic;
using System.Linq;
using System.Text.Json;

namespace NotionAuth.Core.Api.Blocks;

/// <summary>
/// A block that is to be made, with the blocks in it, and how many of those are sent along with it.
/// </summary>
internal sealed class BlockNode
{
    private const string ChildrenName = "children";
    private readonly JsonElement _json;
    private readonly string? _type;
    private readonly int _bytes;

    private BlockNode(JsonElement json, int nesting)
    {
        _json = json;
        Nesting = nesting;
        if (json.ValueKind != JsonValueKind.Object) return;
        _type = json.EnumerateObject().Where(p => ChildrenOf(p.Value) is not null).Select(p => p.Name).FirstOrDefault();
        Children = Read(_type is null ? json : json.GetProperty(_type), nesting + 1) ?? [];
        _bytes = json.GetRawText().Length;
        OwnBytes = _bytes - Children.Sum(c => c._bytes);
    }

    /// <summary>The blocks in it.</summary>
    public IReadOnlyList<BlockNode> Children { get; } = [];

    /// <summary>How many levels of a body are above it: 0 at the first.</summary>
    public int Nesting { get; }

    /// <summary>About how long it is as JSON, without the blocks in it.</summary>
    public int OwnBytes { get; }

    /// <summary>How many of the blocks in it are sent with it.</summary>
    public int Kept { get; set; }

    /// <summary>Whether something in it is still to be sent.</summary>
    public bool IsCut => Kept < Children.Count || Children.Take(Kept).Any(c => c.IsCut);

    /// <summary>Reads the blocks of a body, or those in a block.</summary>
    /// <param name="parent">What has them as its <c>children</c>.</param>
    /// <param name="nesting">How many levels are above them.</param>
    /// <returns>The blocks; null where it has no such list.</returns>
    public static List<BlockNode>? Read(JsonElement parent, int nesting = 0) =>
        ChildrenOf(parent) is { } children
            ? [.. children.EnumerateArray().Select(c => new BlockNode(c, nesting))] : null;

    /// <summary>Writes it, with the blocks that are kept.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        if (Children.Count == 0)
        {
            writer.WriteRawValue(_json.GetRawText(), skipInputValidation: true);
            return;
        }

        writer.WriteStartObject();
        foreach (JsonProperty property in _json.EnumerateObject())
        {
            if (property.Name == _type)
            {
                writer.WritePropertyName(property.Name);
                writer.WriteStartObject();
                foreach (JsonProperty inner in property.Value.EnumerateObject()) WriteMember(writer, inner);
                writer.WriteEndObject();
            }
            else
            {
                WriteMember(writer, property);
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>Writes blocks as a list.</summary>
    public static void Write(Utf8JsonWriter writer, IEnumerable<BlockNode> blocks)
    {
        writer.WriteStartArray();
        foreach (BlockNode block in blocks) block.WriteTo(writer);
        writer.WriteEndArray();
    }

    private void WriteMember(Utf8JsonWriter writer, JsonProperty property)
    {
        bool isList = property.Name == ChildrenName;

        // No list says the same as an empty one, which not every block takes.
        if (isList && Kept == 0) return;
        writer.WritePropertyName(property.Name);
        if (isList) Write(writer, Children.Take(Kept));
        else writer.WriteRawValue(property.Value.GetRawText(), skipInputValidation: true);
    }

    private static JsonElement? ChildrenOf(JsonElement parent) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(ChildrenName, out JsonElement children)
            && children.ValueKind == JsonValueKind.Array ? children : null;
}
