namespace Steward.Supervision;

/// <summary>Says when nobody has used a run for as long as it is to stay without use.</summary>
internal sealed class IdleWatch : IDisposable
{
    private readonly IServerRun _server;
    private readonly Action _idled;
    private readonly TimeSpan _then;
    private readonly TimeProvider _time;
    private readonly long _begunAt;
    private readonly ITimer _timer;
    private TimeSpan _bound;

    /// <param name="server">The run.</param>
    /// <param name="idled">Hears of it, as often as it is so.</param>
    /// <param name="first">How long it stays before anybody has used it.</param>
    /// <param name="then">How long after.</param>
    /// <param name="time">The clock.</param>
    public IdleWatch(IServerRun server, Action idled, TimeSpan first, TimeSpan then, TimeProvider time)
    {
        (_server, _idled, _bound, _then, _time, _begunAt) = (server, idled, first, then, time, time.GetTimestamp());
        _timer = time.CreateTimer(static state => ((IdleWatch)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(first, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var unused = _server.UnusedFor;
        if (unused is not { } since || since < _time.GetElapsedTime(_begunAt))
            _bound = _then;
        if (_bound == Timeout.InfiniteTimeSpan)
            return;
        var isIdle = unused >= _bound;
        if (isIdle)
            _idled();
        // It may be used again before that is heard: then somebody has to look once more.
        _timer.Change(unused is { } idle && !isIdle ? _bound - idle : _bound, Timeout.InfiniteTimeSpan);
    }
}
