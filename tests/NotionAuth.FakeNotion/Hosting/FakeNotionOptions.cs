using System;
using System.Collections.Generic;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Hosting;

/// <summary>How a fake starts. Everything in it can be changed later, on the state.</summary>
public sealed class FakeNotionOptions
{
    /// <summary>0 lets the kernel choose, which is the only race-free way for tests that run side by side.</summary>
    public int Port { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    public string ClientId { get; init; } = "1f2d8b6a-5c3e-4a7d-9b1c-0e4f6a8d2c35";

    public string ClientSecret { get; init; } = Ids.Secret("secret_", 43);

    public IReadOnlyList<string> RedirectUris { get; init; } = ["http://localhost:8914/callback"];

    public string InternalToken { get; init; } = Ids.Secret("ntn_", 46);

    public RateLimit RateLimit { get; init; } = new();

    public Behavior Behavior { get; init; } = new();

    /// <summary>What the default workspace holds; null leaves it empty but for its users.</summary>
    public SeedOptions? Seed { get; init; } = new();

    /// <summary>Requests kept in the log; the oldest go first.</summary>
    public int RequestLogCapacity { get; init; } = 20_000;
}

/// <summary>Requests allowed to one connection, and to all of a workspace together, in a window.</summary>
public sealed record RateLimit
{
    public bool Enabled { get; init; } = true;

    public int Limit { get; init; } = 180;

    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The window begins with the first request and ends as a whole; else it slides.</summary>
    public bool IsFixed { get; init; }

    /// <summary>Requests of all connections of a workspace; null for no such limit.</summary>
    public int? WorkspaceLimit { get; init; }

    /// <summary>The workspace's window: what is waited for can be longer than a connection's minute.</summary>
    public TimeSpan WorkspaceWindow { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>Who decides about an authorization: a person on the consent page, or nobody.</summary>
public enum AutoApprove
{
    Off,
    Allow,
    Deny,
}

/// <summary>How a stream of events ends.</summary>
public enum StreamEnd
{
    Completed,
    Timeout,
    Error,
}

/// <summary>The shapes that <c>owner</c> has been seen in.</summary>
public enum OwnerShape
{
    UserFull,
    UserPartial,
    UserWithEmptyPerson,
    Workspace,
}

/// <summary>
/// Where Notion's behaviour is unknown or changes from account to account. Each default is the harder one for a client.
/// </summary>
public sealed class Behavior
{
    public AutoApprove AutoApprove { get; set; }

    /// <summary>A spent refresh token that turns up again ends every token of its family.</summary>
    public bool ReuseRevokesFamily { get; set; } = true;

    public bool RotationEndsOldAccessToken { get; set; } = true;

    public bool RevokingAccessEndsRefresh { get; set; } = true;

    public bool RevokingRefreshEndsAccess { get; set; } = true;

    /// <summary>A new authorization of the same bot ends the pair it had.</summary>
    public bool ReauthorizationEndsOldPair { get; set; } = true;

    /// <summary>OAuth errors as the reference documents them, in place of the live shape.</summary>
    public bool DocumentedOAuthErrors { get; set; }

    /// <summary>The OAuth endpoints want Notion-Version too.</summary>
    public bool OAuthNeedsVersion { get; set; } = true;

    public OwnerShape OwnerShape { get; set; }

    /// <summary>JSON members added to each token reply: fields are added over time.</summary>
    public string? ExtraTokenFields { get; set; }

    /// <summary>Null: access tokens live until a test expires them.</summary>
    public TimeSpan? AccessTokenLifetime { get; set; }

    public TimeSpan CodeLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Waited before each answer under /v1, in real time.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Waited between two events of a stream, in real time.</summary>
    public TimeSpan EventInterval { get; set; }

    public StreamEnd StreamEnd { get; set; }

    public int QueryRowCap { get; set; } = 10_000;

    /// <summary>A page of a list holds fewer items than were asked for, although more follow.</summary>
    public bool ShortPages { get; set; }

    /// <summary>
    /// A body that isn't JSON is refused before the credential is looked at, as was measured last; else after it.
    /// </summary>
    public bool JsonBeforeCredential { get; set; } = true;

    /// <summary>
    /// An unknown client or redirect URI is told in the place of the authorize URL; else on a page of Notion's own.
    /// </summary>
    public bool AuthorizeErrorsInPlace { get; set; }

    /// <summary>The blocks that the workspace's plan has room for; null for any number.</summary>
    public int? BlockLimit { get; set; }

    /// <summary>How long a search doesn't find what is new, nor, after a sign-in, the page edited last.</summary>
    public TimeSpan SearchDelay { get; set; }

    /// <summary>A search leaves out each so-and-so-many-th object; 0 for none.</summary>
    public int SearchLeavesOut { get; set; }

    /// <summary>A search's order changes while it is paged: some objects come twice, others don't come.</summary>
    public bool SearchChangesWhilePaged { get; set; }

    /// <summary>The largest file that may be uploaded; 5 MiB on a free plan.</summary>
    public long MaxUploadBytes { get; set; } = 5L * 1024 * 1024 * 1024;

    /// <summary>How often an upload says that it is pending after all of it was sent, or its import begun.</summary>
    public int UploadReads { get; set; }

    /// <summary>Why imports of files from a URL fail; null where they succeed.</summary>
    public string? ImportError { get; set; }

    /// <summary>Whether Notion calls an upload failed after all of it was sent.</summary>
    public bool UploadsFail { get; set; }

    /// <summary>How often an asynchronous task says that it runs.</summary>
    public int TaskReads { get; set; } = 2;

    /// <summary>How long a task that isn't finished asks to be left alone, as <c>poll_after_seconds</c>.</summary>
    public double TaskPollAfterSeconds { get; set; } = 2;

    /// <summary>Why asynchronous tasks fail; null where they succeed.</summary>
    public string? TaskError { get; set; }

    /// <summary>Notion is reported to refuse http redirect URIs on an IP address.</summary>
    public bool AllowIpRedirectUris { get; set; }

    internal Behavior Copy() => (Behavior)MemberwiseClone();
}
