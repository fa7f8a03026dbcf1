using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.SignIn.Browser;

namespace NotionAuth.Core.Tests.Support;

/// <summary>A page as a person reads it.</summary>
internal sealed record SeenPage(int Status, string Html)
{
    public string Text =>
        WebUtility.HtmlDecode(Regex.Replace(Html, "<(style|script)>.*?</\\1>|<[^>]*>", " ", RegexOptions.Singleline));
}

/// <summary>A browser with a person in front of it, who does what the script says.</summary>
internal sealed partial class ScriptedBrowser(Func<ScriptedBrowser, Uri, Task<SeenPage>> script) : IBrowser
{
    private Task<SeenPage>? _page;

    public int OpenedCount { get; private set; }

    /// <summary>The page that the script ended on.</summary>
    public Task<SeenPage> Page =>
        (_page ?? throw new InvalidOperationException("The browser wasn't opened.")).WaitAsync(TestNotion.Soon);

    /// <summary>Chooses Allow on Notion's page.</summary>
    public static ScriptedBrowser Allowing() => new(static async (b, uri) => await VisitAsync(await DecideAsync(uri,
        "allow")));

    /// <summary>Chooses Cancel on Notion's page.</summary>
    public static ScriptedBrowser Denying() => new(static async (b, uri) => await VisitAsync(await DecideAsync(uri,
        "deny")));

    /// <summary>Calls back with a query of the test's own making, the state known.</summary>
    public static ScriptedBrowser CallingBack(Func<string, string> queryOfState) =>
        new((b, uri) => VisitAsync(Callback(uri, queryOfState(StateOf(uri)))));

    /// <summary>Looks at the page and goes away.</summary>
    public static ScriptedBrowser Leaving() => new(static (b, uri) => Task.FromResult(new SeenPage(0, "")));

    public static string StateOf(Uri authorizeUri) => Parameter(authorizeUri, "state");

    public static string Parameter(Uri uri, string name) => Uri.UnescapeDataString(
        uri.Query.TrimStart('?').Split('&')
        .Single(p => p.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..]);

    public static Uri Callback(Uri authorizeUri, string query) => new(
        $"{Parameter(authorizeUri, "redirect_uri")}?{query}");

    /// <summary>Reads Notion's page, presses a button, and returns where that leads.</summary>
    public static async Task<Uri> DecideAsync(Uri authorizeUri, string decision)
    {
        using HttpClient client = NewClient();
        string page = await client.GetStringAsync(authorizeUri);
        List<KeyValuePair<string, string>> form =
        [
            new("nonce", Nonce().Match(page).Groups[1].Value),
            new("decision", decision),
            .. PageBox().Matches(page).Select(m => new KeyValuePair<string, string>("pages", m.Groups[1].Value)),
        ];
        using var content = new FormUrlEncodedContent(form);
        using HttpResponseMessage answer = await client.PostAsync(new Uri(authorizeUri, "/_consent"), content);
        return answer.Headers.Location
            ?? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"Notion's page answered {answer.StatusCode}."));
    }

    public static async Task<SeenPage> VisitAsync(Uri uri)
    {
        using HttpClient client = NewClient();
        using HttpResponseMessage answer = await client.GetAsync(uri);
        return new SeenPage((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public void EnsureAvailable()
    {
    }

    public Task OpenAsync(Uri uri, CancellationToken ct)
    {
        OpenedCount++;
        _page = Task.Run(() => script(this, uri), ct);
        return Task.CompletedTask;
    }

    private static HttpClient NewClient() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = TestNotion.Soon };

    [GeneratedRegex("name=\"nonce\" value=\"([^\"]*)\"")]
    private static partial Regex Nonce();

    [GeneratedRegex("name=\"pages\" value=\"([^\"]*)\"")]
    private static partial Regex PageBox();
}
