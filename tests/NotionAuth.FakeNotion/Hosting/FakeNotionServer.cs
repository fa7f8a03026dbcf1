using System;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Hosting;

/// <summary>A simulated Notion that listens on the loopback interface. Any number may run in one process.</summary>
public sealed class FakeNotionServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping;
    private int _disposed;

    private FakeNotionServer(WebApplication app, CancellationTokenSource stopping, FakeNotionState state, Uri baseUri)
    {
        _app = app;
        _stopping = stopping;
        State = state;
        BaseUri = baseUri;
    }

    /// <summary>With a trailing slash, for example <c>http://localhost:41234/</c>.</summary>
    public Uri BaseUri { get; }

    public FakeNotionState State { get; }

    public static async Task<FakeNotionServer> StartAsync(
        FakeNotionOptions? options = null, CancellationToken ct = default)
    {
        options ??= new FakeNotionOptions();
        var sockets = LoopbackSockets.Bind(options.Port);
        var baseUri = new Uri($"http://localhost:{((IPEndPoint)sockets[0].LocalEndPoint!).Port}/");
        var state = new FakeNotionState(options, baseUri);
        var stopping = new CancellationTokenSource();
        var gate = new Gate(state, Routes.Create(), stopping.Token);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // The host's own lifetime would answer Ctrl+C and SIGTERM in the name of the test process.
        _ = builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        _ = builder.Services.Configure<SocketTransportOptions>(o => o.CreateBoundListenSocket =
            endpoint => sockets.First(s => s.LocalEndPoint!.Equals(endpoint)));
        _ = builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            foreach (var socket in sockets)
                kestrel.Listen((IPEndPoint)socket.LocalEndPoint!);
        });
        var app = builder.Build();
        var bulk = new BulkEndpoints(state);
        app.Run(http => bulk.TryAnswerAsync(http) ?? gate.HandleAsync(http));
        await app.StartAsync(ct);
        return new FakeNotionServer(app, stopping, state, baseUri);
    }

    /// <summary>Ends at once: requests under way are broken off.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        using (var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(500)))
            await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
