namespace Steward.Configuration;

/// <summary>
/// How much of the machine a process of a server may take, with all that comes of it. A session or lease with a process of its own
/// has the same limits once more. What the machine cannot enforce is said in the log and in <see cref="Processes.ServerResources.NotEnforced"/>.
/// </summary>
public sealed record ServerLimits
{
    /// <summary>How much memory, in MiB. Beyond, the server is ended, which counts as a failure; on Windows it is refused more.</summary>
    /// <value>Default: 0 (<c>memoryMb</c>), which means no limit.</value>
    public int MemoryMb { get; init; }

    /// <summary>How much of the processors, in percent of one of them: 250 are two and a half.</summary>
    /// <value>Default: 0 (<c>cpuPercent</c>), which means no limit.</value>
    public int CpuPercent { get; init; }

    /// <summary>How many processes, whatever threads they have. Beyond, the server is ended, which counts as a failure; on Windows it is refused more.</summary>
    /// <value>Default: 0 (<c>maxProcesses</c>), which means no limit.</value>
    public int MaxProcesses { get; init; }

    /// <summary>How many files, sockets and pipes each single process may have open.</summary>
    /// <value>Default: 0 (<c>maxOpenFiles</c>), which means no limit but the system's.</value>
    public int MaxOpenFiles { get; init; }
}
