using System.Globalization;

namespace Steward.Bench.Targets;

/// <summary>What /proc says about a process.</summary>
internal static class ProcessFacts
{
    private const double TicksPerSecond = 100; // USER_HZ: fixed on every Linux that .NET runs on

    internal static double CpuSeconds(int processId)
    {
        var fields = StatFields(processId);
        return fields is null ? 0 : (Parse(fields[11]) + Parse(fields[12])) / TicksPerSecond;
    }

    internal static double ResidentMiB(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return Parse(line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal)) / 1024.0;
    }

    internal static int? ParentOf(int processId) => StatFields(processId) is { } fields ? (int)Parse(fields[1]) : null;

    /// <summary>The start time in clock ticks: with the pid it names one process for good.</summary>
    internal static long? StartedAt(int processId) => StatFields(processId) is { } fields ? Parse(fields[19]) : null;

    /// <summary>Every process below one, with its start time.</summary>
    internal static IReadOnlyList<(int Id, long StartedAt)> Descendants(int processId)
    {
        var parents = new Dictionary<int, int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) && ParentOf(id) is { } parent)
                parents[id] = parent;
        }

        var found = new List<(int, long)>();
        foreach (var id in parents.Keys)
        {
            var above = id;
            while (parents.TryGetValue(above, out above) && above > 1)
            {
                if (above != processId)
                    continue;
                if (StartedAt(id) is { } started)
                    found.Add((id, started));
                break;
            }
        }

        return found;
    }

    /// <summary>The fields of /proc/PID/stat after the command name, or null when the process is gone.</summary>
    private static string[]? StatFields(int processId)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{processId}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long Parse(string text) => long.Parse(text.Trim(), CultureInfo.InvariantCulture);
}
