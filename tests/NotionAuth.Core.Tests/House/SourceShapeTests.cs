using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.House;

/// <summary>The shape of source files. PSScriptAnalyzerSettings.psd1 has the same limit of columns.</summary>
public sealed class SourceShapeTests
{
    // The C# files are still to be wrapped: 120 is the aim.
    private const int MaximumColumns = 360;
    private const int MaximumColumnsOfScripts = 120;
    private const int MaximumLines = 400;

    private static readonly string[] Folders = ["benchmarks", "build", "samples", "src", "tests"];
    private static readonly string[] Sources = [".cs", ".ps1", ".psm1", ".psd1", ".mjs", ".sh"];
    private static readonly string[] NotOurs = ["bin", "obj", "out", "node_modules"];

    // Still to be split. A file that is short enough must not stand here.
    private static readonly string[] LongFiles =
    [
        "tests/NotionAuth.Core.Tests/Connections/ConnectionTokenSourceTests.cs",
        "tests/NotionAuth.Core.Tests/Http/LyingReplyTests.cs",
        "tests/NotionAuth.Core.Tests/OAuth/CallbackListenerTests.cs",
        "tests/NotionAuth.Core.Tests/OAuth/OAuthClientTests.cs",
    ];

    [Fact]
    public void No_line_is_too_long() => AssertNone(
        from file in Files()
        let maximum = MaximumColumnsOf(file)
        from line in File.ReadLines(Repository.PathOf(file)).Select((text, index) => (Columns: text.Length, Number: index + 1))
        where line.Columns > maximum
        select $"{file}:{line.Number} has {line.Columns} columns, of {maximum} at most");

    [Fact]
    public void No_file_is_too_long() => AssertNone(
        from file in Files()
        let lines = File.ReadLines(Repository.PathOf(file)).Count()
        let isKnown = LongFiles.Contains(file)
        where lines > MaximumLines != isKnown
        select isKnown
            ? $"{file} has {lines} lines: it is no exception any more"
            : $"{file}:{MaximumLines + 1} is one of {lines} lines, of {MaximumLines} at most");

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
        from path in Directory.EnumerateFiles(Repository.Root).Concat(Folders.SelectMany(f => FilesBelow(Repository.PathOf(f))))
        where Sources.Contains(Path.GetExtension(path))
        select Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');

    private static IEnumerable<string> FilesBelow(string folder) => Directory.EnumerateFiles(folder).Concat(
        Directory.EnumerateDirectories(folder).Where(f => !NotOurs.Contains(Path.GetFileName(f))).SelectMany(FilesBelow));

    private static int MaximumColumnsOf(string file) => Path.GetExtension(file) switch
    {
        ".cs" => MaximumColumns,
        ".ps1" or ".psm1" or ".psd1" => MaximumColumnsOfScripts,
        _ => int.MaxValue,
    };

    private static void AssertNone(IEnumerable<string> found)
    {
        string[] all = [.. found];
        Assert.True(all.Length == 0, string.Join(Environment.NewLine, all));
    }
}
