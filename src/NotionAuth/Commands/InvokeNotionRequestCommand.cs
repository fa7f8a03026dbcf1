using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Net.Http;
using System.Security;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Conversion;
using NotionAuth.Core.Api;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;
using NotionAuth.Hosting;

namespace NotionAuth.Commands;

/// <summary>Calls any endpoint of Notion's API with a connection's token.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "NotionRequest", SupportsShouldProcess = true, DefaultParameterSetName = "Connection")]
[OutputType(typeof(PSObject), typeof(string), typeof(IDictionary))]
public sealed class InvokeNotionRequestCommand : NotionCmdlet
{
    /// <summary>The path, such as users/me, or a URL on the connection's host.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string Path { get; set; } = string.Empty;

    /// <summary>The HTTP method.</summary>
    [Parameter(Position = 1)]
    [ValidateSet("GET", "POST", "PATCH", "PUT", "DELETE")]
    public string Method { get; set; } = "GET";

    /// <summary>The body: JSON text, a hashtable, an object or a file.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public object? Body { get; set; }

    /// <summary>The query's names and values.</summary>
    [Parameter]
    public IDictionary? Query { get; set; }

    /// <summary>More headers.</summary>
    [Parameter]
    public IDictionary? Headers { get; set; }

    /// <summary>The connection's name; the current one where none is given.</summary>
    [Parameter(ParameterSetName = "Connection")]
    [ArgumentCompleter(typeof(ConnectionNameCompleter))]
    public string? Connection { get; set; }

    /// <summary>The vault that the connection is in.</summary>
    [Parameter(ParameterSetName = "Connection")]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    public string? Vault { get; set; }

    /// <summary>A token to use in place of a connection's.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Token")]
    [SecretParameter]
    public SecureString? Token { get; set; }

    /// <summary>Notion's origin, for a token that is just given.</summary>
    [Parameter(ParameterSetName = "Token")]
    public Uri? BaseUri { get; set; }

    /// <summary>The Notion-Version; the connection's where none is given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NotionVersionCompleter))]
    public string? NotionVersion { get; set; }

    /// <summary>Whether every page of a list is fetched and its items are returned one by one.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>How many items a page has.</summary>
    [Parameter]
    [ValidateRange(1, Paginator.MaximumPageSize)]
    public int PageSize { get; set; }

    /// <summary>Whether JSON text is returned in place of objects.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Whether ordered, case-sensitive dictionaries are returned in place of objects.</summary>
    [Parameter]
    public SwitchParameter AsHashtable { get; set; }

    /// <summary>How many seconds one attempt may take.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 60;

    /// <summary>How often a failed attempt is repeated at most.</summary>
    [Parameter]
    [ValidateRange(0, 100)]
    public int MaximumRetryCount { get; set; } = RetryPolicy.DefaultMaximumRetryCount;

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        NotionRequest request = NewRequest();
        if (!request.IsReadOnly && (All || PageSize > 0))
            throw new Core.NotionAuthException(
                Core.ErrorIds.InvalidPaging, Core.NotionErrorKind.InvalidArgument, "-All and -PageSize are for lists, and this request writes. Nothing was sent.",
                "Leave them out, or read the list: with GET, or with POST on search and on a query.");
        if (!request.IsReadOnly && !await ShouldProcessAsync(Path, Method).ConfigureAwait(false)) return;

        NotionClient client = await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (!All)
        {
            if (PageSize > 0) request = Paginator.With(request, PageSize, null);
            NotionResponse response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.Body.Length > 0) await WriteAsync(ToOutput(response.Body)).ConfigureAwait(false);
            return;
        }

        await foreach (NotionPage page in Paginator.PagesAsync(client, request, PageSize > 0 ? PageSize : null, cancellationToken).ConfigureAwait(false))
        {
            await WriteAllAsync(page.Items.Select(ToOutput).ToList()).ConfigureAwait(false);
            if (page.IsCapped)
                Warn("Notion stopped at 10,000 rows although there are more. Narrow the query with a filter, for example by last_edited_time, and run one for each range.");
        }
    }

    private NotionRequest NewRequest()
    {
        string method = Method.ToUpperInvariant();
        if (Body is not null && method == "GET")
            throw new Core.NotionAuthException(
                Core.ErrorIds.InvalidBody, Core.NotionErrorKind.InvalidArgument, "A GET request has no body. Nothing was sent.",
                "Pass -Method POST or PATCH with -Body, or the values with -Query.");
        return new NotionRequest
        {
            Path = Path,
            Method = new HttpMethod(method),
            Query = Pairs(Query),
            Headers = Pairs(Headers),
            Body = Body is null ? null : ObjectToJson.Convert(Body),
            NotionVersion = NotionVersion,
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
            MaximumRetryCount = MaximumRetryCount,
        };
    }

    private async Task<NotionClient> OpenAsync(CancellationToken cancellationToken)
    {
        if (Token is not null)
        {
            Uri baseUri = BaseUri is null ? Core.Http.BaseUri.Default : Core.Http.BaseUri.Check(BaseUri);
            return new NotionClient(ProcessState.Transport, baseUri, new FixedTokenSource(AccessTokenText.Parse(SecureText.Reveal(Token))), null, Log);
        }

        (ConnectionSession session, IConnectionStore store) = await Finder.FindAsync(Connection, Vault, RunspaceState.Connection, cancellationToken).ConfigureAwait(false);
        ConnectionTokenSource tokens = TokensOf(session, store);
        NotionConnection facts = (await tokens.LoadAsync(cancellationToken).ConfigureAwait(false)).Facts;
        return new NotionClient(TransportOf(session), facts.BaseUri, tokens, session.Gate, Log) { NotionVersion = facts.NotionVersion };
    }

    private object? ToOutput(ReadOnlyMemory<byte> json) =>
        Raw ? Encoding.UTF8.GetString(json.ToArray()) : JsonToObject.Convert(json.Span, AsHashtable);

    private static List<KeyValuePair<string, string>> Pairs(IDictionary? dictionary)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (DictionaryEntry entry in dictionary ?? new Hashtable())
            foreach (string value in QueryText.Of(entry.Value)) pairs.Add(new(QueryText.One(entry.Key), value));
        return pairs;
    }
}
