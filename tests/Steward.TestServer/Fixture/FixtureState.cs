using System.Collections.Concurrent;

namespace Steward.TestServer.Fixture;

/// <summary>What the fixture server remembers between requests. Safe for use by several at once.</summary>
internal sealed class FixtureState
{
    private static readonly string[] Levels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];
    private volatile string _level = "debug";
    private int _revision;

    /// <summary>Labels of the <c>sleep</c> calls that were cancelled, in the order in which they noticed.</summary>
    public ConcurrentQueue<string> Cancelled { get; } = new();

    /// <summary>URIs that the client subscribed to.</summary>
    public ConcurrentDictionary<string, bool> Subscriptions { get; } = new();

    /// <summary>Tools added at run time.</summary>
    public ConcurrentDictionary<string, FixtureTool> AddedTools { get; } = new();

    /// <summary>How often the watched resource changed.</summary>
    public int Revision => Volatile.Read(ref _revision);

    public string Level
    {
        get => _level;
        set => _level = value;
    }

    public int NextRevision() => Interlocked.Increment(ref _revision);

    public bool Logs(string level) => Array.IndexOf(Levels, level) >= Array.IndexOf(Levels, _level);
}
