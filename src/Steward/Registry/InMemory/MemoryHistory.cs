using Steward.Configuration;

namespace Steward.Registry.InMemory;

/// <summary>History in memory, oldest first. What retention does not keep is forgotten when a row is added.</summary>
internal sealed class MemoryHistory(HistoryConfig retention, TimeProvider time) : IHistoryTable
{
    private readonly Lock _gate = new();
    private readonly LinkedList<LifecycleEvent> _events = [];
    private readonly LinkedList<ConnectionRecord> _connections = [];
    private HistoryConfig _retention = retention;
    private long _lastEvent;
    private long _lastConnection;

    public long Lost => 0;

    public void Retain(HistoryConfig retention)
    {
        lock (_gate)
        {
            _retention = retention;
            ForgetEvents();
            ForgetConnections();
        }
    }

    public void Record(LifecycleEvent occurrence)
    {
        lock (_gate)
        {
            _events.AddLast(occurrence with { Id = ++_lastEvent });
            ForgetEvents();
        }
    }

    public void Connected(string server, DateTimeOffset at)
    {
        lock (_gate)
        {
            Close(server, at, ConnectionOutcome.Failed, "its end went unseen");
            Add(new ConnectionRecord(server, at));
        }
    }

    public void Disconnected(string server, DateTimeOffset at, ConnectionOutcome outcome, string? error)
    {
        lock (_gate)
            Close(server, at, outcome, error);
    }

    public void NotConnected(string server, DateTimeOffset at, string? error)
    {
        lock (_gate)
            Add(new ConnectionRecord(server, at, ConnectionOutcome.NotConnected, at, error));
    }

    /// <summary>The newest events, of one server or all, with lower numbers than the given one.</summary>
    public IReadOnlyList<LifecycleEvent> ReadEvents(string? server, long? before, int limit)
    {
        lock (_gate)
            return [.. NewestFirst(_events).Where(row => Matches(row.Server, row.Id, server, before)).Take(limit)];
    }

    /// <summary>The same of connections.</summary>
    public IReadOnlyList<ConnectionRecord> ReadConnections(string? server, long? before, int limit)
    {
        lock (_gate)
            return [.. NewestFirst(_connections).Where(row => Matches(row.Server, row.Id, server, before)).Take(limit)];
    }

    public int Clear(string? server)
    {
        lock (_gate)
        {
            return Remove(_events, row => server is null || row.Server == server)
                + Remove(_connections, row => (server is null || row.Server == server) && row.Outcome != ConnectionOutcome.Open);
        }
    }

    public Task<IReadOnlyList<LifecycleEvent>> ReadEventsAsync(HistoryQuery query, CancellationToken cancellationToken) => Task.FromResult(ReadEvents(query.Server, query.Before, query.Limit));

    public Task<IReadOnlyList<ConnectionRecord>> ReadConnectionsAsync(HistoryQuery query, CancellationToken cancellationToken) => Task.FromResult(ReadConnections(query.Server, query.Before, query.Limit));

    public Task<int> ClearAsync(string? server, CancellationToken cancellationToken) => Task.FromResult(Clear(server));

    private static bool Matches(string rowServer, long rowId, string? server, long? before) => (server is null || rowServer == server) && (before is null || rowId < before);

    private static IEnumerable<T> NewestFirst<T>(LinkedList<T> rows)
    {
        for (var node = rows.Last; node is not null; node = node.Previous)
            yield return node.Value;
    }

    private static int Remove<T>(LinkedList<T> rows, Func<T, bool> condition)
    {
        var removed = 0;
        for (var node = rows.First; node is not null;)
        {
            var next = node.Next;
            if (condition(node.Value))
            {
                rows.Remove(node);
                removed++;
            }

            node = next;
        }

        return removed;
    }

    private void Add(ConnectionRecord connection)
    {
        _connections.AddLast(connection with { Id = ++_lastConnection });
        ForgetConnections();
    }

    private void Close(string server, DateTimeOffset at, ConnectionOutcome outcome, string? error)
    {
        for (var node = _connections.Last; node is not null; node = node.Previous)
        {
            if (node.Value.Server == server && node.Value.Outcome == ConnectionOutcome.Open)
                node.Value = node.Value with { Outcome = outcome, Disconnected = at, Error = error };
        }
    }

    private void ForgetEvents() => Forget(_events, static row => row.At, static _ => false);

    private void ForgetConnections() => Forget(_connections, static row => row.Connected, static row => row.Outcome == ConnectionOutcome.Open);

    /// <summary>Forgets from the oldest on; what is still going on is passed over.</summary>
    private void Forget<T>(LinkedList<T> rows, Func<T, DateTimeOffset> timeOf, Func<T, bool> lasts)
    {
        var oldest = time.GetUtcNow() - _retention.MaxAge;
        var tooMany = rows.Count - _retention.MaxRows;
        for (var node = rows.First; node is not null && (tooMany > 0 || timeOf(node.Value) < oldest); tooMany--)
        {
            var next = node.Next;
            if (!lasts(node.Value))
                rows.Remove(node);
            node = next;
        }
    }
}
