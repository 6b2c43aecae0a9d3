using System.Diagnostics;
using System.Numerics;

namespace Steward.Bench.Load;

/// <summary>Latencies in buckets of less than one percent width; recording allocates nothing.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 7;
    private const int SubCount = 1 << SubBits;

    private readonly int[] _buckets = new int[(64 - SubBits) * SubCount];

    internal int Count { get; private set; }

    internal void Record(long stopwatchTicks)
    {
        var nanoseconds = stopwatchTicks * (1_000_000_000 / Stopwatch.Frequency);
        _buckets[BucketOf(Math.Max(0, nanoseconds))]++;
        Count++;
    }

    internal void Clear()
    {
        Array.Clear(_buckets);
        Count = 0;
    }

    /// <summary>The latency, in milliseconds, that the given share of calls did not exceed.</summary>
    internal double Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(Count * share);
        long seen = 0;
        for (var i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (seen >= wanted && seen > 0)
                return UpperBoundOf(i) / 1e6;
        }

        return 0;
    }

    private static int BucketOf(long value)
    {
        var shift = Math.Max(0, 63 - BitOperations.LeadingZeroCount((ulong)value | 1) - SubBits);
        return (shift * SubCount) + (int)(value >> shift);
    }

    private static long UpperBoundOf(int bucket)
    {
        var shift = Math.Max(0, (bucket / SubCount) - 1);
        return ((long)(bucket - (shift * SubCount)) + 1) << shift;
    }
}
