using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace NotionAuth.HelpBuilder;

/// <summary>Where the pages and the cmdlets don't say the same, or a page leaves something out.</summary>
internal static class Faults
{
    private const int LeastExamples = 3;

    /// <summary>Finds them all.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<Page> pages, IReadOnlyList<Cmdlet> cmdlets) =>
        pages.Where(p => cmdlets.All(c => c.Name != p.Title)).Select(p =>
            $"docs/{p.File}: the module has no such cmdlet.")
            .Concat(cmdlets.SelectMany(c => pages.FirstOrDefault(p => p.Title == c.Name) is { } page
                ? Of(page, c).Select(f => $"docs/{page.File}: {f}") : [$"{c.Name}: docs has no page for it."]));

    private static IEnumerable<string> Of(Page page, Cmdlet cmdlet)
    {
        if (page.Synopsis.Count == 0) yield return "no synopsis.";
        if (page.Description.Count == 0) yield return "no description.";
        if (page.Notes.Count == 0) yield return "no notes.";
        if (page.Examples.Count < LeastExamples)
            yield return $"{page.Examples.Count} examples; {LeastExamples} are the least.";
        foreach (string set in cmdlet.Sets.Where(s => !page.Syntax.Contains(cmdlet.Syntax(s))))
            yield return $"the syntax lacks: {cmdlet.Syntax(set)}";
        if (page.Syntax.Count != cmdlet.Sets.Count)
            yield return $"{page.Syntax.Count} syntaxes for {cmdlet.Sets.Count} parameter sets.";
        foreach (PageParameter parameter in page.Parameters.Where(p => cmdlet.Parameters.All(c => c.Name != p.Name)))
            yield return $"-{parameter.Name} doesn't exist.";
        foreach (CmdletParameter parameter in cmdlet.Parameters)
        {
            PageParameter? described = page.Parameters.FirstOrDefault(p => p.Name == parameter.Name);
            if (described is null || described.Text.Count == 0) yield return $"-{parameter.Name} has no help.";
            else foreach (string fault in Of(described, parameter)) yield return $"-{parameter.Name}, {fault}";
        }
    }

    private static IEnumerable<string> Of(PageParameter page, CmdletParameter cmdlet)
    {
        (string What, string Page, string Cmdlet)[] facts =
        [
            ("Type", page.Facts.GetValueOrDefault("Type", string.Empty),
                (Nullable.GetUnderlyingType(cmdlet.Type) ?? cmdlet.Type).FullName!),
            ("Aliases", page.Facts.GetValueOrDefault("Aliases", string.Empty), string.Join(", ", cmdlet.Aliases)),
            ("AcceptedValues", page.Facts.GetValueOrDefault("AcceptedValues", string.Empty),
                string.Join(", ", cmdlet.Values)),
            ("SupportsWildcards", page.Facts.GetValueOrDefault("SupportsWildcards", string.Empty),
                cmdlet.HasWildcards ? "true" : "false"),
            ("ParameterSets", string.Join("; ", page.Sets.Order(StringComparer.Ordinal)),
                string.Join("; ", cmdlet.Sets.Select(Text).Order(StringComparer.Ordinal))),
        ];
        return facts.Where(f => f.Page != f.Cmdlet).Select(f =>
            $"{f.What}: the page says '{f.Page}', the cmdlet '{f.Cmdlet}'.");
    }

    private static string Text(ParameterIn place)
    {
        string set = place.Set.StartsWith("__", StringComparison.Ordinal) ? "(All)" : place.Set;
        return string.Create(
            CultureInfo.InvariantCulture, $"{set} Position: {(object?)place.Position ?? "Named"} IsRequired: " +
            $"{Text(place.IsMandatory)} ValueFromPipeline: {Text(place.FromPipeline)} " +
            $"ValueFromPipelineByPropertyName: {Text(place.FromProperty)} ValueFromRemainingArguments: false");
    }

    private static string Text(bool value) => value ? "true" : "false";
}
