using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Markdig;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace NotionAuth.HelpBuilder;

/// <summary>What a page says of a parameter.</summary>
internal sealed record PageParameter(
    string Name, IReadOnlyList<string> Text, IReadOnlyDictionary<string, string> Facts, IReadOnlyList<string> Sets);

/// <summary>An example: what stands before its one block of code, the code, and what stands behind it.</summary>
internal sealed record PageExample(
    string Title, IReadOnlyList<string> Introduction, string Code, IReadOnlyList<string> Remarks);

/// <summary>A type that a cmdlet takes or returns.</summary>
internal sealed record PageType(string Name, IReadOnlyList<string> Text);

/// <summary>A page of docs: Markdown in the form that PlatyPS has for cmdlets.</summary>
internal sealed class Page
{
    private readonly Dictionary<string, List<Block>> _sections = new(StringComparer.OrdinalIgnoreCase);

    private Page(string file, MarkdownDocument document)
    {
        File = file;
        List<Block>? section = null;
        foreach (Block block in document.Where(b => b is not YamlFrontMatterBlock))
        {
            if (block is HeadingBlock { Level: 1 } title) Title = PlainText.Of(title);
            else if (block is HeadingBlock { Level: 2 } heading) _sections[PlainText.Of(heading)] = section = [];
            else section?.Add(block);
        }
    }

    /// <summary>The file's name.</summary>
    public string File { get; }

    /// <summary>The cmdlet's name.</summary>
    public string Title { get; } = string.Empty;

    public IReadOnlyList<string> Synopsis => PlainText.Of(Section("SYNOPSIS"));

    public IReadOnlyList<string> Description => PlainText.Of(Section("DESCRIPTION"));

    public IReadOnlyList<string> Notes => PlainText.Of(Section("NOTES"));

    /// <summary>The syntax of each parameter set, in one line.</summary>
    public IReadOnlyList<string> Syntax => Section("SYNTAX").OfType<FencedCodeBlock>()
        .Select(c => string.Join(' ', c.Lines.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
            .ToList();

    public IReadOnlyList<PageType> Inputs => Types("INPUTS");

    public IReadOnlyList<PageType> Outputs => Types("OUTPUTS");

    public IReadOnlyList<PageExample> Examples => Parts("EXAMPLES").Select(Example).ToList();

    public IReadOnlyList<PageParameter> Parameters =>
        Parts("PARAMETERS").Where(p => p.Title.StartsWith('-')).Select(Parameter).ToList();

    public IReadOnlyList<(string Text, string Url)> Links =>
        Section("RELATED LINKS").SelectMany(b => b.Descendants<LinkInline>())
        .Select(l => (PlainText.Of(l), l.Url ?? string.Empty)).ToList();

    /// <summary>Reads the pages of cmdlets in a folder.</summary>
    public static IReadOnlyList<Page> ReadAll(string folder)
    {
        MarkdownPipeline pipeline = new MarkdownPipelineBuilder().UseYamlFrontMatter().Build();
        return Directory.EnumerateFiles(folder, "*.md").Order(StringComparer.Ordinal)
            .Select(f =>
                (File: Path.GetFileName(f),
                    Text: System.IO.File.ReadAllText(f).Replace("\r\n", "\n", StringComparison.Ordinal)))
            .Where(f => f.Text.Contains("\ndocument type: cmdlet\n", StringComparison.Ordinal))
            .Select(f => f.Text.Contains("{{", StringComparison.Ordinal) ? throw new InvalidDataException(
                $"docs/{f.File}: a placeholder ({{{{ }}}}) is left.") : f)
            .Select(f => new Page(f.File, Markdown.Parse(f.Text, pipeline))).ToList();
    }

    private List<Block> Section(string name) => _sections.TryGetValue(name, out List<Block>? blocks) ? blocks : [];

    private List<(string Title, List<Block> Blocks)> Parts(string section)
    {
        var parts = new List<(string Title, List<Block> Blocks)>();
        foreach (Block block in Section(section))
        {
            if (block is HeadingBlock { Level: 3 } heading) parts.Add((PlainText.Of(heading), []));
            else if (parts.Count > 0) parts[^1].Blocks.Add(block);
        }

        return parts;
    }

    private List<PageType> Types(string section) =>
        Parts(section).Select(p => new PageType(p.Title, PlainText.Of(p.Blocks))).ToList();

    private PageExample Example((string Title, List<Block> Blocks) part)
    {
        List<int> code = Enumerable.Range(0, part.Blocks.Count).Where(i => part.Blocks[i] is FencedCodeBlock).ToList();
        if (code.Count != 1)
            throw new InvalidDataException(
                $"docs/{File}: the example '{part.Title}' has {code.Count} blocks of code; it must have one.");
        return new PageExample(
            part.Title, PlainText.Of(part.Blocks.Take(code[0])),
            ((FencedCodeBlock)part.Blocks[code[0]]).Lines.ToString(), PlainText.Of(part.Blocks.Skip(code[0] + 1)));
    }

    private static PageParameter Parameter((string Title, List<Block> Blocks) part)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        var sets = new List<string>();
        string key = string.Empty;
        foreach (
            string line in part.Blocks.OfType<FencedCodeBlock>().FirstOrDefault(c => c.Info == "yaml")?.Lines.ToString()
            .Split('\n') ?? [])
        {
            string trimmed = line.Trim();
            if (trimmed.StartsWith("- Name: ", StringComparison.Ordinal)) sets.Add(trimmed["- Name: ".Length..]);
            else if (line.StartsWith("  ", StringComparison.Ordinal) && sets.Count > 0) sets[^1] += $" {trimmed}";
            else if (trimmed.StartsWith("- ", StringComparison.Ordinal))
                facts[key] += (facts[key].Length == 0 ? string.Empty : ", ") + trimmed[2..];
            else if (trimmed.IndexOf(':', StringComparison.Ordinal) is > 0 and int colon)
            {
                key = trimmed[..colon];
                string value = trimmed[(colon + 1)..].Trim().Trim('\'');
                facts[key] = value == "[]" ? string.Empty : value;
            }
        }

        return new PageParameter(
            part.Title[1..], PlainText.Of(part.Blocks.Where(b => b is not FencedCodeBlock)), facts, sets);
    }
}

/// <summary>Markdown as the plain text that Get-Help shows.</summary>
internal static class PlainText
{
    /// <summary>The paragraphs of some blocks; a list is one paragraph with a line for each item.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<Block> blocks) =>
        blocks.Select(Of).Where(t => t.Length > 0).ToList();

    /// <summary>The text of a heading.</summary>
    public static string Of(LeafBlock block) =>
        block.Inline is null ? block.Lines.ToString() : Of((ContainerInline)block.Inline);

    public static string Of(ContainerInline inlines)
    {
        var text = new StringBuilder();
        foreach (Inline inline in inlines) text.Append(Of(inline));
        return text.ToString().Trim();
    }

    private static string Of(Block block) => block switch
    {
        ListBlock list =>
            string.Join('\n', list.OfType<ListItemBlock>().Select(i => "- " + string.Join(' ', i.Select(Of)))),
        LeafBlock leaf => Of(leaf),
        ContainerBlock container => string.Join(' ', container.Select(Of)),
        _ => string.Empty,
    };

    // The end of a line within a paragraph is only the page's width. A link to another page means the other cmdlet.
    private static string Of(Inline inline) => inline switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        LineBreakInline => " ",
        HtmlInline html => html.Tag,
        HtmlEntityInline entity => entity.Transcoded.ToString(),
        AutolinkInline auto => auto.Url,
        LinkInline link =>
            Of((ContainerInline)link) +
            (link.Url is { } url && url.Contains("://", StringComparison.Ordinal) ? $" ({url})" : string.Empty),
        ContainerInline container => string.Concat(container.Select(Of)),
        _ => string.Empty,
    };
}
