namespace Steward.Tests.Testing;

/// <summary>
/// A clock that moves only when told to. Due timers fire in the order in which they are due, on the caller's thread, and each
/// sees the very instant at which it was due. Its time stamps tick at an odd rate, so that code which takes them for ticks is found out.
/// </summary>
internal sealed class FakeTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _armed = [];
    private DateTimeOffset _now = Start;
    private TimeSpan _ahead;
    private long _armings;

    public static DateTimeOffset Start { get; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => 3_000_017;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How many timers wait: what a test of leaks counts.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate)
                return _armed.Count;
        }
    }

    /// <summary>Whether a timer waits that fires when exactly so much time has passed.</summary>
    public bool HasTimer(TimeSpan dueIn)
    {
        lock (_gate)
            return _armed.Exists(timer => timer.Due == _now + dueIn);
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now + _ahead;
    }

    public override long GetTimestamp() => (long)((Int128)(Passed() - Start).Ticks * TimestampFrequency / TimeSpan.TicksPerSecond);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock and fires what becomes due on the way, also what that arms.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var target = Passed() + by;
        while (TakeDue(target) is { } timer)
            timer.Fire(); // outside the lock: a callback may arm timers
        lock (_gate)
            _now = target > _now ? target : _now;
    }

    /// <summary>Sets the clock on the wall, as an operator or a time server does. No time passes by that.</summary>
    public void Jump(TimeSpan by)
    {
        lock (_gate)
            _ahead += by;
    }

    internal bool Arm(FakeTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            _armed.Remove(timer);
            if (timer.IsDisposed)
                return false;
            timer.Period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
                Schedule(timer, _now + dueTime);
            return true;
        }
    }

    internal void Disarm(FakeTimer timer)
    {
        lock (_gate)
        {
            timer.IsDisposed = true;
            _armed.Remove(timer);
        }
    }

    private DateTimeOffset Passed()
    {
        lock (_gate)
            return _now;
    }

    private FakeTimer? TakeDue(DateTimeOffset target)
    {
        lock (_gate)
        {
            if (_armed.MinBy(timer => (timer.Due, timer.Order)) is not { } next || next.Due > target)
                return null;
            _now = next.Due > _now ? next.Due : _now;
            _armed.Remove(next);
            if (next.Period > TimeSpan.Zero)
                Schedule(next, next.Due + next.Period);
            return next;
        }
    }

    private void Schedule(FakeTimer timer, DateTimeOffset due)
    {
        (timer.Due, timer.Order) = (due, _armings++); // of two that are due together the one armed first fires first
        _armed.Add(timer);
    }
}
