using Microsoft.Extensions.AI;

namespace Steward.Agents;

/// <summary>What a set of tools is at one moment; immutable. Names are unique.</summary>
internal sealed class ToolSnapshot
{
    private readonly Dictionary<string, AIFunction> _byName = new(StringComparer.Ordinal);

    private ToolSnapshot(IEnumerable<AIFunction> tools, IEnumerable<AIFunction> hidden)
    {
        List<AIFunction> seen = [], unseen = [.. hidden];
        foreach (var tool in tools)
            (_byName.TryAdd(tool.Name, tool) ? seen : unseen).Add(tool);
        (Tools, Hidden) = (seen.AsReadOnly(), unseen.AsReadOnly());
    }

    public static ToolSnapshot Empty { get; } = Of([]);

    public IReadOnlyList<AIFunction> Tools { get; }

    /// <summary>Those whose names others have already.</summary>
    public IReadOnlyList<AIFunction> Hidden { get; }

    public static ToolSnapshot Of(IEnumerable<AIFunction> tools) => new(tools, []);

    public static ToolSnapshot Merge(IReadOnlyList<ToolSnapshot> snapshots) =>
        new(snapshots.SelectMany(snapshot => snapshot.Tools), snapshots.SelectMany(snapshot => snapshot.Hidden));

    public AIFunction? Find(string name) => _byName.GetValueOrDefault(name);

    public ToolSnapshot Where(Func<AIFunction, bool> predicate) => new(Tools.Where(predicate), Hidden.Where(predicate));

    public ToolSnapshot Select(Func<AIFunction, AIFunction> change) => new(Tools.Select(change), Hidden.Select(change));
}
