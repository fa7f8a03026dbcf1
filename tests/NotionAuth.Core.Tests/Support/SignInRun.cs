using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.SignIn;

namespace NotionAuth.Core.Tests.Support;

/// <summary>One sign-in from the listener to the stored connection, as a host runs it.</summary>
internal sealed class SignInRun(TestNotion notion)
{
    public ScriptedBrowser? Browser { get; init; }

    public IConnectionStore Store { get; init; } = new RecordingStore();

    public ConnectionCache Cache { get; init; } = new();

    public ConnectOptions Options { get; init; } = new();

    public TimeSpan Timeout { get; init; } = TestNotion.Soon;

    public Func<AuthorizationRequest, Task<string>>? Paste { get; init; }

    public ClientCredentials? Credentials { get; init; }

    public Uri? BaseUri { get; init; }

    /// <summary>Whether the client secret isn't the one that the store remembers.</summary>
    public bool HasNewSecret { get; init; }

    public ConcurrentQueue<string> Notes { get; } = new();

    public ConcurrentQueue<string> Warnings { get; } = new();

    public TaskCompletionSource<AuthorizationRequest> Shown { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>With a redirect URI that is registered and whose port is free.</summary>
    public Task<StoredConnection> ConnectAsync(CancellationToken ct = default) =>
        notion.WithRedirectUriAsync(uri => ConnectAsync([uri], ct));

    public Task<StoredConnection> ConnectAsync(IReadOnlyList<Uri> redirectUris, CancellationToken ct = default)
    {
        Uri baseUri = BaseUri ?? notion.BaseUri;
        var app = new AppRegistration(Credentials ?? notion.Credentials, redirectUris, baseUri)
        {
            IsRemembered = !HasNewSecret,
        };
        return new OAuthConnector(Store, Cache, notion.Transport, notion.Log.Enqueue) { Note = Notes.Enqueue }
            .ConnectAsync(app, SignIn(redirectUris), Options with { BaseUri = baseUri }, ct);
    }

    private SignInOptions SignIn(IReadOnlyList<Uri> redirectUris) => new()
    {
        RedirectUris = redirectUris,
        Browser = Browser,
        Timeout = Timeout,
        Warn = Warnings.Enqueue,
        ReadCallback = Paste is null ? null : async _ => await Paste(await Shown.Task),
        Show = request =>
        {
            Shown.TrySetResult(request);
            return Task.CompletedTask;
        },
    };
}
