namespace Steward.Bench.Reporting;

/// <summary>The metrics of a start with a number of servers.</summary>
internal sealed record ScaleMetrics(int Servers, Metric Ready, Metric Cpu, Metric List, Metric? Resident, Metric? GuardedResident);
