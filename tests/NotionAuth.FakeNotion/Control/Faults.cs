using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.FakeNotion.Control;

public enum FaultKind
{
    /// <summary>Answer with a status and an error body, or the body given.</summary>
    Status,

    /// <summary>Wait, then go on as usual.</summary>
    Delay,

    /// <summary>Break the connection before anything is done.</summary>
    Reset,

    /// <summary>Do the work, then break the connection: the client can't know.</summary>
    ResetAfterCommit,

    /// <summary>Announce the whole answer, send half of it, close.</summary>
    TruncateBody,

    /// <summary>A block by the proxy in front of Notion: HTML, a ray id, no request id.</summary>
    EdgeHtml,

    /// <summary>Answer with these bytes.</summary>
    RawBody,

    Redirect,

    /// <summary>Answer with a body that comes piece by piece, without a declared length.</summary>
    Stream,
}

/// <summary>Something that goes wrong on demand.</summary>
public sealed class Fault
{
    public FaultKind Kind { get; init; }

    /// <summary>
    /// A prefix of the path, or, when it starts with <c>^</c>, a regular expression for path and query. Null is
    /// everything under /v1.
    /// </summary>
    public string? PathPattern { get; init; }

    public string? Method { get; init; }

    /// <summary>How often it strikes; null is for ever.</summary>
    public int? Times { get; init; } = 1;

    /// <summary>Matching requests that pass before it strikes.</summary>
    public int SkipFirst { get; init; }

    /// <summary>A further condition, for tests in the same process.</summary>
    public Func<RecordedRequest, bool>? When { get; init; }

    public int Status { get; init; } = 500;

    public string? Code { get; init; }

    public string? Message { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>JSON members of <c>additional_data</c>.</summary>
    public string? AdditionalData { get; init; }

    /// <summary>In place of the error body.</summary>
    public string? Body { get; init; }

    public ReadOnlyMemory<byte>? RawBytes { get; init; }

    public string? ContentType { get; init; }

    public TimeSpan DelayFor { get; init; }

    /// <summary>Waited for before going on (kind Delay): lets a test hold a request for as long as it wants.</summary>
    public Task? Until { get; init; }

    public string? Location { get; init; }

    /// <summary>The pieces of a Stream; each is sent before the next is asked for.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>>? Chunks { get; init; }

    /// <summary>A Stream ends with a broken connection after its last piece.</summary>
    public bool BreaksOff { get; init; }

    /// <summary>Do the work, then answer with the fault; a Status fault then names the committed object.</summary>
    public bool AfterCommit { get; init; }

    public static Fault Of(int status, string code, string? path = null, int? times = 1) =>
        new() { Kind = FaultKind.Status, Status = status, Code = code, PathPattern = path, Times = times };

    public static Fault RateLimited(
        int retryAfter, string? path = null, int? times = 1, string reason = "public_api_request_rate_limit")
    {
        var seconds = retryAfter.ToString(CultureInfo.InvariantCulture);
        return new Fault
        {
            Kind = FaultKind.Status,
            Status = 429,
            Code = "rate_limited",
            PathPattern = path,
            Times = times,
            Headers = new Dictionary<string, string> { ["Retry-After"] = seconds },
            AdditionalData =
                new JsonObject { ["rate_limit_reason"] = reason, ["retry_after"] = seconds }.ToJsonString(),
        };
    }

    /// <summary>A limit that never lifts: a client must not try again.</summary>
    public static Fault Blocked(string? path = null, int? times = null) => new()
    {
        Kind = FaultKind.Status,
        Status = 429,
        Code = "rate_limited",
        PathPattern = path,
        Times = times,
        AdditionalData = """{"rate_limit_reason":"public_api_request_blocked"}""",
    };

    public static Fault Edge(int status = 403, string? path = null, int? times = 1) =>
        new() { Kind = FaultKind.EdgeHtml, Status = status, PathPattern = path, Times = times };

    public static Fault Delay(TimeSpan by, string? path = null, int? times = 1) =>
        new() { Kind = FaultKind.Delay, DelayFor = by, PathPattern = path, Times = times };

    /// <summary>Holds the matching requests until the task is done.</summary>
    public static Fault Hold(Task until, string? path = null, int? times = null) =>
        new() { Kind = FaultKind.Delay, Until = until, PathPattern = path, Times = times };
}

/// <summary>A fault that was added, with what it has done so far.</summary>
public sealed class ActiveFault
{
    private readonly Regex? _pattern;

    internal ActiveFault(int id, Fault fault)
    {
        Id = id;
        Fault = fault;
        if (fault.PathPattern is { Length: > 0 } pattern && pattern[0] == '^')
            _pattern = new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }

    public int Id { get; }

    public Fault Fault { get; }

    /// <summary>Requests that matched, whether it struck or let them pass.</summary>
    public int Seen { get; private set; }

    public int Struck { get; private set; }

    internal bool Strikes(RecordedRequest request)
    {
        if (!Matches(request))
            return false;
        Seen++;
        if (Seen <= Fault.SkipFirst || (Fault.Times is { } times && Struck >= times))
            return false;
        Struck++;
        return true;
    }

    private bool Matches(RecordedRequest request) =>
        (Fault.Method is null || string.Equals(Fault.Method, request.Method, StringComparison.OrdinalIgnoreCase))
        && (_pattern?.IsMatch(request.PathAndQuery)
            ?? request.Path.StartsWith(Fault.PathPattern ?? "/v1", StringComparison.Ordinal))
        && (Fault.When?.Invoke(request) ?? true);
}

/// <summary>
/// The faults in force, in the order they were added. A request may meet several delays and one other fault.
/// </summary>
public sealed class Faults
{
    private readonly Lock _lock = new();
    private readonly List<ActiveFault> _active = [];
    private int _lastId;

    public IReadOnlyList<ActiveFault> Active
    {
        get
        {
            lock (_lock)
                return [.. _active];
        }
    }

    public ActiveFault Add(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        lock (_lock)
        {
            var active = new ActiveFault(++_lastId, fault);
            _active.Add(active);
            return active;
        }
    }

    public void Clear()
    {
        lock (_lock)
            _active.Clear();
    }

    internal IReadOnlyList<Fault> Striking(RecordedRequest request)
    {
        lock (_lock)
        {
            List<Fault>? striking = null;
            foreach (var active in _active)
            {
                if (!active.Strikes(request))
                    continue;
                (striking ??= []).Add(active.Fault);
                if (active.Fault.Kind != FaultKind.Delay)
                    break;
            }

            return striking ?? (IReadOnlyList<Fault>)[];
        }
    }
}
