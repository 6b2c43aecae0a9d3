using System.Collections.Concurrent;

namespace Steward.Bench.Soak;

/// <summary>What became of everything that clients did.</summary>
internal sealed class SoakTally
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _wrongs = new();
    private long _number;

    /// <summary>A number that no other call has.</summary>
    internal long NextNumber() => 1_000_000 + Interlocked.Increment(ref _number);

    internal void Count(string what) => _counts.AddOrUpdate(what, 1, static (_, count) => count + 1);

    internal long Of(string what) => _counts.GetValueOrDefault(what);

    /// <summary>Something that must never happen.</summary>
    internal void Wrong(string what, string detail)
    {
        Count(what);
        if (_wrongs.Count >= 50)
            return;
        _wrongs.Enqueue($"{what}: {detail}");
        Console.Error.WriteLine($"wrong: {what}: {detail}"); // at once: whoever watches a long soak can look
    }

    internal IReadOnlyCollection<string> Wrongs => _wrongs;

    internal IEnumerable<KeyValuePair<string, long>> All => _counts.OrderBy(pair => pair.Key, StringComparer.Ordinal);
}
