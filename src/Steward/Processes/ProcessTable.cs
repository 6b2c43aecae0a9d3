using System.Buffers.Text;
using System.Globalization;

namespace Steward.Processes;

/// <summary>Reads the processes of this machine from <c>/proc</c>. Empty elsewhere.</summary>
internal static class ProcessTable
{
    private const int LargestStat = 1024;

    /// <summary>Names this boot of the machine: process ids and start times mean nothing across boots.</summary>
    public static string BootId { get; } =
        OperatingSystem.IsLinux() ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : "";

    public static List<ProcessEntry> ReadAll()
    {
        var entries = new List<ProcessEntry>();
        if (!OperatingSystem.IsLinux())
            return entries;

        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && Read(id) is { } entry)
                entries.Add(entry);
        }

        return entries;
    }

    /// <summary>One process, or null when there is none.</summary>
    public static ProcessEntry? Read(int processId)
    {
        if (!OperatingSystem.IsLinux())
            return null;

        Span<byte> buffer = stackalloc byte[LargestStat];
        var length = Posix.ReadFile($"/proc/{processId}/stat", buffer);
        return length > 0 ? Parse(processId, buffer[..length]) : null;
    }

    /// <summary>The process and all that descend from it, as far as the parent links still show it.</summary>
    public static List<ProcessEntry> Descendants(int processId, IReadOnlyList<ProcessEntry> all)
    {
        var children = all.ToLookup(entry => entry.ParentId);
        var found = new List<ProcessEntry>();
        var open = new Queue<int>([processId]);
        while (open.TryDequeue(out var parent))
        {
            foreach (var child in children[parent])
            {
                found.Add(child);
                open.Enqueue(child.Id);
            }
        }

        return found;
    }

    /// <summary>Field 2 is the program's name in brackets and may hold anything, brackets too: count from the last one.</summary>
    internal static ProcessEntry? Parse(int processId, ReadOnlySpan<byte> stat)
    {
        var nameEnd = stat.LastIndexOf((byte)')');
        if (nameEnd < 0 || nameEnd + 4 > stat.Length)
            return null;

        var rest = stat[(nameEnd + 2)..];
        var state = (char)rest[0];
        return Field(rest, 1) is { } parent && Field(rest, 3) is { } session && Field(rest, 19) is { } start
            ? new ProcessEntry(processId, (int)parent, (int)session, state, start)
            : null;
    }

    private static long? Field(ReadOnlySpan<byte> fields, int index)
    {
        for (; index > 0; index--)
        {
            var space = fields.IndexOf((byte)' ');
            if (space < 0)
                return null;
            fields = fields[(space + 1)..];
        }

        return Utf8Parser.TryParse(fields, out long value, out _) ? value : null;
    }
}
