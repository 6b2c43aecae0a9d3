namespace Steward.Bench.Soak;

/// <summary>What the daemon takes at one moment.</summary>
/// <param name="ResidentMiB">Memory.</param>
/// <param name="Descriptors">Open descriptors.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Processes">Processes below it.</param>
internal sealed record SoakSample(double ResidentMiB, int Descriptors, int Threads, int Processes);
