using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.House;

/// <summary>What the documents point to is there.</summary>
public sealed class DocumentTests
{
    private static readonly string[] Folders = [".", "docs", "tests/NotionAuth.FakeNotion"];

    public static TheoryData<string> Documents =>
        [.. Folders.SelectMany(f => Directory.GetFiles(Repository.PathOf(f), "*.md"))
            .Select(p => Path.GetRelativePath(Repository.Root, p).Replace('\\', '/'))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Each_link_within_the_repository_leads_to_a_file(string document)
    {
        string path = Repository.PathOf(document);
        string folder = Path.GetDirectoryName(path)!;
        Assert.Empty(
            from target in LinksOf(File.ReadAllText(path))
            let file = Path.GetFullPath(Path.Combine(folder, target))
            where !File.Exists(file) && !Directory.Exists(file)
            select target);
    }

    [Fact]
    public void Each_source_file_that_the_map_names_by_its_path_is_there() => Assert.Empty(
        from Match name in Regex.Matches(
            File.ReadAllText(Repository.PathOf("docs/architecture.md")), @"`([\w.]+(?:/[\w.-]+)+\.(?:cs|ps1|psm1|md))`")
        let path = name.Groups[1].Value
        where !new[] { string.Empty, "src", "src/NotionAuth.Core", "src/NotionAuth", "tests/NotionAuth.Core.Tests" }
            .Any(root => File.Exists(Repository.PathOf(Path.Combine(root, path))))
        select path);

    private static IEnumerable<string> LinksOf(string text) =>
        from Match link in Regex.Matches(text, @"\]\(([^)\s]+)\)")
        let target = link.Groups[1].Value.Split('#')[0]
        where target.Length > 0 && !target.Contains(':', StringComparison.Ordinal)
        select Uri.UnescapeDataString(target);
}
