using System.Globalization;
using Steward.Processes.Limits;

namespace Steward.Processes;

/// <summary>
/// Keeps some of the processes and threads that our control groups may have from servers: .NET ends a process for which the system has no
/// further thread. See <see href="https://docs.kernel.org/admin-guide/cgroup-v2.html#pid"/>.
/// </summary>
internal static class TaskReserve
{
    /// <summary>How many servers leave alone: the threads of a pool that grows, and those who would stop a server.</summary>
    private const int Kept = 32;

    private static readonly Lazy<IReadOnlyList<string>> Own = new(Find);

    /// <summary>Why there are too few for another server; <see langword="null"/> where there are enough, or nobody can tell.</summary>
    public static string? Problem() => OperatingSystem.IsLinux() ? Own.Value.Select(Problem).FirstOrDefault(static problem => problem is not null) : null;

    /// <summary>The same, of one group; what those above it may have counts as well.</summary>
    internal static string? Problem(string group)
    {
        for (var folder = group; folder is { Length: > 1 }; folder = Path.GetDirectoryName(folder))
        {
            if (Read(folder, "pids.max") is { } most && Read(folder, "pids.current") is { } there && most - there < Kept)
                return $"of {most} processes and threads that the control group {folder} may have, {Math.Max(0, most - there)} are left, and Steward keeps {Kept} for itself; raise the limit (TasksMax= of systemd, --pids-limit of containers), or run fewer servers";
        }

        return null;
    }

    /// <summary>The groups in which we are that may bound us: that of cgroup v2, and of v1 the one that counts processes.</summary>
    /// <param name="groups">The lines of /proc/self/cgroup.</param>
    /// <param name="mounts">Those of /proc/self/mountinfo.</param>
    internal static IEnumerable<string> Find(IEnumerable<string> groups, IReadOnlyList<string> mounts)
    {
        foreach (var group in groups.Select(static line => line.Split(':', 3)).Where(static words => words.Length == 3))
        {
            var mount = group[1].Length == 0 ? mounts.FirstOrDefault(static line => line.Contains(" - cgroup2 ", StringComparison.Ordinal))
                : group[1].Split(',').Contains("pids") ? mounts.FirstOrDefault(static line => line.Split(" - cgroup ") is [_, var rest] && rest.Split(' ', ',').Contains("pids"))
                : null;
            if (mount?.Split(' ') is [_, _, _, var top, var mounted, ..])
                yield return Delegation.FolderOf(group[2], top, mounted);
        }
    }

    private static IReadOnlyList<string> Find()
    {
        try
        {
            return [.. Find(File.ReadLines("/proc/self/cgroup"), File.ReadAllLines("/proc/self/mountinfo"))];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static long? Read(string folder, string file)
    {
        try
        {
            var path = Path.Combine(folder, file);
            return File.Exists(path) && long.TryParse(File.ReadAllText(path).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null; // else "max"
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
