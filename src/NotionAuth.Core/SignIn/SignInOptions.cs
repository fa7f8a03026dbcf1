using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.SignIn.Browser;

namespace NotionAuth.Core.SignIn;

/// <summary>How a person signs in.</summary>
public sealed record SignInOptions
{
    /// <summary>
    /// The registered redirect URIs; the first whose port is free is used. With <see cref="ReadCallback"/> the first.
    /// </summary>
    public required IReadOnlyList<Uri> RedirectUris { get; init; }

    /// <summary><c>user</c> or <c>workspace</c>.</summary>
    public string Owner { get; init; } = "user";

    /// <summary>How long to wait for the callback.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Opens the URL; null where the user does that.</summary>
    public IBrowser? Browser { get; init; }

    /// <summary>Shows the URL and the redirect URI to the user.</summary>
    public required Func<AuthorizationRequest, Task> Show { get; init; }

    /// <summary>Called with what the user should know while the sign-in goes on.</summary>
    public required Action<string> Warn { get; init; }

    /// <summary>Asks the user for the URL that the browser ended on, in place of a listener; null to listen.</summary>
    public Func<CancellationToken, Task<string>>? ReadCallback { get; init; }
}

/// <summary>What a completed sign-in leads to.</summary>
/// <typeparam name="T">The result's type.</typeparam>
/// <param name="Result">The result.</param>
/// <param name="ConnectionName">The connection's name, for the result page.</param>
/// <param name="WorkspaceName">The workspace's name, null where Notion names none.</param>
/// <param name="WorkspaceIcon">Its icon, as Notion gives it; null for none.</param>
internal sealed record SignedIn<T>(T Result, string ConnectionName, string? WorkspaceName, string? WorkspaceIcon);
