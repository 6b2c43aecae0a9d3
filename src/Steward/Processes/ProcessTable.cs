using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Steward.Processes;

/// <summary>Reads the processes of this machine from <c>/proc</c>. Empty elsewhere.</summary>
internal static class ProcessTable
{
    public const int LargestStat = 1024;

    private const int LargestChildren = 64 * 1024;

    /// <summary>Names this boot of the machine: process ids and start times mean nothing across boots.</summary>
    public static string BootId { get; } =
        OperatingSystem.IsLinux() ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : "";

    public static List<ProcessEntry> ReadAll()
    {
        var entries = new List<ProcessEntry>();
        if (!OperatingSystem.IsLinux())
            return entries;

        foreach (var id in Ids())
        {
            if (Read(id) is { } entry)
                entries.Add(entry);
        }

        return entries;
    }

    /// <summary>The ids of all processes; on Linux only.</summary>
    public static IEnumerable<int> Ids()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                yield return id;
        }
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

    /// <summary>
    /// All that descend from a process, as far as the parent links still show it. The kernel lists children at a fraction of
    /// the cost of a look at every process; it may miss one while others end, so who must be sure asks until nothing is left.
    /// </summary>
    public static List<ProcessEntry> Descendants(int processId) =>
        OperatingSystem.IsLinux() && File.Exists($"/proc/{processId}/task/{processId}/children")
            ? Walk(processId, ChildrenOf)
            : DescendantsIn(ReadAll(), processId);

    internal static List<ProcessEntry> DescendantsIn(IReadOnlyList<ProcessEntry> all, int processId)
    {
        var children = all.ToLookup(entry => entry.ParentId);
        return Walk(processId, parent => children[parent]);
    }

    private static List<ProcessEntry> Walk(int processId, Func<int, IEnumerable<ProcessEntry>> childrenOf)
    {
        var found = new List<ProcessEntry>();
        var open = new Queue<int>([processId]);
        while (open.TryDequeue(out var parent))
        {
            foreach (var child in childrenOf(parent))
            {
                found.Add(child);
                open.Enqueue(child.Id);
            }
        }

        return found;
    }

    /// <summary>Children belong to the thread that started them.</summary>
    private static List<ProcessEntry> ChildrenOf(int processId)
    {
        var children = new List<ProcessEntry>();
        var buffer = ArrayPool<byte>.Shared.Rent(LargestChildren);
        try
        {
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{processId}/task"))
            {
                var length = Math.Max(0, Posix.ReadFile(thread + "/children", buffer));
                foreach (var word in Encoding.ASCII.GetString(buffer, 0, length).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Read(id) is { } entry)
                        children.Add(entry);
                }
            }
        }
        catch (IOException)
        {
            // It ended while we looked: its children have another parent now.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return children;
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

    /// <summary>Processor time in clock ticks, and resident memory in pages.</summary>
    internal static (long Ticks, long Pages)? ParseUsage(ReadOnlySpan<byte> stat)
    {
        var rest = stat[(stat.LastIndexOf((byte)')') + 2)..];
        return Field(rest, 11) is { } user && Field(rest, 12) is { } system && Field(rest, 21) is { } pages ? (user + system, pages) : null;
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
