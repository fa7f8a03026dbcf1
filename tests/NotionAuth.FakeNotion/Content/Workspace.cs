using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Content;

/// <summary>A Notion workspace: people, and the content they may share.</summary>
public sealed class Workspace
{
    private ImmutableList<User> _users = [];

    internal Workspace(string name, string? icon)
    {
        Name = name;
        Icon = icon;
        Id = Ids.For("workspace:" + name);
        Content = new ContentStore(() => _users);
    }

    public Guid Id { get; }

    public string Name { get; set; }

    /// <summary>An emoji or the URL of an image.</summary>
    public string? Icon { get; set; }

    public IReadOnlyList<User> Users => _users;

    /// <summary>The ids of what a test is likely to ask for.</summary>
    public Sample Sample { get; internal set; } = new();

    internal ContentStore Content { get; }

    internal FileUploadStore Files { get; } = new();

    internal ConcurrentDictionary<string, AsyncTask> Tasks { get; } = new();

    public User AddUser(string name, string email)
    {
        var user = new User(Ids.For($"user:{Name}:{email}"), name, email);
        _ = ImmutableInterlocked.Update(ref _users, static (all, one) => all.Add(one), user);
        return user;
    }
}

/// <summary>Ids of seeded objects.</summary>
public sealed record Sample
{
    public IReadOnlyList<Guid> TopPages { get; init; } = [];

    /// <summary>A page with more blocks than fit in one reply, and with comments.</summary>
    public Guid PageId { get; init; }

    public Guid DatabaseId { get; init; }

    /// <summary>A data source with more rows than fit in two replies.</summary>
    public Guid DataSourceId { get; init; }
}
