using Steward.Configuration;
using Steward.Registry.InMemory;

namespace Steward.Registry;

/// <summary>What has happened to the servers of a manager, in memory: the newest events and connections. All members may be called from any thread.</summary>
public sealed class LifecycleHistory
{
    private static readonly TimeSpan Forever = TimeSpan.FromDays(36_500);

    private readonly MemoryHistory _rows;
    private readonly TimeProvider _time;

    internal LifecycleHistory(int limit, TimeProvider time)
    {
        _time = time;
        _rows = new MemoryHistory(new HistoryConfig { MaxRows = limit, MaxAge = Forever }, time);
    }

    /// <summary>Where what happens is recorded.</summary>
    internal IHistoryTable Rows => _rows;

    /// <summary>Records something that a program has seen for itself.</summary>
    /// <param name="server">The server's id; it need not be one of the manager's.</param>
    /// <param name="kind">What happened.</param>
    /// <param name="detail">More in words.</param>
    public void RecordEvent(string server, LifecycleEventKind kind, string? detail = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(server);
        _rows.Record(new LifecycleEvent(server, kind, _time.GetUtcNow(), detail));
    }

    /// <summary>The events, newest first.</summary>
    /// <param name="server">Only those of this server, which may have been removed since; <see langword="null"/> for all.</param>
    /// <param name="limit">How many at most. There are never more than <see cref="McpServerManagerOptions.HistoryLimit"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is less than 1.</exception>
    public IReadOnlyList<LifecycleEvent> GetEvents(string? server = null, int limit = 100) => _rows.ReadEvents(server, before: null, Positive(limit));

    /// <summary>The connections, newest first: one for each run of a server, with its end, and one for each start that failed.</summary>
    /// <inheritdoc cref="GetEvents"/>
    public IReadOnlyList<ConnectionRecord> GetConnections(string? server = null, int limit = 100) => _rows.ReadConnections(server, before: null, Positive(limit));

    /// <summary>Forgets the events, and the connections that have ended.</summary>
    /// <param name="server">Only those of this server; <see langword="null"/> for all.</param>
    /// <returns>How many there were.</returns>
    public int Clear(string? server = null) => _rows.Clear(server);

    private static int Positive(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return limit;
    }
}
