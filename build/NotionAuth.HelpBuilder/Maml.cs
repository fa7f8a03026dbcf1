using System;
using System.Collections.Generic;
using System.Linq;
using System.Xml.Linq;

namespace NotionAuth.HelpBuilder;

/// <summary>MAML, the XML that Get-Help reads: the text of the pages, the rest from the cmdlets themselves.</summary>
internal static class Maml
{
    private static readonly XNamespace Help = "http://msh";
    private static readonly XNamespace Text = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    /// <summary>The help file of all cmdlets.</summary>
    public static XDocument Of(IEnumerable<(Page Page, Cmdlet Cmdlet)> commands) => new(
        new XDeclaration("1.0", "utf-8", null),
        new XElement(
            Help + "helpItems", new XAttribute(XNamespace.Xmlns + "maml", Text), new XAttribute(XNamespace.Xmlns +
                "command", Command), new XAttribute(XNamespace.Xmlns + "dev", Dev),
            new XAttribute("schema", "maml"), commands.Select(c => Of(c.Page, c.Cmdlet))));

    private static XElement Of(Page page, Cmdlet cmdlet) => new(
        Command + "command",
        new XElement(
            Command + "details", new XElement(Command + "name", cmdlet.Name),
            new XElement(Text + "description", Paras(page.Synopsis)),
            new XElement(Command + "verb", cmdlet.Verb), new XElement(Command + "noun", cmdlet.Noun)),
        new XElement(Text + "description", Paras(page.Description)),
        new XElement(Command + "syntax", cmdlet.Sets.Select(set => new XElement(
            Command + "syntaxItem", new XElement(Text + "name", cmdlet.Name),
            cmdlet.In(set).Select(p => Parameter(p.Parameter, [p.In], null))))),
        new XElement(
            Command + "parameters",
            cmdlet.Parameters.OrderBy(p => p.Name, StringComparer.Ordinal)
            .Select(p => Parameter(p, p.Sets, page.Parameters.First(t => t.Name == p.Name)))),
        new XElement(Command + "inputTypes", page.Inputs.Select(t => Type("inputType", t))),
        new XElement(Command + "returnValues", page.Outputs.Select(t => Type("returnValue", t))),
        new XElement(Text + "alertSet", new XElement(Text + "alert", Paras(page.Notes))),
        new XElement(Command + "examples", page.Examples.Select(Example)),
        new XElement(Command + "relatedLinks", page.Links.Select(l => new XElement(
            Text + "navigationLink", new XElement(Text + "linkText", l.Text), new XElement(Text + "uri", l.Url.Contains(
                "://", StringComparison.Ordinal) ? l.Url : string.Empty)))));

    // Required only where every parameter set requires it.
    private static XElement Parameter(CmdletParameter parameter, IReadOnlyList<ParameterIn> sets, PageParameter? page)
    {
        string pipeline = string.Join(
            ", ", new[] {
                sets.Any(s => s.FromPipeline) ? "ByValue" : null,
                sets.Any(s => s.FromProperty) ? "ByPropertyName" : null }.OfType<string>());
        string defaultValue = page?.Facts.GetValueOrDefault("DefaultValue", string.Empty) ?? string.Empty;
        return new XElement(
            Command + "parameter",
            new XAttribute("required", sets.All(s => s.IsMandatory) ? "true" : "false"),
            new XAttribute("variableLength", parameter.Type.IsArray ? "true" : "false"),
            new XAttribute("globbing", parameter.HasWildcards ? "true" : "false"),
            new XAttribute("pipelineInput", pipeline.Length == 0 ? "false" : $"true ({pipeline})"),
            new XAttribute(
                "position", sets[0].Position?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "named"),
            new XAttribute("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases)),
            new XElement(Text + "name", parameter.Name),
            new XElement(Text + "description", page is null ? null : Paras(page.Text)),
            page is not null || parameter.Values.Count == 0 ? null : new XElement(
                Command + "parameterValueGroup",
                parameter.Values.Select(
                    v => new XElement(Command + "parameterValue", new XAttribute("required", "false"), new XAttribute(
                        "variableLength", "false"), v))),
            parameter.IsSwitch
            ? null : new XElement(Command + "parameterValue", new XAttribute("required", "true"), new XAttribute(
                "variableLength", "false"), parameter.ShortType),
            new XElement(
                Dev + "type",
                new XElement(Text + "name", (Nullable.GetUnderlyingType(parameter.Type) ?? parameter.Type).FullName)),
            defaultValue.Length == 0 ? null : new XElement(Dev + "defaultValue", defaultValue));
    }

    private static XElement Type(string name, PageType type) =>
        new(Command + name, new XElement(Dev + "type", new XElement(Text + "name", type.Name)), new XElement(Text +
            "description", Paras(type.Text)));

    // Get-Help makes one line of an introduction's paragraphs and the code's first line, and writes the next example's
    // title right below the remarks: so the introduction ends with line breaks, behind which something must stand, and
    // the remarks with an empty paragraph.
    private static XElement Example(PageExample example) => new(
        Command + "example",
        new XElement(Text + "title", $"--------- {example.Title} ---------"),
        new XElement(
            Text + "introduction",
            example.Introduction.Count == 0 ? null : Paras([string.Join("\n\n", example.Introduction) + "\n\n\u00A0"])),
        new XElement(Dev + "code", example.Code),
        new XElement(Dev + "remarks", Paras([.. example.Remarks, string.Empty])));

    private static IEnumerable<XElement> Paras(IEnumerable<string> paragraphs) =>
        paragraphs.Select(p => new XElement(Text + "para", p));
}
