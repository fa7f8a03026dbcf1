using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Commands.Base;
using NotionAuth.Conversion.FromJson;
using NotionAuth.Core.Api;
using NotionAuth.Core.Api.Lists;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Http;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Rows;
using NotionAuth.Host;
using NotionAuth.Pipeline;

namespace NotionAuth.Commands;

/// <summary>Calls any endpoint of Notion's API with a connection's token.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "NotionRequest", SupportsShouldProcess = true, DefaultParameterSetName = "Connection")]
[OutputType(typeof(PSObject), typeof(string), typeof(IDictionary))]
public sealed class InvokeNotionRequestCommand : OrderedCmdlet<RequestOutput>
{
    private readonly Dictionary<(string? Name, string? Vault), NotionClient> _clients = [];
    private ResultVariable? _statusVariable;
    private ResultVariable? _headersVariable;
    private bool _isPathGiven;
    private bool _endsAll;
    private RowsInput? _rows;

    /// <summary>
    /// The path, such as users/me, or a URL on the connection's host; a link of Notion's, or an object that Notion
    /// returned.
    /// </summary>
    [Parameter(
        ParameterSetName = "Connection", Mandatory = true, Position = 0, ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [Parameter(
        ParameterSetName = "Token", Mandatory = true, Position = 0, ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [NotionPath]
    [ArgumentCompleter(typeof(PathCompleter))]
    public string Path { get; set; } = string.Empty;

    /// <summary>
    /// What is piped; script blocks see it as <c>$_</c>. A connection is used in place of the current one.
    /// </summary>
    [Parameter(ParameterSetName = "Connection", ValueFromPipeline = true)]
    [Parameter(ParameterSetName = "Token", ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// The data source that rows are written to: its id, a link, an object; or a database with one data source.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = "Rows")]
    [Parameter(Mandatory = true, ParameterSetName = "RowsToken")]
    [NotionPath]
    public string? DataSource { get; set; }

    /// <summary>The rows: dictionaries or objects whose names are those of columns.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "Rows")]
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "RowsToken")]
    public PSObject[] Row { get; set; } = [];

    /// <summary>The column by which a row is found that is there already.</summary>
    [Parameter(ParameterSetName = "Rows")]
    [Parameter(ParameterSetName = "RowsToken")]
    public string? Key { get; set; }

    /// <summary>The HTTP method.</summary>
    [Parameter(ParameterSetName = "Connection", Position = 1)]
    [Parameter(ParameterSetName = "Token", Position = 1)]
    [PerInput(typeof(string))]
    [PerInputMethod]
    [ArgumentCompleter(typeof(MethodCompleter))]
    public object? Method { get; set; }

    /// <summary>The body: JSON text, a hashtable, an object or a file.</summary>
    [Parameter(ParameterSetName = "Connection")]
    [Parameter(ParameterSetName = "Token")]
    public PSObject? Body { get; set; }

    /// <summary>The file to send: the content of a file upload; anywhere else a body of JSON.</summary>
    [Parameter(ParameterSetName = "Connection")]
    [Parameter(ParameterSetName = "Token")]
    [PerInput(typeof(string))]
    [ValidateNotNullOrEmpty]
    public object? InFile { get; set; }

    /// <summary>
    /// The media type of an uploaded file; the one that belongs to its extension where none is given.
    /// </summary>
    [Parameter(ParameterSetName = "Connection")]
    [Parameter(ParameterSetName = "Token")]
    [PerInput(typeof(string))]
    [ValidateNotNullOrEmpty]
    public object? ContentType { get; set; }

    /// <summary>Which part of an upload of several parts the file is.</summary>
    [Parameter(ParameterSetName = "Connection")]
    [Parameter(ParameterSetName = "Token")]
    [PerInput(typeof(int))]
    [PerInputPartNumber]
    public object? PartNumber { get; set; }

    /// <summary>The file to write the reply to.</summary>
    [Parameter(ParameterSetName = "Connection")]
    [Parameter(ParameterSetName = "Token")]
    [PerInput(typeof(string))]
    [ValidateNotNullOrEmpty]
    public object? OutFile { get; set; }

    /// <summary>The query's names and values.</summary>
    [Parameter(ParameterSetName = "Connection")]
    [Parameter(ParameterSetName = "Token")]
    [PerInput(typeof(IDictionary))]
    public object? Query { get; set; }

    /// <summary>More headers.</summary>
    [Parameter]
    public IDictionary? Headers { get; set; }

    /// <summary>The connection's name or bot id; the current one where none is given.</summary>
    [Parameter(ParameterSetName = "Connection")]
    [Parameter(ParameterSetName = "Rows")]
    [ArgumentCompleter(typeof(ConnectionNameCompleter))]
    public string? Connection { get; set; }

    /// <summary>The vault that the connection is in.</summary>
    [Parameter(ParameterSetName = "Connection")]
    [Parameter(ParameterSetName = "Rows")]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    public string? Vault { get; set; }

    /// <summary>A token to use in place of a connection's.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Token")]
    [Parameter(Mandatory = true, ParameterSetName = "RowsToken")]
    [SecretParameter]
    public SecureString? Token { get; set; }

    /// <summary>Notion's origin, for a token that is just given.</summary>
    [Parameter(ParameterSetName = "Token")]
    [Parameter(ParameterSetName = "RowsToken")]
    public Uri? BaseUri { get; set; }

    /// <summary>The Notion-Version; the connection's where none is given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NotionVersionCompleter))]
    public string? NotionVersion { get; set; }

    /// <summary>Whether every page of a list is fetched and its items are returned one by one.</summary>
    [Parameter(ParameterSetName = "Connection")]
    [Parameter(ParameterSetName = "Token")]
    public SwitchParameter All { get; set; }

    /// <summary>How many items a page has.</summary>
    [Parameter(ParameterSetName = "Connection")]
    [Parameter(ParameterSetName = "Token")]
    [ValidateRange(1, Paginator.MaximumPageSize)]
    public int PageSize { get; set; }

    /// <summary>Whether JSON text is returned in place of objects.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Whether ordered, case-sensitive dictionaries are returned in place of objects.</summary>
    [Parameter]
    public SwitchParameter AsHashtable { get; set; }

    /// <summary>Whether pages are returned as rows of plain values.</summary>
    [Parameter]
    public SwitchParameter AsRow { get; set; }

    /// <summary>Whether an asynchronous task of Notion's is waited for.</summary>
    [Parameter(ParameterSetName = "Connection")]
    [Parameter(ParameterSetName = "Token")]
    public new SwitchParameter Wait { get; set; }

    /// <summary>How many seconds one attempt may take.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = RequestDefaults.TimeoutSec;

    /// <summary>How often a failed attempt is repeated at most.</summary>
    [Parameter]
    [ValidateRange(0, 100)]
    public int MaximumRetryCount { get; set; } = RequestDefaults.MaximumRetryCount;

    /// <summary>How many seconds all attempts may take together, the waits included.</summary>
    [Parameter]
    [ValidateRange(1, 604_800)]
    public int TotalTimeoutSec { get; set; } = RequestDefaults.TotalTimeoutSec;

    /// <summary>How many inputs are worked on at once.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 1;

    /// <summary>Whether an error of Notion's is returned as an object.</summary>
    [Parameter(ParameterSetName = "Connection")]
    [Parameter(ParameterSetName = "Token")]
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

    // Several rows are several things to do.
    private protected override bool ErrorsTerminate => _endsAll || (base.ErrorsTerminate && Row.Length <= 1);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();

        // A script block for -Path, which PowerShell runs for each input, is no text yet.
        _isPathGiven = MyInvocation.BoundParameters.TryGetValue(nameof(Path), out object? path) && path is string;
        Guard(() =>
        {
            _statusVariable = ResultVariable.Try(SessionState, nameof(StatusCodeVariable), StatusCodeVariable, 200);
            _headersVariable = ResultVariable.Try(
                SessionState, nameof(ResponseHeadersVariable), ResponseHeadersVariable,
                new Dictionary<string, string[]>());
        });
    }

    private protected override IEnumerable<OrderedInput<RequestOutput>> Inputs() =>
        DataSource is null ? [new(Path, Begin)] : Rows.Take(Row);

    private protected override IEnumerable<OrderedInput<RequestOutput>> LastInputs() => _rows?.TakeRest() ?? [];

    /// <summary>Whether nothing is to be done but to say what would be.</summary>
    internal bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? isWhatIf)
        ? isWhatIf is SwitchParameter { IsPresent: true }
        : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));

    private RowsInput Rows => _rows ??= new RowsInput(this, NewWriter, base.Wait, NoteOnce, StopToken);

    // What is wrong with the data source or the key is wrong for every row: it ends the command.
    private (RowWriter, OutputForm) NewWriter()
    {
        try
        {
            NotionClient client = Client(piped: null);
            NotionRequest request = NewInput().ForRows();
            Task<RowWriter> opening =
                RowWriter.OpenAsync(client, request, DataSource!, Key, RowObject.Reserved, StopToken);
            base.Wait(opening);
            return (opening.Result, Form(client, request));
        }
        catch (NotionAuthException e)
        {
            _endsAll = true;
            WriteFailure(ErrorRecords.From(e));
            throw;
        }
    }

    private RequestInput NewInput() =>
        new(this, SessionState, activity => new TransferDisplay(activity, OnPipeline, Show), StopToken);

    private Func<Task, IAsyncEnumerable<RequestOutput>>? Begin()
    {
        NotionConnection? piped = InputObject?.BaseObject as NotionConnection;
        RequestInput input = NewInput();
        (NotionRequest request, RequestOptions options) = input.Read(_isPathGiven && piped is null);
        RequestSender.Check(request, options);
        if (!request.IsReadOnly && !ShouldProcess(Path, request.Method.Method)) return null;

        NotionClient client = Client(piped);
        OutputForm form = Form(client, request);
        return turn =>
        {
            IAsyncEnumerable<RequestOutput> outputs =
                form.ConvertAsync(RequestSender.RunAsync(client, request, options, turn, StopToken), StopToken);
            return input.Transfer is null ? outputs : input.Transfer.DuringAsync(outputs);
        };
    }

    private OutputForm Form(NotionClient client, NotionRequest request) =>
        new(Raw, AsHashtable, AsRow ? new RowReader(client, request, RowObject.Reserved) : null);

    private protected override void Write(RequestOutput piece)
    {
        SetVariables(piece.Response.Status, () => piece.Response.Headers);
        if (piece.Note is not null) Tell(() => WriteVerbose(piece.Note));
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
        if (disposing) _rows?.Dispose();
    }

    // As Invoke-RestMethod does it: in the caller's scope, and after an error too. Without a reply there is nothing to
    // be told.
    private void SetVariables(int? status, Func<IReadOnlyDictionary<string, IReadOnlyList<string>>?> headers)
    {
        _statusVariable?.Set(status, Warn);
        _headersVariable?.Set(
            headers()?.ToDictionary(h => h.Key, h => h.Value.ToArray(), StringComparer.OrdinalIgnoreCase), Warn);
    }

    // A connection is looked up once for all inputs of a command that use it.
    private NotionClient Client(NotionConnection? piped)
    {
        (string? name, string? vault) key = piped is not null && Connection is null
            && Token is null ? (piped.Name, piped.Vault) : (Connection, Vault);
        if (_clients.TryGetValue(key, out NotionClient? client)) return client;
        Task<NotionClient> opening = OpenClientAsync(key.name, key.vault, StopToken);
        base.Wait(opening);
        return _clients[key] = opening.Result;
    }

    private async Task<NotionClient> OpenClientAsync(string? name, string? vault, CancellationToken cancellationToken)
    {
        NotionTransport? transport = TransportOver(Proxy, ProxyCredential);
        if (Token is null)
        {
            OpenedConnection connection = await OpenAsync(name, vault, transport, cancellationToken)
                .ConfigureAwait(false);
            return await connection.ClientAsync(cancellationToken).ConfigureAwait(false);
        }

        Uri baseUri = Core.Http.BaseUri.OrDefault(BaseUri);
        Secret token = AccessTokenText.Parse(SecureText.Reveal(Token));
        RequestBounds bounds = Bounds;
        return new NotionClient(
            transport ?? ProcessState.Transport, baseUri, new FixedTokenSource(token),
            ProcessState.RateLimits.ForToken(token, baseUri), Log)
        { Waiting = bounds.Waiting, Waited = bounds.Waited };
    }
}
