namespace NotionAuth.Core.Diagnostics;

/// <summary>How a check of the environment ended.</summary>
public enum CheckStatus
{
    /// <summary>It is as it should be.</summary>
    Ok,

    /// <summary>It works, or may work, and there is something to know.</summary>
    Warning,

    /// <summary>What needs it fails.</summary>
    Failed,

    /// <summary>It could not be found out, because something before it failed or somebody would have to be
    /// asked.</summary>
    NotRun,
}

/// <summary>One check of what a sign-in and a request need.</summary>
public sealed record EnvironmentCheck
{
    /// <summary>What is checked, such as <c>Vault</c> or <c>Clock</c>: the same word in each run.</summary>
    public required string Check { get; init; }

    /// <summary>Which one, where there are several: a vault, a client id, a redirect URI, a connection.</summary>
    public string? Target { get; init; }

    /// <summary>How it ended.</summary>
    public CheckStatus Status { get; init; }

    /// <summary>What was found.</summary>
    public string? Detail { get; init; }

    /// <summary>What to do about it; null where nothing has to be done.</summary>
    public string? Recommendation { get; init; }

    /// <summary>The check in a line.</summary>
    /// <returns>Its name, its status and what was found.</returns>
    public override string ToString() => $"{Check}: {Status}. {Detail}";
}
