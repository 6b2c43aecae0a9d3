using System.Buffers.Text;

namespace Steward.Processes;

/// <summary>All processes of the machine at one moment.</summary>
/// <param name="Processes">What lives.</param>
/// <param name="Uptime">The moment: clock ticks since boot, as start times are.</param>
internal sealed record ProcessSnapshot(IReadOnlyList<ProcessUsage> Processes, long Uptime)
{
    // The unit in which Linux tells programs of time, on every architecture that .NET runs on.
    public const int TicksPerSecond = 100;

    /// <summary>One look at <c>/proc</c>: one small file for each process.</summary>
    public static ProcessSnapshot Read()
    {
        var processes = new List<ProcessUsage>();
        Span<byte> buffer = stackalloc byte[ProcessTable.LargestStat];
        foreach (var id in ProcessTable.Ids())
        {
            var stat = buffer[..Math.Max(0, Posix.ReadFile($"/proc/{id}/stat", buffer))];
            if (ProcessTable.Parse(id, stat) is { IsDead: false } entry && ProcessTable.ParseUsage(stat) is var (ticks, pages))
                processes.Add(new ProcessUsage(entry, ticks, pages * Environment.SystemPageSize));
        }

        var uptime = Posix.ReadFile("/proc/uptime", buffer);
        return new ProcessSnapshot(processes, uptime > 0 && Utf8Parser.TryParse(buffer[..uptime], out double seconds, out _) ? (long)(seconds * TicksPerSecond) : 0);
    }

    /// <summary>
    /// The memory of a process in bytes, of which it has but its part where it shares pages with others; null where that cannot be known. Takes
    /// the kernel a walk through all its pages.
    /// </summary>
    public static long? ProportionalMemory(int processId)
    {
        Span<byte> buffer = stackalloc byte[ProcessTable.LargestStat];
        var text = buffer[..Math.Max(0, Posix.ReadFile($"/proc/{processId}/smaps_rollup", buffer))];
        var at = text.IndexOf("\nPss:"u8);
        return at >= 0 && Utf8Parser.TryParse(text[(at + "\nPss:".Length)..].TrimStart((byte)' '), out long kibibytes, out _) ? kibibytes * 1024 : null;
    }

    /// <summary>How many descriptors a process has open; 0 where that may not be known.</summary>
    public static int OpenFiles(int processId)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries($"/proc/{processId}/fd").Count();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
