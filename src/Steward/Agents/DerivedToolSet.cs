using Steward.Gateway;

namespace Steward.Agents;

/// <summary>A set that is made of others, anew for each state of theirs.</summary>
/// <param name="sources">The others.</param>
/// <param name="derive">Makes it of their states, in their order. May call the program's code, so no lock is held.</param>
internal sealed class DerivedToolSet(IReadOnlyList<ToolSet> sources, Func<IReadOnlyList<ToolSnapshot>, ToolSnapshot> derive) : ToolSet
{
    private State? _last;

    internal override ToolSnapshot Snapshot
    {
        get
        {
            ToolSnapshot[] snapshots = [.. sources.Select(source => source.Snapshot)];
            var last = Volatile.Read(ref _last);
            if (last?.Sources.SequenceEqual(snapshots) == true)
                return last.Own;
            last = new State(snapshots, derive(snapshots));
            Volatile.Write(ref _last, last);
            return last.Own;
        }
    }

    internal override IEnumerable<ChangeSignal> Signals => sources.SelectMany(source => source.Signals);

    private sealed record State(ToolSnapshot[] Sources, ToolSnapshot Own);
}
