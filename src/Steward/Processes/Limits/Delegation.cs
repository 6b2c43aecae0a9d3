using System.Globalization;

namespace Steward.Processes.Limits;

/// <summary>
/// Whether a part of the tree of control groups (cgroup v2) was given to this process alone: by systemd with <c>Delegate=yes</c>, to a
/// container, or by hand. See <see href="https://systemd.io/CGROUP_DELEGATION/"/>.
/// </summary>
/// <param name="Groups">That part; null: there is none.</param>
/// <param name="Why">Why there is none, and what would mend it.</param>
internal sealed record Delegation(ControlGroups? Groups, string Why)
{
    private const string Mend = "under systemd the unit needs Delegate=yes, a container its own writable /sys/fs/cgroup";

    // Where systemd runs, it notes on a group that it was handed over, and takes back what it did not hand over at some later time.
    private static readonly string[] Handed = ["trusted.delegate", "user.delegate"];
    private static readonly Lazy<Delegation> Found = new(Find);

    /// <summary>That of this process. Asked for the first time, it takes its part of the tree over.</summary>
    public static Delegation Here => Found.Value;

    /// <summary>There is none.</summary>
    public static Delegation None(string why) => new(null, $"Steward has no control group of its own here: {why}; {Mend}");

    /// <summary>Ends what is left in groups of processes like this one that are gone, takes nothing over, and returns how many processes that were.</summary>
    public static int SweepLeftovers() => OperatingSystem.IsLinux() && OwnGroup() is { } group ? ControlGroups.Sweep(ControlGroups.RootOf(group)) : 0;

    private static Delegation Find()
    {
        if (!OperatingSystem.IsLinux())
            return new(null, "this system has no means for it");
        if (OwnGroup() is not { } group)
            return None("no cgroup v2 is mounted");
        return IsKeptBySystemd(ControlGroups.RootOf(group))
            ? None($"systemd did not hand {group} over")
            : ControlGroups.Open(group, Angel.Id is { } angel ? [Environment.ProcessId, angel] : [Environment.ProcessId]);
    }

    /// <summary>Of a process that is not root's the rights tell the same.</summary>
    private static bool IsKeptBySystemd(string group) =>
        Environment.IsPrivilegedProcess && Directory.Exists("/run/systemd/system") && Path.GetExtension(group) is ".service" or ".scope"
        && !Array.Exists(Handed, name => Posix.HasAttribute(group, name));

    /// <summary>The folder of the group in which we are.</summary>
    private static string? OwnGroup()
    {
        try
        {
            var group = File.ReadAllLines("/proc/self/cgroup").FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal))?["0::".Length..];
            var mount = File.ReadAllLines("/proc/self/mountinfo").FirstOrDefault(line => line.Contains(" - cgroup2 ", StringComparison.Ordinal))?.Split(' ');
            return group is null || mount is null ? null : FolderOf(group, mount[3], mount[4]);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Where a group is.</summary>
    /// <param name="group">Its name in the tree.</param>
    /// <param name="top">The group that is mounted.</param>
    /// <param name="mounted">Where that is.</param>
    internal static string FolderOf(string group, string top, string mounted)
    {
        var below = top != "/" && (group + "/").StartsWith(top + "/", StringComparison.Ordinal) ? group[top.Length..] : group;
        return Path.Join(mounted, below).TrimEnd('/');
    }

    internal static string Shared(int others, string group) =>
        string.Create(CultureInfo.InvariantCulture, $"{others} other {(others == 1 ? "process is" : "processes are")} in {group}");
}
