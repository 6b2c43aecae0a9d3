using Steward.Bench.Reporting;

namespace Steward.Bench.Measurements;

/// <summary>One shape of load: so many sessions, so many calls in flight on each, an argument of so many bytes.</summary>
internal sealed record LoadScenario(string Id, int Sessions, int CallsInFlight, int ArgumentLength)
{
    internal const int Small = 16;
    internal const int Large = 64 * 1024;

    /// <summary>The metric of the median latency, where it is reported.</summary>
    internal Metric? P50 { get; private init; }

    internal Metric? P99 { get; private init; }

    internal Metric? Throughput { get; private init; }

    internal Metric? Cpu { get; private init; }

    internal Metric? GuardedCpu { get; private init; }

    internal Metric? Allocation { get; private init; }

    /// <summary>Every metric this scenario feeds.</summary>
    internal IEnumerable<Metric> Metrics => new[] { P50, P99, Throughput, Cpu, GuardedCpu, Allocation }.OfType<Metric>();

    internal static IReadOnlyList<LoadScenario> All { get; } =
    [
        new("1x1", 1, 1, Small) { P50 = Metric.P50, P99 = Metric.P99, Throughput = Metric.Throughput1x1 },
        new("1x32", 1, 32, Small)
        {
            Throughput = Metric.Throughput1x32, Cpu = Metric.Cpu, GuardedCpu = Metric.GuardedCpu, Allocation = Metric.Allocation,
        },
        new("32x1", 32, 1, Small) { Throughput = Metric.Throughput32x1 },
        new("1x1 64 KiB", 1, 1, Large) { P50 = Metric.LargeP50, P99 = Metric.LargeP99, Throughput = Metric.LargeThroughput1x1 },
        new("1x32 64 KiB", 1, 32, Large)
        {
            Throughput = Metric.LargeThroughput1x32, Cpu = Metric.LargeCpu, GuardedCpu = Metric.LargeGuardedCpu, Allocation = Metric.LargeAllocation,
        },
        new("32x1 64 KiB", 32, 1, Large) { Throughput = Metric.LargeThroughput32x1 },
    ];
}
