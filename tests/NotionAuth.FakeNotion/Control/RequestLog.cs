using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.FakeNotion.Control;

/// <summary>A request as it came in, and what became of it.</summary>
public sealed class RecordedRequest
{
    public required long Number { get; init; }

    public required string RequestId { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required string Method { get; init; }

    /// <summary>As sent, percent-encoding and all, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>With its question mark; empty if there is none.</summary>
    public required string Query { get; init; }

    public required ImmutableDictionary<string, string> Headers { get; init; }

    /// <summary>The body as text; null if it isn't text or is over a megabyte.</summary>
    public string? Body { get; internal set; }

    public long BodyLength { get; internal set; }

    /// <summary>0 while it is being answered, and for good if the connection was broken instead.</summary>
    public int Status { get; internal set; }

    /// <summary>The bot that the token belongs to, dead tokens included.</summary>
    public Guid? BotId { get; internal set; }

    /// <summary>The kind of the fault that it ran into.</summary>
    public FaultKind? Fault { get; internal set; }

    public string PathAndQuery => Path + Query;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public override string ToString() => $"{Method} {PathAndQuery} {Status}";
}

/// <summary>The last requests, oldest first. A test can wait for one in place of sleeping.</summary>
internal sealed class RequestLog(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Queue<RecordedRequest> _requests = new();
    private readonly List<(Func<RecordedRequest, bool> Wanted, TaskCompletionSource<RecordedRequest> Found)> _waiting =
        [];
    private long _number;

    public long NextNumber() => Interlocked.Increment(ref _number);

    public void Add(RecordedRequest request)
    {
        List<TaskCompletionSource<RecordedRequest>>? found = null;
        lock (_lock)
        {
            while (_requests.Count >= capacity)
                _ = _requests.Dequeue();
            _requests.Enqueue(request);
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                if (!_waiting[i].Wanted(request))
                    continue;
                (found ??= []).Add(_waiting[i].Found);
                _waiting.RemoveAt(i);
            }
        }

        found?.ForEach(f => f.TrySetResult(request));
    }

    public IReadOnlyList<RecordedRequest> Snapshot()
    {
        lock (_lock)
            return [.. _requests];
    }

    public void Clear()
    {
        lock (_lock)
            _requests.Clear();
    }

    /// <summary>The first request that is wanted, among those already here too.</summary>
    public Task<RecordedRequest> WaitAsync(Func<RecordedRequest, bool> wanted, CancellationToken ct)
    {
        lock (_lock)
        {
            if (_requests.FirstOrDefault(wanted) is { } here)
                return Task.FromResult(here);
            var found = new TaskCompletionSource<RecordedRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((wanted, found));
            return found.Task.WaitAsync(ct);
        }
    }
}
