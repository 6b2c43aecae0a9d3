using System.Diagnostics;
using System.Globalization;
using Steward.Configuration;

namespace Steward.Processes.Limits;

/// <summary>
/// The control group of one run. Whatever comes of the run is in it, however far it moved and whatever it forgot, until it ends; and its
/// limits hold for all of that together.
/// </summary>
internal sealed class ControlGroup : IConfinement
{
    // A process that survives SIGKILL for two seconds hangs in the kernel, and no waiting helps.
    private const int MostRounds = 100;
    private const int NoDescriptor = -1;
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(20);

    // The kernel counts threads as well, of which a runtime has dozens: the limit itself is kept by whoever counts processes, and
    // this stops what makes them faster than he looks.
    private const int TasksPerProcess = 64;
    private const int MoreTasks = 1024;

    private readonly string _path;
    private readonly ServerLimits _limits;
    private readonly HashSet<string> _keeps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal);

    private bool _boundsTasks;

    private ControlGroup(string path, ServerLimits limits) => (_path, _limits) = (path, limits);

    private long MostTasks => (_limits.MaxProcesses * (long)TasksPerProcess) + MoreTasks;

    public IReadOnlySet<string> Keeps => _keeps;

    public IReadOnlyDictionary<string, string> Refused => _refused;

    /// <summary>Makes it and sets its limits.</summary>
    /// <exception cref="IOException">The system refuses the group itself.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refuses the group itself.</exception>
    public static ControlGroup Create(string path, ServerLimits limits, ControlGroups groups)
    {
        Directory.CreateDirectory(path);
        var group = new ControlGroup(path, limits);
        group.Set(groups, LimitKeys.Memory, limits.MemoryMb, "memory", "memory.max", $"{limits.MemoryMb * 1024L * 1024}");
        group.Set(groups, LimitKeys.Cpu, limits.CpuPercent, "cpu", "cpu.max", $"{limits.CpuPercent * 1000L} 100000");
        group._boundsTasks = limits.MaxProcesses > 0 && group.Refusal(groups, "pids", "pids.max", $"{group.MostTasks}") is null;
        if (group._keeps.Contains(LimitKeys.Memory))
        {
            // Without these the limit is kept, too, though less well.
            GroupFiles.TryWrite(Path.Combine(path, "memory.swap.max"), "0"); // else more than the limit is taken, and slowly
            GroupFiles.TryWrite(Path.Combine(path, "memory.oom.group"), "1"); // half a server is none
        }

        return group;
    }

    public string Entrance => Path.Combine(_path, GroupFiles.Processes);

    /// <summary>It went in by itself; to be told the same again harms nothing, and fails where that failed.</summary>
    public void Add(Process process)
    {
        try
        {
            GroupFiles.Write(Entrance, process.Id.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException) when (process.HasExited)
        {
            // Nobody needs it any more.
        }
    }

    public string? Verdict() => _keeps.Contains(LimitKeys.Memory) && GroupFiles.Figure(Path.Combine(_path, "memory.events"), "oom_kill") > 0
        ? $"was ended by the system for taking more than {_limits.MemoryMb} MiB of memory (limits.memoryMb)"
        : null;

    public IReadOnlyList<string> Reached()
    {
        List<string> reached = [];
        if (_boundsTasks && GroupFiles.Figure(Path.Combine(_path, "pids.events"), "max") is > 0 and var refused)
            reached.Add(string.Create(CultureInfo.InvariantCulture, $"{LimitKeys.Processes}: {refused} times it was refused another process or thread, of which it may have {MostTasks} with a limit of {_limits.MaxProcesses} processes"));
        if (_keeps.Contains(LimitKeys.Cpu) && GroupFiles.Figure(Path.Combine(_path, "cpu.stat"), "throttled_usec") is >= 100_000 and var microseconds)
            reached.Add(string.Create(CultureInfo.InvariantCulture, $"{LimitKeys.Cpu}: it was slowed down for {microseconds / 1e6:0.0} s in all, with a limit of {_limits.CpuPercent} %"));
        return reached;
    }

    public void Kill() => Kill(_path);

    public int Clear() => Clear(_path);

    public void Dispose() => Clear(_path);

    /// <summary>Ends all that is in a group, at once; it may be there a moment longer.</summary>
    public static void Kill(string path)
    {
        if (GroupFiles.TryWrite(Path.Combine(path, "cgroup.kill"), "1") is null)
            return;
        foreach (var id in Members(path)) // before Linux 5.14; who forks meanwhile is there in the next round
            Posix.Signal(id, Posix.SigKill);
    }

    /// <summary>Ends all that is in a group, waits for it, and removes the group.</summary>
    /// <returns>How many processes were in it.</returns>
    public static int Clear(string path)
    {
        var found = new HashSet<int>();
        for (var round = 0; round < MostRounds; round++)
        {
            var members = Members(path);
            if (members.Length == 0 && Tree(path).All(TryRemove))
                break;
            found.UnionWith(members);
            KillAndWait(path, members);
        }

        return found.Count;
    }

    /// <summary>The processes in a group, and in those that they made in it.</summary>
    public static int[] Members(string path) => [.. Tree(path).SelectMany(OwnMembers)];

    /// <summary>A group and all that is in it, the innermost first: a server may well keep groups of its own.</summary>
    private static IReadOnlyList<string> Tree(string path)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(path).SelectMany(Tree), path];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [path];
        }
    }

    private static int[] OwnMembers(string path)
    {
        try
        {
            return [.. File.ReadLines(Path.Combine(path, GroupFiles.Processes)).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).Where(id => id > 1)];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or FormatException)
        {
            return [];
        }
    }

    /// <summary>A process leaves its group a moment before it is gone: so the wait is for the process.</summary>
    private static void KillAndWait(string path, int[] members)
    {
        var handles = members.Select(id => ProcessTable.Read(id) is { } entry ? ProcessHandle.Open(entry.Identity) : null).OfType<ProcessHandle>().ToList();
        Kill(path);
        foreach (var handle in handles)
        {
            Posix.WaitFor(handle.Descriptor, Round);
            handle.Dispose();
        }

        if (handles.Count == 0)
            Posix.WaitFor(NoDescriptor, Round);
    }

    private void Set(ControlGroups groups, string key, int limit, string controller, string file, string value)
    {
        if (limit <= 0)
            return;
        if (Refusal(groups, controller, file, value) is { } refused)
            _refused[key] = refused;
        else
            _keeps.Add(key);
    }

    /// <summary>Writes a limit down.</summary>
    /// <returns>Why that cannot be; null: the kernel keeps it.</returns>
    private string? Refusal(ControlGroups groups, string controller, string file, string value)
    {
        try
        {
            if (groups.WhyNot(controller) is { } missing)
                return missing;
            GroupFiles.Write(Path.Combine(_path, file), value);
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return $"{Path.Combine(_path, file)}: {refused.Message}";
        }
    }

    private static bool TryRemove(string path)
    {
        try
        {
            Directory.Delete(path); // its files are the kernel's and go with it
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception busy) when (busy is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
