using Steward.Configuration.Keys;
using Steward.Configuration.Sections;

namespace Steward.Configuration;

/// <summary>
/// What one configuration makes of another: which servers come, go, change and stay. It is about what is meant: the order of keys,
/// comments, spacing, <c>1e3</c> for 1000 and defaults written out are no change.
/// </summary>
public sealed record ConfigPlan
{
    private ConfigPlan(StewardConfig wanted) => Wanted = wanted;

    /// <summary>The configuration that it leads to.</summary>
    public StewardConfig Wanted { get; }

    /// <summary>Ids of the servers that come, in the order of the configuration.</summary>
    public IReadOnlyList<string> Added { get; private init; } = [];

    /// <summary>Ids of the servers that go.</summary>
    public IReadOnlyList<string> Removed { get; private init; } = [];

    /// <summary>The servers that are defined anew, in the order of the configuration.</summary>
    public IReadOnlyList<ServerChange> Changed { get; private init; } = [];

    /// <summary>Ids of the servers that stay as they are.</summary>
    public IReadOnlyList<string> Unchanged { get; private init; } = [];

    /// <summary>Keys that say something else and have their effect only when Steward itself is started anew, such as <c>gateway.listen</c>.</summary>
    public IReadOnlyList<string> NeedsRestart { get; private init; } = [];

    /// <summary>Keys beside the servers that say something else and have their effect at once, such as <c>history.maxRows</c>.</summary>
    public IReadOnlyList<string> Settings { get; private init; } = [];

    /// <summary>Whether no server changes. <see cref="Settings"/> and <see cref="NeedsRestart"/> may still have something.</summary>
    public bool ChangesNoServer => Added.Count + Removed.Count + Changed.Count == 0;

    /// <summary>Whether the two configurations mean the same.</summary>
    public bool ChangesNothing => ChangesNoServer && Settings.Count + NeedsRestart.Count == 0;

    /// <summary>Compares two configurations.</summary>
    /// <param name="current">What holds now.</param>
    /// <param name="wanted">What is to hold.</param>
    public static ConfigPlan Between(StewardConfig current, StewardConfig wanted)
    {
        var before = current.Servers.ToDictionary(server => server.Id, StringComparer.Ordinal);
        var changes = wanted.Servers.Where(server => before.ContainsKey(server.Id))
            .Select(server => (server.Id, Change: ServerChange.Between(before[server.Id], server)))
            .ToList();
        var ids = wanted.Servers.Select(server => server.Id).ToHashSet(StringComparer.Ordinal);
        var others = DifferencesBeyondServers(current, wanted).ToLookup(RootSection.AppliesLive);
        return new(wanted)
        {
            Added = [.. wanted.Servers.Select(server => server.Id).Where(id => !before.ContainsKey(id))],
            Removed = [.. current.Servers.Select(server => server.Id).Where(id => !ids.Contains(id))],
            Changed = [.. changes.Select(pair => pair.Change).OfType<ServerChange>()],
            Unchanged = [.. changes.Where(pair => pair.Change is null).Select(pair => pair.Id)],
            Settings = [.. others[true]],
            NeedsRestart = [.. others[false]],
        };
    }

    /// <summary>The plan for people: a line for each server that changes, one for those that do not, one each for what else changes at once and for what needs a restart of Steward.</summary>
    public override string ToString() => ConfigPlanText.Of(this);

    private static List<string> DifferencesBeyondServers(StewardConfig current, StewardConfig wanted)
    {
        var paths = new List<string>();
        RootSection.Visit(new KeyDifferences(paths), wanted, current);
        var before = current.Groups.ToDictionary(group => group.Name, StringComparer.Ordinal);
        var after = wanted.Groups.ToDictionary(group => group.Name, StringComparer.Ordinal);
        foreach (var name in before.Keys.Union(after.Keys))
        {
            if (before.TryGetValue(name, out var old) && after.TryGetValue(name, out var now))
                GroupSection.Visit(new KeyDifferences(paths, $"groups.{name}."), now, old);
            else
                paths.Add($"groups.{name}");
        }

        return paths;
    }
}
