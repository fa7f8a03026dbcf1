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
    private readonly Dictionary<(string? Name, string? Vault), NotionClient> _clients = [];
    private WaitDisplay? _waits;
    private ResultVariable? _statusVariable;
    private ResultVariable? _headersVariable;
    private bool _isPathGiven;

    /// <summary>The path, such as users/me, or a URL on the connection's host.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PathCompleter))]
    public string Path { get; set; } = string.Empty;

    /// <summary>What is piped; script blocks see it as <c>$_</c>. A connection is used in place of the current one.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The HTTP method.</summary>
    [Parameter(Position = 1)]
    [PerInput(typeof(string))]
    [PerInputMethod]
    [ArgumentCompleter(typeof(MethodCompleter))]
    public object? Method { get; set; }

    /// <summary>The body: JSON text, a hashtable, an object or a file.</summary>
    [Parameter]
    public PSObject? Body { get; set; }

    /// <summary>The file to send: the content of a file upload; anywhere else a body of JSON.</summary>
    [Parameter]
    [PerInput(typeof(string))]
    [ValidateNotNullOrEmpty]
    public object? InFile { get; set; }

    /// <summary>The media type of an uploaded file; the one that belongs to its extension where none is given.</summary>
    [Parameter]
    [PerInput(typeof(string))]
    [ValidateNotNullOrEmpty]
    public object? ContentType { get; set; }

    /// <summary>Which part of an upload of several parts the file is.</summary>
    [Parameter]
    [PerInput(typeof(int))]
    [PerInputPartNumber]
    public object? PartNumber { get; set; }

    /// <summary>The file to write the reply to.</summary>
    [Parameter]
    [PerInput(typeof(string))]
    [ValidateNotNullOrEmpty]
    public object? OutFile { get; set; }

    /// <summary>The query's names and values.</summary>
    [Parameter]
    [PerInput(typeof(IDictionary))]
    public object? Query { get; set; }

    /// <summary>More headers.</summary>
    [Parameter]
    public IDictionary? Headers { get; set; }

    /// <summary>The connection's name or bot id; the current one where none is given.</summary>
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

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();

        // A script block for -Path, which PowerShell runs for each input, is no text yet.
        _isPathGiven = MyInvocation.BoundParameters.TryGetValue(nameof(Path), out object? path) && path is string;
        Guard(() =>
        {
            _statusVariable = ResultVariable.Try(SessionState, nameof(StatusCodeVariable), StatusCodeVariable, 200);
            _headersVariable = ResultVariable.Try(SessionState, nameof(ResponseHeadersVariable), ResponseHeadersVariable, new Dictionary<string, string[]>());
        });
    }

    private protected override Func<Task, IAsyncEnumerable<RequestOutput>>? Begin()
    {
        ParameterRules.Check(MyInvocation.BoundParameters);
        NotionConnection? piped = InputObject?.BaseObject as NotionConnection;
        if (MyInvocation.ExpectingInput && _isPathGiven && piped is null && !new[] { Method, Body, InFile, ContentType, PartNumber, OutFile, Query }.Any(PerInput.IsScript))
            throw ParameterRules.Conflict(
                "What was piped isn't used: -Path and the other parameters are the same for every input.",
                "Leave out -Path where the paths are piped, use a script block such as -Path { \"pages/$($_.id)\" }, or pipe nothing.");

        string? inFile = OfInput<string>(nameof(InFile), InFile), outFile = OfInput<string>(nameof(OutFile), OutFile);
        TransferDisplay? transfer = inFile is not null ? Display($"Sending {Redaction.OneLine(inFile)}") : outFile is not null ? Display($"Writing {Redaction.OneLine(outFile)}") : null;
        NotionRequest request = NewRequest(inFile, transfer);
        var options = new RequestOptions
        {
            All = All,
            PageSize = PageSize > 0 ? PageSize : null,
            OutFile = outFile is null ? null : FilePath.Resolve(SessionState, outFile, nameof(OutFile)),
            Progress = transfer is null ? null : transfer.Take,
        };
        RequestRunner.Check(request, options);
        if (!request.IsReadOnly && !ShouldProcess(Path, request.Method.Method)) return null;

        NotionClient client = Client(piped);
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
        base.WriteFailure(record);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _waits?.Dispose();
    }

    private NotionRequest NewRequest(string? inFile, TransferDisplay? transfer)
    {
        string method = OfInput<string>(nameof(Method), Method, PerInputMethodAttribute.IsMethod)?.ToUpperInvariant() ?? (inFile is null ? "GET" : "POST");
        PSObject? body = OfInput<PSObject>(nameof(Body), Body);
        ParameterRules.CheckBody(MyInvocation.BoundParameters, method, body);
        string? contentType = OfInput<string>(nameof(ContentType), ContentType);
        int? partNumber = OfInput<int?>(nameof(PartNumber), PartNumber, PerInputPartNumberAttribute.IsPartNumber);
        bool isUpload = inFile is not null && NotionEndpoint.TakesFile(Path);
        if (inFile is not null && !isUpload && (partNumber is not null || contentType is not null))
            throw ParameterRules.Conflict(
                "-PartNumber and -ContentType are for the content of a file upload; this endpoint takes JSON.", "Leave them out, or send the file to file_uploads/<id>/send.");
        string? file = inFile is null ? null : FilePath.Resolve(SessionState, inFile, nameof(InFile));
        return new NotionRequest
        {
            Path = Path,
            Method = new HttpMethod(method),
            Query = QueryText.Pairs(OfInput<IDictionary>(nameof(Query), Query), nameof(Query), ErrorIds.InvalidQuery, StopToken),
            Headers = QueryText.Pairs(Headers, nameof(Headers), ErrorIds.InvalidHeader, StopToken),
            Body = body is not null ? ObjectToJson.Convert(body, StopToken) : file is null || isUpload ? null : ObjectToJson.Convert(new FileInfo(file), StopToken),
            File = !isUpload ? null : new FileBody
            {
                Path = file!,
                PartNumber = partNumber,
                ContentType = contentType,
                Progress = transfer is null ? null : transfer.Take,
            },
            NotionVersion = NotionVersion,
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
            TotalTimeout = TimeSpan.FromSeconds(TotalTimeoutSec),
            MaximumRetryCount = MaximumRetryCount,
            ReturnsErrorReplies = SkipHttpErrorCheck,
        };
    }

    private T? OfInput<T>(string parameter, object? value, Func<T, bool>? isAllowed = null) =>
        PerInput.ValueOf(parameter, value, InputObject, MyInvocation.ExpectingInput, isAllowed);

    // As Invoke-RestMethod does it: in the caller's scope, and after an error too. Without a reply there is nothing to be told.
    private void SetVariables(int? status, Func<IReadOnlyDictionary<string, IReadOnlyList<string>>?> headers)
    {
        _statusVariable?.Set(status, Warn);
        _headersVariable?.Set(headers()?.ToDictionary(h => h.Key, h => h.Value.ToArray(), StringComparer.OrdinalIgnoreCase), Warn);
    }

    // A connection is looked up once for all inputs of a command that use it.
    private NotionClient Client(NotionConnection? piped)
    {
        (string? name, string? vault) key = piped is not null && Connection is null && Token is null ? (piped.Name, piped.Vault) : (Connection, Vault);
        if (_clients.TryGetValue(key, out NotionClient? client)) return client;
        Task<NotionClient> opening = OpenAsync(key.name, key.vault, StopToken);
        Wait(opening);
        return _clients[key] = opening.Result;
    }

    private async Task<NotionClient> OpenAsync(string? name, string? vault, CancellationToken cancellationToken)
    {
        NotionTransport? transport = Proxy is null && ProxyCredential is null
            ? null : ProcessState.Transports.Get(Proxy, ProxyCredential?.GetNetworkCredential());
        if (Token is not null)
        {
            Uri baseUri = BaseUri is null ? Core.Http.BaseUri.Default : Core.Http.BaseUri.Check(BaseUri);
            Secret token = AccessTokenText.Parse(SecureText.Reveal(Token));
            return NewClient(transport ?? ProcessState.Transport, baseUri, new FixedTokenSource(token), ProcessState.TokenGates.Of(token, baseUri), Core.Api.NotionVersion.Default);
        }

        (ConnectionSession session, IConnectionStore store) = await Finder.FindAsync(name, vault, RunspaceState.Connection, cancellationToken).ConfigureAwait(false);
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
}
