using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.House;

/// <summary>
/// The shape of source files. The analyzers have the same limit of columns: .editorconfig for C#,
/// PSScriptAnalyzerSettings.psd1 for PowerShell.
/// </summary>
public sealed class SourceShapeTests
{
    private const int MaximumColumns = 120;
    private const int MaximumLines = 400;

    private static readonly string[] Folders = ["benchmarks", "build", "samples", "src", "tests"];
    private static readonly string[] Wrapped = [".cs", ".ps1", ".psm1", ".psd1"];
    private static readonly string[] Sources = [.. Wrapped, ".mjs", ".sh"];
    private static readonly string[] NotOurs = ["bin", "obj", "out", "node_modules"];

    [Fact]
    public void No_line_is_too_long() => AssertNone(
        from file in Files()
        where Wrapped.Contains(Path.GetExtension(file))
        from line in File.ReadLines(Repository.PathOf(file)).Select((text, i) => (Columns: text.Length, Number: i + 1))
        where line.Columns > MaximumColumns
        select $"{file}:{line.Number} has {line.Columns} columns, of {MaximumColumns} at most");

    [Fact]
    public void No_file_is_too_long() => AssertNone(
        from file in Files()
        let lines = File.ReadLines(Repository.PathOf(file)).Count()
        where lines > MaximumLines
        select $"{file} has {lines} lines, of {MaximumLines} at most");

    [Fact]
    public void The_files_are_looked_at()
    {
        string[] files = [.. Files()];
        Assert.Contains("build.ps1", files);
        Assert.Contains("NotionAuth.psd1", files);
        Assert.Contains("src/NotionAuth.Core/Common/ErrorIds.cs", files);
        Assert.Contains("tests/NotionAuth.FakeNotion/FakeNotion.psm1", files);
        Assert.DoesNotContain(files, f => f.Contains("/obj/", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Files() =>
        from path in Directory.EnumerateFiles(Repository.Root)
            .Concat(Folders.SelectMany(f => FilesBelow(Repository.PathOf(f))))
        where Sources.Contains(Path.GetExtension(path))
        select Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');

    private static IEnumerable<string> FilesBelow(string folder) => Directory.EnumerateFiles(folder).Concat(
        Directory.EnumerateDirectories(folder)
            .Where(f => !NotOurs.Contains(Path.GetFileName(f))).SelectMany(FilesBelow));

    private static void AssertNone(IEnumerable<string> found)
    {
        string[] all = [.. found];
        Assert.True(all.Length == 0, string.Join(Environment.NewLine, all));
    }
}
