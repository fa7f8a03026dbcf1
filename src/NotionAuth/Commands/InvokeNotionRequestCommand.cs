using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
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
    private WaitDisplay? _waits;

    /// <summary>The path, such as users/me, or a URL on the connection's host.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PathCompleter))]
    public string Path { get; set; } = string.Empty;

    /// <summary>The HTTP method.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateSet("GET", "POST", "PATCH", "PUT", "DELETE")]
    public string? Method { get; set; }

    /// <summary>The body: JSON text, a hashtable, an object or a file.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public PSObject? Body { get; set; }

    /// <summary>The file to send: the content of a file upload; anywhere else a body of JSON.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? InFile { get; set; }

    /// <summary>The media type of an uploaded file; the one that belongs to its extension where none is given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? ContentType { get; set; }

    /// <summary>Which part of an upload of several parts the file is.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 10_000)]
    public int PartNumber { get; set; }

    /// <summary>The file to write the reply to.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? OutFile { get; set; }

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

    /// <summary>How many seconds all attempts may take together, the waits included.</summary>
    [Parameter]
    [ValidateRange(1, 604_800)]
    public int TotalTimeoutSec { get; set; } = 3600;

    /// <summary>How many inputs are worked on at once.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 1;

    /// <summary>Whether an error of Notion's is returned as an object.</summary>
    [Parameter]
    public SwitchParameter SkipHttpErrorCheck { get; set; }

    /// <summary>The variable that gets the reply's status.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StatusCodeVariable { get; set; }

    /// <summary>The variable that gets the reply's headers.</summary>
    [Parameter]
    [Alias("RHV")]
    [ValidateNotNullOrEmpty]
    public string? ResponseHeadersVariable { get; set; }

    /// <summary>The proxy for these requests.</summary>
    [Parameter]
    public Uri? Proxy { get; set; }

    /// <summary>The proxy's user name and password.</summary>
    [Parameter]
    [Credential]
    public PSCredential? ProxyCredential { get; set; }

    private protected override int Limit => ThrottleLimit;

    private protected override string Target => Path;

    private protected override Func<Task, IAsyncEnumerable<RequestOutput>>? Begin()
    {
        ParameterRules.Check(MyInvocation.BoundParameters);
        TransferDisplay? transfer = InFile is not null ? Display($"Sending {InFile}") : OutFile is not null ? Display($"Writing {OutFile}") : null;
        NotionRequest request = NewRequest(transfer);
        var options = new RequestOptions
        {
            All = All,
            PageSize = PageSize > 0 ? PageSize : null,
            OutFile = OutFile is null ? null : FilePath.Resolve(SessionState, OutFile, nameof(OutFile)),
            Progress = transfer is null ? null : transfer.Take,
        };
        RequestRunner.Check(request, options);
        if (!request.IsReadOnly && !ShouldProcess(Path, request.Method.Method)) return null;

        NotionClient client = Client();
        var form = new OutputForm(Raw, AsHashtable);
        return turn =>
        {
            IAsyncEnumerable<RequestOutput> outputs = form.ConvertAsync(RequestRunner.RunAsync(client, request, options, turn, StopToken));
            return transfer is null ? outputs : transfer.DuringAsync(outputs);
        };
    }

    private protected override void Write(RequestOutput piece)
    {
        SetVariables(piece.Response.Status, () => piece.Response.Headers);
        WriteObject(piece.Objects, enumerateCollection: true);
        if (piece.Warning is not null) Tell(() => WriteWarning(piece.Warning));
    }

    private protected override void WriteFailure(ErrorRecord record)
    {
        var reply = record.Exception as NotionApiException;
        SetVariables(reply?.Status, () => reply?.Headers);
        Report(record);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _waits?.Dispose();
    }

    private NotionRequest NewRequest(TransferDisplay? transfer)
    {
        string method = Method?.ToUpperInvariant() ?? (InFile is null ? "GET" : "POST");
        if ((Body is not null || InFile is not null) && method == "GET")
            throw new NotionAuthException(
                ErrorIds.InvalidBody, NotionErrorKind.InvalidArgument, "A GET request has no body. Nothing was sent.",
                "Pass -Method POST or PATCH with -Body, or the values with -Query.");
        return new NotionRequest
        {
            Path = Path,
            Method = new HttpMethod(method),
            Query = Pairs(Query),
            Headers = Pairs(Headers),
            Body = NewBody(),
            File = NewFile(transfer),
            NotionVersion = NotionVersion,
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
            TotalTimeout = TimeSpan.FromSeconds(TotalTimeoutSec),
            MaximumRetryCount = MaximumRetryCount,
            ReturnsErrorReplies = SkipHttpErrorCheck,
        };
    }

    private byte[]? NewBody()
    {
        if (Body is not null) return ObjectToJson.Convert(Body);
        if (InFile is null || NotionEndpoint.TakesFile(Path)) return null;
        if (PartNumber > 0 || ContentType is not null)
            throw ParameterRules.Conflict(
                "-PartNumber and -ContentType are for the content of a file upload; this endpoint takes JSON.", "Leave them out, or send the file to file_uploads/<id>/send.");
        return ObjectToJson.Convert(new FileInfo(FilePath.Resolve(SessionState, InFile, nameof(InFile))));
    }

    private FileBody? NewFile(TransferDisplay? transfer) => InFile is null || !NotionEndpoint.TakesFile(Path) ? null : new FileBody
    {
        Path = FilePath.Resolve(SessionState, InFile, nameof(InFile)),
        PartNumber = PartNumber > 0 ? PartNumber : null,
        ContentType = ContentType,
        Progress = transfer is null ? null : transfer.Take,
    };

    // As Invoke-RestMethod does it: in the caller's scope, and after an error too. Without a reply there is nothing to be told.
    private void SetVariables(int? status, Func<IReadOnlyDictionary<string, IReadOnlyList<string>>?> headers)
    {
        if (StatusCodeVariable is not null) SessionState.PSVariable.Set(StatusCodeVariable, status);
        if (ResponseHeadersVariable is null) return;
        SessionState.PSVariable.Set(
            ResponseHeadersVariable, headers()?.ToDictionary(h => h.Key, h => h.Value.ToArray(), StringComparer.OrdinalIgnoreCase));
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
        NotionTransport? transport = Proxy is null && ProxyCredential is null
            ? null : ProcessState.Transports.Get(Proxy, ProxyCredential?.GetNetworkCredential());
        if (Token is not null)
        {
            Uri baseUri = BaseUri is null ? Core.Http.BaseUri.Default : Core.Http.BaseUri.Check(BaseUri);
            Secret token = AccessTokenText.Parse(SecureText.Reveal(Token));
            return NewClient(transport ?? ProcessState.Transport, baseUri, new FixedTokenSource(token), ProcessState.TokenGates.Of(token, baseUri), Core.Api.NotionVersion.Default);
        }

        (ConnectionSession session, IConnectionStore store) = await Finder.FindAsync(Connection, Vault, RunspaceState.Connection, cancellationToken).ConfigureAwait(false);
        transport ??= TransportOf(session);
        ConnectionTokenSource tokens = TokensOf(session, store, transport);
        NotionConnection facts = (await tokens.LoadAsync(cancellationToken).ConfigureAwait(false)).Facts;
        return NewClient(transport, facts.BaseUri, tokens, session.Gate, facts.NotionVersion);
    }

    private NotionClient NewClient(NotionTransport transport, Uri baseUri, IAccessTokenSource tokens, RateLimitGate gate, string version)
    {
        WaitDisplay waits = _waits ??= new WaitDisplay(OnPipeline, Show);
        return new NotionClient(transport, baseUri, tokens, gate, Log) { NotionVersion = version, Waiting = waits.Begin, Waited = waits.End };
    }

    private TransferDisplay Display(string activity) => new(activity, OnPipeline, Show);

    private void Show(ProgressRecord record) => Tell(() => WriteProgress(record));

    private static List<KeyValuePair<string, string>> Pairs(IDictionary? dictionary)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        if (dictionary is null) return pairs;
        foreach (DictionaryEntry entry in dictionary)
            foreach (string value in QueryText.Of(entry.Value)) pairs.Add(new(QueryText.One(entry.Key), value));
        return pairs;
    }
}
