using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>limits</c> of a server.</summary>
internal static class ProcessLimitsSection
{
    private static readonly ServerLimits Standard = new();

    private static readonly NumberKey<int> MemoryMb = Number.Count("memoryMb", Standard.MemoryMb, 0, 16 * 1024 * 1024,
        "How much memory. Beyond, the server is ended, which counts as a failure; on Windows it is refused more. 0 means no limit.", "MiB");

    private static readonly NumberKey<int> CpuPercent = Number.Count("cpuPercent", Standard.CpuPercent, 0, 100_000,
        "How much of the processors: 100 is one of them, 250 are two and a half. It is slowed down to that. 0 means no limit.", "percent");

    private static readonly NumberKey<int> MaxProcesses = Number.Count("maxProcesses", Standard.MaxProcesses, 0, 1_000_000,
        "How many processes, whatever threads they have. Beyond, the server is ended, which counts as a failure; on Windows it is refused more. 0 means no limit.");

    private static readonly NumberKey<int> MaxOpenFiles = Number.Count("maxOpenFiles", Standard.MaxOpenFiles, 0, 1_000_000,
        "How many files, sockets and pipes each single process may have open. 0 means no limit but the system's.");

    public static KeySet Keys { get; } = new("serverLimits", [MemoryMb, CpuPercent, MaxProcesses, MaxOpenFiles]);

    public static ServerLimits Read(ConfigSection section, ServerLimits inherited) => new()
    {
        MemoryMb = section.Read(MemoryMb, inherited.MemoryMb),
        CpuPercent = section.Read(CpuPercent, inherited.CpuPercent),
        MaxProcesses = section.Read(MaxProcesses, inherited.MaxProcesses),
        MaxOpenFiles = section.Read(MaxOpenFiles, inherited.MaxOpenFiles),
    };

    public static void Visit(IKeyVisitor visitor, ServerLimits limits, ServerLimits other)
    {
        visitor.Visit(MemoryMb, limits.MemoryMb, other.MemoryMb);
        visitor.Visit(CpuPercent, limits.CpuPercent, other.CpuPercent);
        visitor.Visit(MaxProcesses, limits.MaxProcesses, other.MaxProcesses);
        visitor.Visit(MaxOpenFiles, limits.MaxOpenFiles, other.MaxOpenFiles);
    }
}
