namespace Steward.Processes;

/// <summary>One process, and what it takes.</summary>
/// <param name="Entry">The process.</param>
/// <param name="CpuTicks">The processor time that it has had, in clock ticks.</param>
/// <param name="Memory">The memory that is resident, in bytes.</param>
internal readonly record struct ProcessUsage(ProcessEntry Entry, long CpuTicks, long Memory);
