using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.Hosting;

namespace NotionAuth.FakeNotion.OAuth;

public enum IntegrationKind
{
    Public,
    Internal,
    PersonalAccessToken,
}

/// <summary>What an integration was granted in its settings.</summary>
[Flags]
public enum Capabilities
{
    None = 0,
    ReadContent = 1,
    UpdateContent = 2,
    InsertContent = 4,
    ReadComments = 8,
    InsertComments = 16,
    ReadUsers = 32,
    All = ReadContent | UpdateContent | InsertContent | ReadComments | InsertComments | ReadUsers,
}

/// <summary>An integration as its settings page shows it.</summary>
public sealed class Integration
{
    private ImmutableArray<string> _redirectUris = [];

    public required string Id { get; init; }

    public required IntegrationKind Kind { get; init; }

    public required string Name { get; set; }

    /// <summary>The workspace that the next authorization goes to.</summary>
    public required Workspace Workspace { get; set; }

    /// <summary>Empty for internal integrations and personal access tokens: they have no OAuth client.</summary>
    public string ClientId { get; init; } = "";

    public string ClientSecret { get; set; } = "";

    /// <summary>The token of an internal integration or a personal access token.</summary>
    public string? Token { get; init; }

    /// <summary>False is an older integration: no refresh token, and a token that is handed out again.</summary>
    public bool RefreshTokens { get; set; } = true;

    /// <summary>Off leaves it to the state's own switch.</summary>
    public AutoApprove AutoApprove { get; set; }

    /// <summary>The pages that an automatic approval picks; null picks all of them.</summary>
    public IReadOnlyList<Guid>? AutoApprovePages { get; set; }

    public Capabilities Capabilities { get; set; } = Capabilities.All;

    /// <summary>Who clicks Allow; null is the workspace's first person.</summary>
    public Guid? ApprovingUser { get; set; }

    public IReadOnlyList<string> RedirectUris => _redirectUris;

    public void AddRedirectUri(string redirectUri) =>
        ImmutableInterlocked.Update(
            ref _redirectUris, static (all, one) => all.Contains(one) ? all : all.Add(one), redirectUri);

    public void RemoveRedirectUri(string redirectUri) =>
        ImmutableInterlocked.Update(ref _redirectUris, static (all, one) => all.Remove(one), redirectUri);

    /// <summary>
    /// Character for character: that is how Notion compares them, port, case and trailing slash included.
    /// </summary>
    internal bool IsRegistered(string redirectUri) => _redirectUris.Contains(redirectUri, StringComparer.Ordinal);
}

/// <summary>An integration in a workspace on behalf of a person: what a token stands for. Its id is stable.</summary>
public sealed class Bot
{
    private ImmutableHashSet<Guid>? _sharedPages;

    internal Bot(Guid id, Integration integration, Workspace workspace, User owner)
    {
        Id = id;
        Integration = integration;
        Workspace = workspace;
        Owner = owner;
    }

    public Guid Id { get; }

    public Integration Integration { get; }

    public Workspace Workspace { get; }

    public User Owner { get; }

    /// <summary>The pages that were picked; null is all of the workspace.</summary>
    public IReadOnlySet<Guid>? SharedPages => _sharedPages;

    internal string IdText => Id.ToString();

    internal void Share(IEnumerable<Guid>? pages) => Volatile.Write(ref _sharedPages, pages?.ToImmutableHashSet());

    internal void ShareAlso(Guid page)
    {
        if (Volatile.Read(ref _sharedPages) is { } pages)
            Volatile.Write(ref _sharedPages, pages.Add(page));
    }

    internal bool IsShared(Guid page) => Volatile.Read(ref _sharedPages)?.Contains(page) ?? true;
}
