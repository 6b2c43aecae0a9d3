using System.Globalization;
using Steward.Configuration;

namespace Steward.Processes.Limits;

/// <summary>
/// A part of the tree of control groups that is ours, with a group for each run. Groups with limits hold no processes beside their
/// children, so what was there moves into a group of its own first. The names tell whose they are: the next of us ends what is left in
/// groups of a process that is gone, and touches no others.
/// </summary>
internal sealed class ControlGroups
{
    private const string Self = "steward.self";
    private const string Prefix = "steward-";
    private static readonly string[] Wanted = ["cpu", "memory", "pids"];

    private readonly string _root;
    private readonly string _controllers;

    private ControlGroups(string root, string controllers) => (_root, _controllers) = (root, controllers);

    /// <summary>The group that was given to us, of that in which we are.</summary>
    public static string RootOf(string group) => Path.GetFileName(group) == Self ? Path.GetDirectoryName(group)! : group;

    /// <summary>Takes a part of the tree over, unless that is not ours alone, or refused.</summary>
    /// <param name="group">The group in which we are.</param>
    /// <param name="family">We, and our angel.</param>
    public static Delegation Open(string group, IReadOnlyCollection<int> family)
    {
        var root = RootOf(group);
        try
        {
            var inside = Words(Path.Combine(root, GroupFiles.Processes));
            var others = inside.Count(id => !family.Contains(int.Parse(id, CultureInfo.InvariantCulture)));
            if (others > 0)
                return Delegation.None(Delegation.Shared(others, root));

            Directory.CreateDirectory(Path.Combine(root, Self));
            foreach (var id in inside)
                GroupFiles.Write(Path.Combine(root, Self, GroupFiles.Processes), id);
            var there = Words(Path.Combine(root, "cgroup.controllers"));
            string[] controllers = [.. there.Intersect(Wanted)];
            if (controllers.Length > 0)
                GroupFiles.Write(Path.Combine(root, "cgroup.subtree_control"), string.Join(' ', controllers.Select(name => $"+{name}")));
            Sweep(root);
            return new Delegation(new ControlGroups(root, string.Join(' ', controllers)), "");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or FormatException)
        {
            return Delegation.None(refused.Message);
        }
    }

    /// <summary>Ends what is left in groups of processes that are gone, and removes those.</summary>
    /// <returns>How many processes were left.</returns>
    public static int Sweep(string root)
    {
        try
        {
            var left = Directory.GetDirectories(root, Prefix + "*").Where(IsLeft).ToList();
            var found = left.Sum(path => ControlGroup.Members(path).Length);
            left.ForEach(ControlGroup.Kill); // all of them first: then one waits with the other
            left.ForEach(path => ControlGroup.Clear(path));
            return found;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>A group for a run, with the limits that can be kept.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refuses.</exception>
    public ControlGroup Create(string run, ServerLimits limits)
    {
        var us = ProcessTable.Read(Environment.ProcessId)!.Value.Identity;
        return ControlGroup.Create(Path.Combine(_root, $"{NameFor(us)}-{run}"), limits, this);
    }

    /// <summary>What a group of a process is called, before its run. Ids mean nothing beyond their namespace, where others may look after the same groups.</summary>
    internal static string NameFor(ProcessIdentity owner) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Namespace()}-{owner.Id}-{owner.StartTime}");

    /// <summary>Why a controller does nothing for us; null: it works.</summary>
    public string? WhyNot(string controller) => _controllers.Split(' ').Contains(controller) ? null
        : $"the control group {_root} has no controller '{controller}' (it has: {(_controllers.Length == 0 ? "none" : _controllers)}); the group above has to pass it on, and cgroup v1 must not hold it";

    private static bool IsLeft(string path) =>
        Path.GetFileName(path).Split('-') is [_, var space, var id, var start, _] && space == Namespace()
        && int.TryParse(id, CultureInfo.InvariantCulture, out var processId) && long.TryParse(start, CultureInfo.InvariantCulture, out var startTime)
        && !(ProcessTable.Read(processId) is { IsDead: false } entry && entry.StartTime == startTime);

    private static string Namespace() => new FileInfo("/proc/self/ns/pid").LinkTarget?.Trim('p', 'i', 'd', ':', '[', ']') ?? "0";

    private static string[] Words(string path) => File.ReadAllText(path).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
