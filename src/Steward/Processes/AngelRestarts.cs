namespace Steward.Processes;

/// <summary>Decides when a daemon that died is started again: ever later, and not for ever.</summary>
internal sealed class AngelRestarts(TimeProvider time)
{
    /// <summary>How many restarts there may be within <see cref="Window"/>.</summary>
    public const int MostRestarts = 5;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);

    private readonly Queue<long> _deaths = new();

    /// <summary>How long to wait before the next start; null when it is time to give up.</summary>
    public TimeSpan? AfterDeath()
    {
        while (_deaths.TryPeek(out var oldest) && time.GetElapsedTime(oldest) > Window)
            _deaths.Dequeue();
        if (_deaths.Count == MostRestarts)
            return null;

        var delay = FirstDelay * (1 << (_deaths.Count * 2)); // 0.1, 0.4, 1.6, 6.4, 25.6 s
        _deaths.Enqueue(time.GetTimestamp());
        return delay;
    }
}
