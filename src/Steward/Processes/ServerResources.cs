namespace Steward.Processes;

/// <summary>What a server takes of this machine: its process, those of sessions that have their own, and all that came of them.</summary>
/// <param name="Server">The server's id.</param>
/// <param name="At">When it was looked at.</param>
public sealed record ServerResources(string Server, DateTimeOffset At)
{
    /// <summary>How many processes there are.</summary>
    public int Processes { get; init; }

    /// <summary>How much of the processors they had since the look before, in percent of one of them; at the first look since they were started.</summary>
    public double CpuPercent { get; init; }

    /// <summary>How much memory of them is resident, in bytes. What several of them share counts for each.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>How many files, sockets and pipes they have open.</summary>
    public int OpenFiles { get; init; }

    /// <summary>Which of the server's limits nobody keeps on this machine, and why: <c>cpuPercent: …</c>.</summary>
    public IReadOnlyList<string> NotEnforced { get; init; } = [];

    /// <summary>Which of the server's limits Steward keeps by a look every second, for the kernel does not, and why not.</summary>
    public IReadOnlyList<string> Watched { get; init; } = [];

    /// <summary>Which of its limits the server came to, and lives on with: processes and threads that it was refused, time for which it was slowed down.</summary>
    public IReadOnlyList<string> Reached { get; init; } = [];

    /// <summary>By value, the lists too.</summary>
    public bool Equals(ServerResources? other) =>
        other is not null && (Server, At, Processes, CpuPercent, MemoryBytes, OpenFiles) == (other.Server, other.At, other.Processes, other.CpuPercent, other.MemoryBytes, other.OpenFiles)
        && NotEnforced.SequenceEqual(other.NotEnforced, StringComparer.Ordinal)
        && Watched.SequenceEqual(other.Watched, StringComparer.Ordinal)
        && Reached.SequenceEqual(other.Reached, StringComparer.Ordinal);

    /// <summary>A hash of the values.</summary>
    public override int GetHashCode() => HashCode.Combine(Server, At, Processes, MemoryBytes);
}
