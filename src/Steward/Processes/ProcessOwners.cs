namespace Steward.Processes;

/// <summary>Tells to which run each process belongs, from one look to the next: a process that has left session and parent stays known.</summary>
internal sealed class ProcessOwners
{
    private readonly HashSet<int> _above = Above();
    private Dictionary<ProcessIdentity, string?> _known = [];

    /// <summary>The processes of each run, by its marker.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="all">Every process.</param>
    public ILookup<string, ProcessUsage> Assign(IReadOnlyCollection<MeasuredRun> runs, IEnumerable<ProcessUsage> all)
    {
        var byRoot = new Dictionary<int, MeasuredRun>();
        foreach (var run in runs)
            byRoot[run.Root.Id] = run; // one that has just ended may still be there beside the next of its id
        var markers = runs.Select(run => run.Run).ToHashSet(StringComparer.Ordinal);
        var earliest = runs.Count == 0 ? long.MaxValue : runs.Min(run => run.Root.StartTime);
        var (next, byId) = (new Dictionary<ProcessIdentity, string?>(), new Dictionary<int, string>());
        var found = new List<(string Run, ProcessUsage Usage)>();

        // Whoever is older comes first: a parent before its children.
        foreach (var usage in all.Where(usage => usage.Entry.StartTime >= earliest).OrderBy(usage => usage.Entry.StartTime).ThenBy(usage => usage.Entry.Id))
        {
            if (usage.Entry.Id == Environment.ProcessId)
                continue;
            var owner = next[usage.Entry.Identity] = OwnerOf(usage.Entry);
            if (owner is null)
                continue;
            byId[usage.Entry.Id] = owner;
            found.Add((owner, usage));
        }

        _known = next;
        return found.ToLookup(pair => pair.Run, pair => pair.Usage, StringComparer.Ordinal);

        string? OwnerOf(ProcessEntry entry)
        {
            if (byRoot.TryGetValue(entry.Id, out var root) && root.Root == entry.Identity)
                return root.Run;
            if (byRoot.TryGetValue(entry.SessionId, out var leader) && leader.OwnsSession && entry.StartTime >= leader.Root.StartTime)
                return leader.Run;
            if (byId.TryGetValue(entry.ParentId, out var parents))
                return parents;
            if (_known.TryGetValue(entry.Identity, out var before))
                return before is not null && markers.Contains(before) ? before : null;
            return IsOrphan(entry) && RunMarker.Of(entry.Id) is { } marker && markers.Contains(marker) ? marker : null; // asked once for each process
        }
    }

    /// <summary>Only of a process without a parent of its own it is not plain whose it is. Whoever adopts orphans is above us: the angel, a session's systemd, or init.</summary>
    private bool IsOrphan(ProcessEntry entry) => entry.ParentId == 1 || _above.Contains(entry.ParentId);

    private static HashSet<int> Above()
    {
        var above = new HashSet<int>();
        for (var id = ProcessTable.Read(Environment.ProcessId)?.ParentId; id > 1 && above.Add(id.Value); id = ProcessTable.Read(id.Value)?.ParentId)
        {
            // Up to init.
        }

        return above;
    }
}
