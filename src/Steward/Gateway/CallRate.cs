namespace Steward.Gateway;

/// <summary>Counts the calls of one session by the minute.</summary>
internal sealed class CallRate(TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long _windowStart = clock.GetTimestamp();
    private int _taken;

    /// <summary>Whether one more call is within the limit; 0 is no limit.</summary>
    public bool TryTake(int limit)
    {
        if (limit == 0)
            return true;
        lock (_gate)
        {
            if (clock.GetElapsedTime(_windowStart) >= Window)
                (_windowStart, _taken) = (clock.GetTimestamp(), 0);
            return _taken++ < limit;
        }
    }
}
