using System.Collections.Concurrent;

namespace Steward.EndToEnd.Model;

/// <summary>What should not have been.</summary>
internal sealed class Findings
{
    private const int Most = 20;

    private readonly ConcurrentQueue<string> _all = new();

    public bool Any => !_all.IsEmpty;

    public void Add(string what) => _all.Enqueue(what);

    public override string ToString() => $"{_all.Count} findings:\n{string.Join('\n', _all.Take(Most))}";
}
