namespace Steward.Bench.Load;

/// <summary>What one window showed. Latencies are in milliseconds.</summary>
internal sealed record LoadResult(int Calls, TimeSpan Elapsed, double P50, double P99, TargetCounters Used)
{
    internal double CallsPerSecond => Calls / Elapsed.TotalSeconds;
}
