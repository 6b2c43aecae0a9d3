namespace Steward.Bench.Reporting;

/// <summary>One row of the table.</summary>
/// <param name="Title">What is measured, with its unit.</param>
/// <param name="Format">How figures are written.</param>
/// <param name="Goals">What Steward should reach.</param>
internal sealed record Metric(string Title, string Format, params IReadOnlyList<Goal> Goals)
{
    // First: static fields are initialized in the order of the text.
    private static readonly IReadOnlyList<Goal> ThroughputGoals = [Goal.AtLeast(10, "mcp-hub"), Goal.AtLeast(0.25, "null-http")];
    private static readonly IReadOnlyList<Goal> MemoryGoals = [Goal.AtMost(120, "MiB")];

    internal static readonly Metric P50 = new("p50 ms, 1 caller", "0.000", Goal.AtMostOneIn(8, "mcp-hub"));
    internal static readonly Metric P99 = new("p99 ms, 1 caller", "0.000");
    internal static readonly Metric Throughput1x1 = new("calls/s, 1 caller", "#,0");
    internal static readonly Metric Throughput1x32 = new("calls/s, 1 session × 32 calls", "#,0", ThroughputGoals);
    internal static readonly Metric Throughput32x1 = new("calls/s, 32 sessions × 1 call", "#,0", ThroughputGoals);
    internal static readonly Metric LargeP50 = new("64 KiB: p50 ms, 1 caller", "0.000");
    internal static readonly Metric LargeP99 = new("64 KiB: p99 ms, 1 caller", "0.000");
    internal static readonly Metric LargeThroughput1x1 = new("64 KiB: calls/s, 1 caller", "#,0");
    internal static readonly Metric LargeThroughput1x32 = new("64 KiB: calls/s, 1 session × 32 calls", "#,0", ThroughputGoals);
    internal static readonly Metric LargeThroughput32x1 = new("64 KiB: calls/s, 32 sessions × 1 call", "#,0", ThroughputGoals);
    internal static readonly Metric SessionsOpened = new("sessions opened/s", "#,0.0", Goal.AtLeast(1, "mcp-proxy"));
    internal static readonly Metric Cpu = new("CPU s per 1,000 calls", "0.0000", Goal.AtMostOneIn(15, "mcp-hub"));
    internal static readonly Metric GuardedCpu = new("CPU s per 1,000 calls, with guard", "0.0000");
    internal static readonly Metric LargeCpu = new("64 KiB: CPU s per 1,000 calls", "0.0000", Goal.AtMostOneIn(15, "mcp-hub"));
    internal static readonly Metric LargeGuardedCpu = new("64 KiB: CPU s per 1,000 calls, with guard", "0.0000");
    internal static readonly Metric Allocation = new("bytes allocated per call", "#,0", Goal.AtMost(2048, "bytes"));
    internal static readonly Metric LargeAllocation = new("64 KiB: bytes allocated per call", "#,0", Goal.AtMost(2048, "bytes"));
    internal static readonly Metric ResidentIdle = new("RSS MiB, idle", "0");
    internal static readonly Metric GuardedResidentIdle = new("RSS MiB, idle, with guard", "0");
    internal static readonly Metric ResidentAfterLoad = new("RSS MiB, after load", "0", MemoryGoals);
    internal static readonly Metric GuardedResidentAfterLoad = new("RSS MiB, after load, with guard", "0", MemoryGoals);
    internal static readonly Metric LargestArgument = new("12 MiB argument: ms", "0", Goal.AtMost(60_000, "ms (works)"));
    internal static readonly Metric NextClient = new("32 clients leave at once: ms to the next client's first answer", "0.0", Goal.AtMost(50, "ms"));

    internal static readonly IReadOnlyList<ScaleMetrics> Scales = [Scale(1), Scale(10), Scale(50)];

    internal static IReadOnlyList<Metric> All { get; } =
    [
        P50, P99, Throughput1x1, Throughput1x32, Throughput32x1,
        LargeP50, LargeP99, LargeThroughput1x1, LargeThroughput1x32, LargeThroughput32x1,
        SessionsOpened, Cpu, GuardedCpu, LargeCpu, LargeGuardedCpu, Allocation, LargeAllocation,
        ResidentIdle, GuardedResidentIdle, ResidentAfterLoad, GuardedResidentAfterLoad, LargestArgument, NextClient,
        .. Scales.SelectMany(scale => new[] { scale.Ready, scale.Cpu, scale.List, scale.Resident, scale.GuardedResident }).OfType<Metric>(),
    ];

    private static ScaleMetrics Scale(int servers) => new(
        servers,
        new Metric($"{servers} servers: ms from start to all tools visible", "0"),
        new Metric($"{servers} servers: CPU s to ready", "0.00"),
        new Metric($"{servers} servers: p50 ms of tools/list", "0.00"),
        servers == 50 ? new Metric("50 idle servers: RSS MiB", "0", MemoryGoals) : null,
        servers == 50 ? new Metric("50 idle servers: RSS MiB, with guard", "0", MemoryGoals) : null);
}
