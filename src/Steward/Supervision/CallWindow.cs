namespace Steward.Supervision;

/// <summary>
/// Counts how the calls of one server went lately. Fed by the relay from any thread: nothing is allocated or locked there. Where a slice of time
/// begins anew while another thread still counts in it, a call or two may be lost; no finding hangs on so few.
/// </summary>
internal sealed class CallWindow(TimeProvider time)
{
    private const int Slices = 10;

    /// <summary>How far back it reaches, but for the slice that is being filled.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(5);

    private readonly Slice[] _slices = new Slice[Slices];
    private readonly long _sliceLength = (long)(Length.TotalSeconds / Slices * time.TimestampFrequency);
    private long _slowFrom = long.MaxValue;

    /// <summary>What takes longer is slow; <see cref="Timeout.InfiniteTimeSpan"/> where nothing is.</summary>
    public void Expect(TimeSpan latency)
    {
        var slowFrom = latency == Timeout.InfiniteTimeSpan ? long.MaxValue : (long)(latency.TotalSeconds * time.TimestampFrequency);
        if (Interlocked.Exchange(ref _slowFrom, slowFrom) != slowFrom)
            Reset(); // what was counted before was held to something else
    }

    /// <summary>A client's call has ended.</summary>
    /// <param name="startedAt">When it was sent, as a timestamp of the clock.</param>
    /// <param name="now">When it ended, likewise.</param>
    /// <param name="isFailure">Whether the server failed it.</param>
    public void Record(long startedAt, long now, bool isFailure)
    {
        ref var slice = ref Current(now);
        Interlocked.Increment(ref slice.Calls);
        if (isFailure)
            Interlocked.Increment(ref slice.Failed);
        Time(ref slice, now - startedAt);
    }

    /// <summary>A probe was answered.</summary>
    public void RecordProbe(long startedAt)
    {
        var now = time.GetTimestamp();
        Time(ref Current(now), now - startedAt);
    }

    public CallFigures Read()
    {
        var oldest = (time.GetTimestamp() / _sliceLength) - Slices;
        var sum = default(CallFigures);
        foreach (ref var slice in _slices.AsSpan())
        {
            if (Volatile.Read(ref slice.Number) is > 0 and var number && number - 1 > oldest)
                sum = new(sum.Calls + Volatile.Read(ref slice.Calls), sum.Failed + Volatile.Read(ref slice.Failed), sum.Timed + Volatile.Read(ref slice.Timed), sum.Slow + Volatile.Read(ref slice.Slow));
        }

        return sum;
    }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        foreach (ref var slice in _slices.AsSpan())
            Volatile.Write(ref slice.Number, 0);
    }

    private void Time(ref Slice slice, long elapsed)
    {
        Interlocked.Increment(ref slice.Timed);
        if (elapsed > Volatile.Read(ref _slowFrom))
            Interlocked.Increment(ref slice.Slow);
    }

    private ref Slice Current(long now)
    {
        var number = (now / _sliceLength) + 1; // 0 stands for never used
        ref var slice = ref _slices[number % Slices];
        var before = Volatile.Read(ref slice.Number);
        if (before != number && Interlocked.CompareExchange(ref slice.Number, number, before) == before)
            (slice.Calls, slice.Failed, slice.Timed, slice.Slow) = (0, 0, 0, 0);
        return ref slice;
    }

    private struct Slice
    {
        public long Number;
        public int Calls;
        public int Failed;
        public int Timed;
        public int Slow;
    }
}
