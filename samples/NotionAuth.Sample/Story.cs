using System;
using System.Globalization;
using System.Net.Http;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Api.Lists;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Http;
using NotionAuth.Core.SignIn;
using NotionAuth.Core.SignIn.Browser;

namespace NotionAuth.Sample;

/// <summary>Connect, list, test, request, refresh, revoke: what the five cmdlets do, in C#.</summary>
internal sealed class Story(SampleOptions options) : IDisposable
{
    // One transport for the life of the process; where connections are kept (a program of yours has a safer place:
    // IConnectionStore); and what the process knows of them.
    private readonly NotionTransport _transport = new();
    private readonly MemoryConnectionStore _store = new();
    private readonly ConnectionCache _cache = new();

    public async Task RunAsync(CancellationToken ct)
    {
        Heading("Sign in");
        var connection = await SignInAsync(ct);

        Heading("What am I connected to?");
        await ListAsync(ct);

        // Everything that can be done with a connection. Its client refreshes the token when Notion rejects it: nobody
        // else ever handles one.
        var known = _cache.Get(new ConnectionKey(_store.Vault, connection.Details.BotId));
        var opened = new OpenedConnection(known, _store, _cache, _transport, Log, Console.Error.WriteLine);
        var client = await opened.ClientAsync(ct);

        Heading("Does the token work?");
        await TestAsync(opened, ct);

        Heading("Ask the API: everything the integration may see, page by page");
        await SearchAsync(client, ct);

        if (options.Wait > TimeSpan.Zero)
        {
            Heading(string.Create(CultureInfo.InvariantCulture,
                $"Another request, {options.Wait.TotalSeconds} seconds later"));
            await Task.Delay(options.Wait, ct);
            await TestAsync(opened, ct);
            await RequestAsync(client, known, ct);
        }

        Heading("Revoke the token");
        _ = await opened.RevokeAsync(localOnly: false, ct);
        await ListAsync(ct);
    }

    public void Dispose() => _transport.Dispose();

    private async Task<StoredConnection> SignInAsync(CancellationToken ct)
    {
        // NOTION_CLIENT_ID, NOTION_CLIENT_SECRET and NOTION_REDIRECT_URI, where nothing else is given.
        var app = await new AppResolver(_store).ResolveAsync(new AppInput { BaseUri = options.BaseUri }, ct);
        var signIn = new SignInOptions
        {
            RedirectUris = app.RedirectUris,
            Browser = options.OpensBrowser ? new SystemBrowser() : null,
            Show = request => Console.Out.WriteLineAsync($"Sign in to Notion at: {request.Uri.AbsoluteUri}"),
            Warn = Console.Error.WriteLine,
        };
        return await new OAuthConnector(_store, _cache, _transport, Log)
            .ConnectAsync(app, signIn, new ConnectOptions { BaseUri = options.BaseUri }, ct);
    }

    private async Task ListAsync(CancellationToken ct)
    {
        var connections = (await _store.ListAsync(ct)).Connections;
        foreach (var c in connections)
            Console.WriteLine($"{c.Name}: workspace {c.WorkspaceName}, {c.AuthType}, {c.OwnerName}, " +
                $"connected {c.ConnectedAt:u}");
        if (connections.Count == 0)
            Console.WriteLine("No connection.");
    }

    private static async Task TestAsync(OpenedConnection connection, CancellationToken ct)
    {
        var result = await connection.TestAsync(ct);
        Console.WriteLine($"{result.Status} ({result.Method}){(result.Reason is null ? "" : ": " + result.Reason)}");
    }

    private static async Task SearchAsync(NotionClient client, CancellationToken ct)
    {
        var request = new NotionRequest
        {
            Path = "search",
            Method = HttpMethod.Post,
            Body = """{"filter":{"property":"object","value":"page"}}"""u8.ToArray(),
        };
        var count = 0;
        await foreach (var page in Paginator.PagesAsync(client, request, pageSize: null, ct))
        {
            foreach (var item in page.Items)
            {
                if (++count <= 5)
                    Console.WriteLine(TitleOf(item));
            }
        }

        Console.WriteLine($"{count} pages in all.");
    }

    private static async Task RequestAsync(NotionClient client, KnownConnection known, CancellationToken ct)
    {
        var response = await client.SendAsync(new NotionRequest { Path = "users/me" }, ct);
        using var me = response.ParseJson();
        var refreshed = known.Connection?.Details.RefreshedAt;
        Console.WriteLine(
            $"{me.RootElement.GetProperty("name").GetString()}; " +
            $"token refreshed: {(refreshed is null ? "never" : $"{refreshed:u}")}");
    }

    private static string TitleOf(ReadOnlyMemory<byte> page)
    {
        using var json = JsonDocument.Parse(page);
        foreach (var property in json.RootElement.GetProperty("properties").EnumerateObject())
        {
            if (property.Value.TryGetProperty("title", out var title) && title.GetArrayLength() > 0)
                return title[0].GetProperty("plain_text").GetString() ?? "";
        }

        return "(no title)";
    }

    private static void Heading(string text) => Console.WriteLine($"{Environment.NewLine}== {text}");

    private static void Log(RequestLogEntry entry) => Console.WriteLine($"    {entry}");
}
