using System;
using System.Threading;

namespace NotionAuth.Core.Http.Handlers;

/// <summary>
/// How long one attempt may take, or, where data streams, may be silent; and the caller's own cancellation.
/// </summary>
internal sealed class AttemptTimer : IDisposable
{
    private readonly RequestContext _context;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _source;

    public AttemptTimer(RequestContext context, CancellationToken caller)
    {
        _context = context;
        _caller = caller;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        Restart();
    }

    /// <summary>Ends when the time is up or the caller gives up.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The time that the attempt was given when it began, or when data last moved.</summary>
    public TimeSpan Span { get; private set; }

    /// <summary>Whether the time is up, and not the caller's patience.</summary>
    public bool IsTimeUp => _source.IsCancellationRequested && !_caller.IsCancellationRequested;

    /// <summary>Data moved: the silence begins anew.</summary>
    public void Restart()
    {
        TimeSpan left = _context.TimeLeft;
        Span = left < _context.Timeout ? left : _context.Timeout;
        _source.CancelAfter(Span);
    }

    /// <summary>
    /// The same for what has no end of its own: events may go on for longer than all attempts may take.
    /// </summary>
    public void RestartSilence()
    {
        Span = _context.Timeout;
        _source.CancelAfter(Span);
    }

    /// <summary>The reader is busy with data that has arrived: that is no silence.</summary>
    public void Pause() => _source.CancelAfter(Timeout.InfiniteTimeSpan);

    public void ThrowIfCallerEnded() => _caller.ThrowIfCancellationRequested();

    /// <summary>Lets another caller end it too.</summary>
    public CancellationTokenRegistration EndWith(CancellationToken other) =>
        other.Register(static s => ((CancellationTokenSource)s!).Cancel(), _source);

    public void Dispose() => _source.Dispose();
}
