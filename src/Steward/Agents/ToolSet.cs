using System.Collections;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.AI;
using Steward.Gateway;

namespace Steward.Agents;

/// <summary>
/// Tools for a model, as they are at the moment of looking: who enumerates the set gets what there is then, in an order that does not change.
/// Sets are made of each other and stay alive: what a server adds, changes or takes away shows in every set that is made of its tools. All
/// members may be called from any thread.
/// </summary>
/// <example><code>chatOptions.Tools = [.. tools];</code></example>
public abstract class ToolSet : IEnumerable<AIFunction>
{
    private protected ToolSet()
    {
    }

    /// <summary>The tools now. A list never changes: look again to see what has become of it.</summary>
    public IReadOnlyList<AIFunction> Current => Snapshot.Tools;

    /// <summary>Tools that cannot be called, because another of the same name comes before them. <see cref="WithPrefix"/> tells them apart.</summary>
    public IReadOnlyList<AIFunction> Hidden => Snapshot.Hidden;

    internal abstract ToolSnapshot Snapshot { get; }

    /// <summary>What tells that the set may have changed.</summary>
    internal abstract IEnumerable<ChangeSignal> Signals { get; }

    /// <summary>A set of tools that is always the same, to be combined with those of servers.</summary>
    /// <param name="tools">The tools. Of several of one name the first is meant, and the others are <see cref="Hidden"/>.</param>
    public static ToolSet Of(params IEnumerable<AIFunction> tools)
    {
        ArgumentNullException.ThrowIfNull(tools);
        return new FixedToolSet(ToolSnapshot.Of(tools));
    }

    /// <summary>All tools of some sets, in their order. Of several of one name the first is meant, and the others are <see cref="Hidden"/>.</summary>
    /// <param name="sets">The sets.</param>
    public static ToolSet Merge(params IEnumerable<ToolSet> sets)
    {
        ArgumentNullException.ThrowIfNull(sets);
        return new DerivedToolSet([.. sets], static snapshots => ToolSnapshot.Merge(snapshots));
    }

    /// <summary>Only the tools that meet a condition.</summary>
    /// <param name="predicate">The condition. It is asked once of each state of this set; what it throws goes to whoever looks.</param>
    public ToolSet Where(Func<AIFunction, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return new DerivedToolSet([this], snapshots => snapshots[0].Where(predicate));
    }

    /// <summary>Only the tools of these names. A name for which there is no tool yet waits for one.</summary>
    /// <param name="names">The names, as this set has them.</param>
    public ToolSet Only(params IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        return Where(tool => wanted.Contains(tool.Name));
    }

    /// <summary>The same tools by longer names. One that would be longer than 64 characters is shortened, and ends in a hash of the whole.</summary>
    /// <param name="prefix">What names begin with: letters, digits, <c>_</c> and <c>-</c>.</param>
    /// <exception cref="ArgumentException">The prefix is empty, or has other characters.</exception>
    public ToolSet WithPrefix(string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        if (!ModelName.IsAccepted(prefix))
            throw new ArgumentException($"The prefix '{prefix}' cannot stand in the name of a tool: letters, digits, _ and - can.", nameof(prefix));
        var renamed = new ConditionalWeakTable<AIFunction, RenamedTool>(); // a tool stays the same for as long as the one behind it does
        return new DerivedToolSet([this], snapshots => snapshots[0].Select(tool => renamed.GetValue(tool, inner => new RenamedTool(inner, ModelName.Shortened(prefix + inner.Name)))));
    }

    /// <summary>The tool of a name; <see langword="null"/> where there is none now.</summary>
    /// <param name="name">The name, as this set has it.</param>
    public AIFunction? Find(string name) => Snapshot.Find(name);

    /// <summary>
    /// The tools now, then after every change, until nothing can change any more: the manager has been shut down. A slow reader may miss
    /// steps in between, never what has become of it.
    /// </summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<IReadOnlyList<AIFunction>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Full means that a look is due anyway.
        var looks = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        ChangeSignal[] signals = [.. Signals.Distinct()];
        foreach (var signal in signals)
            signal.Add(looks.Writer);
        try
        {
            ToolSnapshot? seen = null;
            while (true)
            {
                var isOver = signals.All(signal => signal.IsOver); // asked first: what comes before the end is seen
                var now = Snapshot;
                if (seen is null || !now.Tools.SequenceEqual(seen.Tools))
                    yield return (seen = now).Tools;
                if (isOver)
                    yield break;
                await looks.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (var signal in signals)
                signal.Remove(looks.Writer);
        }
    }

    /// <inheritdoc/>
    public IEnumerator<AIFunction> GetEnumerator() => Current.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
