namespace Steward.Bench.Load;

/// <summary>Counters of a target that only grow: CPU of the gateway, of its guard process, and bytes it allocated.</summary>
/// <param name="CpuSeconds">User and system time of the gateway process alone.</param>
/// <param name="GuardCpuSeconds">The same for the processes around it that are no upstream.</param>
/// <param name="AllocatedBytes">Managed allocation, where the target tells it.</param>
internal readonly record struct TargetCounters(double CpuSeconds, double GuardCpuSeconds, double? AllocatedBytes)
{
    public static TargetCounters operator -(TargetCounters after, TargetCounters before) =>
        new(after.CpuSeconds - before.CpuSeconds, after.GuardCpuSeconds - before.GuardCpuSeconds, after.AllocatedBytes - before.AllocatedBytes);
}
