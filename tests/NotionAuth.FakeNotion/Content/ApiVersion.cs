using System.Linq;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Content;

/// <summary>
/// What an object looks like under a version: the three shapes that the published versions share among them.
/// </summary>
internal enum Shape
{
    /// <summary>Before 2025-09-03: databases have properties and rows, data sources don't exist.</summary>
    Databases,

    /// <summary>2025-09-03: data sources; <c>archived</c> beside <c>in_trash</c>.</summary>
    DataSources,

    /// <summary>From 2026-03-11: <c>in_trash</c> only, <c>position</c> in place of <c>after</c>.</summary>
    Current,
}

internal sealed record ApiVersion(string Name, Shape Shape)
{
    private static readonly ApiVersion[] Published =
    [
        new("2021-05-11", Shape.Databases),
        new("2021-05-13", Shape.Databases),
        new("2021-08-16", Shape.Databases),
        new("2022-02-22", Shape.Databases),
        new("2022-06-28", Shape.Databases),
        new("2025-09-03", Shape.DataSources),
        new("2026-03-11", Shape.Current),
    ];

    public bool HasDataSources => Shape != Shape.Databases;

    /// <summary>Absent and unknown have the same code and different messages (measured on the live service).</summary>
    public static ApiVersion Parse(string? header)
    {
        if (header is null)
            throw Missing("defined", "undefined");
        foreach (var version in Published)
        {
            if (version.Name == header)
                return version;
        }

        var names = string.Join(", ", Published[..^1].Select(v => $"`\"{v.Name}\"`"));
        throw Missing($"{names}, or `\"{Published[^1].Name}\"`", Json.Quote(header));
    }

    private static NotionFailure Missing(string expectation, string actual) => new(
        400,
        "missing_version",
        $"Notion-Version header failed validation: Notion-Version header should be {expectation}, " +
        $"instead was `{actual}`.");
}
