using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Net.Http;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Conversion;
using NotionAuth.Core;
using NotionAuth.Core.Api;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;
using NotionAuth.Hosting;

namespace NotionAuth.Commands;

/// <summary>Calls any endpoint of Notion's API with a connection's token.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "NotionRequest", SupportsShouldProcess = true, DefaultParameterSetName = "Connection")]
[OutputType(typeof(PSObject), typeof(string), typeof(IDictionary))]
public sealed class InvokeNotionRequestCommand : OrderedCmdlet<RequestOutput>
{
    private NotionClient? _client;

    /// <summary>The path, such as users/me, or a URL on the connection's host.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PathCompleter))]
    public string Path { get; set; } = string.Empty;

    /// <summary>The HTTP method.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(MethodCompleter))]
    [ValidateSet("GET", "POST", "PATCH", "PUT", "DELETE")]
    public string Method { get; set; } = "GET";

    /// <summary>The body: JSON text, a hashtable, an object or a file.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public PSObject? Body { get; set; }

    /// <summary>The query's names and values.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
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

    /// <summary>How many inputs are worked on at once.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 1;

    private protected override int Limit => ThrottleLimit;

    private protected override string Target => Path;

    private protected override Func<Task, IAsyncEnumerable<RequestOutput>>? Begin()
    {
        NotionRequest request = NewRequest();
        var options = new RequestOptions { All = All, PageSize = PageSize > 0 ? PageSize : null };
        RequestRunner.Check(request, options);
        if (!request.IsReadOnly && !ShouldProcess(Path, Method)) return null;

        NotionClient client = Client();
        var form = new OutputForm(Raw, AsHashtable);
        return turn => form.ConvertAsync(RequestRunner.RunAsync(client, request, options, turn, StopToken));
    }

    private protected override void Write(RequestOutput piece)
    {
        WriteObject(piece.Objects, enumerateCollection: true);
        if (piece.Warning is not null) Tell(() => WriteWarning(piece.Warning));
    }

    private NotionRequest NewRequest()
    {
        string method = Method.ToUpperInvariant();
        if (Body is not null && method == "GET")
            throw new NotionAuthException(
                ErrorIds.InvalidBody, NotionErrorKind.InvalidArgument, "A GET request has no body. Nothing was sent.",
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

    // One connection for all inputs of a command: it is looked up once.
    private NotionClient Client()
    {
        if (_client is not null) return _client;
        Task<NotionClient> opening = OpenAsync(StopToken);
        Wait(opening);
        return _client = opening.Result;
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

    private static List<KeyValuePair<string, string>> Pairs(IDictionary? dictionary)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        if (dictionary is null) return pairs;
        foreach (DictionaryEntry entry in dictionary)
            foreach (string value in QueryText.Of(entry.Value)) pairs.Add(new(QueryText.One(entry.Key), value));
        return pairs;
    }
}
