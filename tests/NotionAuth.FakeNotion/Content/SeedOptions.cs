using System.Collections.Generic;

namespace NotionAuth.FakeNotion.Content;

/// <summary>
/// What to put into a workspace: a page with blocks and comments, and below it a database with one data source.
/// </summary>
public sealed record SeedOptions
{
    /// <summary>The page's title; a second seed of the same title gives other ids.</summary>
    public string Title { get; init; } = "Engineering";

    public string DatabaseTitle { get; init; } = "Tasks";

    public int Rows { get; init; } = 260;

    /// <summary>The size of each row's JSON in bytes, at least; 0 leaves it as it comes, about 2.4 KB.</summary>
    public int RowBytes { get; init; }

    public int Blocks { get; init; } = 120;

    public int Comments { get; init; } = 3;

    /// <summary>Further pages at the top of the workspace.</summary>
    public IReadOnlyList<string> Pages { get; init; } = ["Roadmap", "Meeting notes"];
}
