using Steward.Configuration;

namespace Steward.Registry.Sqlite;

/// <summary>History in the file.</summary>
internal sealed class SqliteHistory(SqliteWriter writer, SqliteReaders readers, HistoryConfig retention, TimeProvider time) : IHistoryTable
{
    // Deleted at one time: a definition that is to be written waits for the whole of it.
    private const int MaxPruned = 20_000;

    private const string CloseConnection = "UPDATE connections SET outcome = $2, disconnected = max(connected, $3), error = $4 WHERE server = $1 AND outcome = 'Open'";

    private const string AddConnection = "INSERT INTO connections (server, connected, outcome, disconnected, error) VALUES ($1, $2, $3, $4, $5)";

    private HistoryConfig _retention = retention;

    public long Lost => writer.Lost;

    public void Retain(HistoryConfig retention)
    {
        Volatile.Write(ref _retention, retention);
        writer.Post(Prune);
    }

    public void Record(LifecycleEvent occurrence) => writer.Post(session => session.Execute(
        "INSERT INTO events (at, server, kind, detail) VALUES ($1, $2, $3, $4)",
        occurrence.At.ToRow(), occurrence.Server, occurrence.Kind.ToString(), occurrence.Detail));

    public void Connected(string server, DateTimeOffset at) => writer.Post(session =>
    {
        session.Execute(CloseConnection, server, nameof(ConnectionOutcome.Failed), at.ToRow(), "its end went unseen");
        session.Execute(AddConnection, server, at.ToRow(), nameof(ConnectionOutcome.Open), null, null);
    });

    public void Disconnected(string server, DateTimeOffset at, ConnectionOutcome outcome, string? error) =>
        writer.Post(session => session.Execute(CloseConnection, server, outcome.ToString(), at.ToRow(), error));

    public void NotConnected(string server, DateTimeOffset at, string? error) =>
        writer.Post(session => session.Execute(AddConnection, server, at.ToRow(), nameof(ConnectionOutcome.NotConnected), at.ToRow(), error));

    public async Task<IReadOnlyList<LifecycleEvent>> ReadEventsAsync(HistoryQuery query, CancellationToken cancellationToken) => await readers.ReadAsync(
        session => session.Read(
            $"SELECT id, at, server, kind, detail FROM events {Where(query)} ORDER BY id DESC LIMIT $3",
            row => new LifecycleEvent(row.GetString(2), row.Name<LifecycleEventKind>(3), row.Time(1), row.TextOrNull(4)) { Id = row.GetInt64(0) },
            query.Server, query.Before, query.Limit),
        cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<ConnectionRecord>> ReadConnectionsAsync(HistoryQuery query, CancellationToken cancellationToken) => await readers.ReadAsync(
        session => session.Read(
            $"SELECT id, server, connected, outcome, disconnected, error FROM connections {Where(query)} ORDER BY id DESC LIMIT $3",
            row => new ConnectionRecord(row.GetString(1), row.Time(2), row.Name<ConnectionOutcome>(3), row.TimeOrNull(4), row.TextOrNull(5)) { Id = row.GetInt64(0) },
            query.Server, query.Before, query.Limit),
        cancellationToken).ConfigureAwait(false);

    public Task<int> ClearAsync(string? server, CancellationToken cancellationToken) => writer.WriteAsync(
        session => session.Execute("DELETE FROM events WHERE $1 IS NULL OR server = $1", server)
            + session.Execute("DELETE FROM connections WHERE ($1 IS NULL OR server = $1) AND outcome <> 'Open'", server),
        cancellationToken);

    /// <summary>Closes what a process left open that ended without a word, at the last time at which it is known to have been there.</summary>
    public static void CloseLeftOpen(SqliteSession session) => session.Execute(
        """
        UPDATE connections SET outcome = $1, error = 'Steward ended',
            disconnected = max(connected, coalesce((SELECT at FROM alive), connected))
        WHERE outcome = 'Open'
        """,
        nameof(ConnectionOutcome.ManagerEnded));

    /// <summary>Notes that Steward is still there, and removes what is too old or too much.</summary>
    public void Keep(SqliteSession session)
    {
        var now = time.GetUtcNow();
        session.Execute("INSERT INTO alive (one, at) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET at = $1", now.ToRow());
        // Of use some time after it has expired: where its source cannot be reached.
        session.Execute("DELETE FROM discoveries WHERE expires < $1", now.AddDays(-30).ToRow());
        Prune(session);
    }

    private void Prune(SqliteSession session)
    {
        var retention = Volatile.Read(ref _retention);
        var oldest = (time.GetUtcNow() - retention.MaxAge).ToRow();
        Prune("events", "at", "TRUE");
        Prune("connections", "connected", "outcome <> 'Open'"); // what lasts is not history yet

        void Prune(string table, string at, string condition)
        {
            session.Execute($"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {at} < $1 AND {condition} ORDER BY {at} LIMIT {MaxPruned})", oldest);
            if (session.Scalar($"SELECT id FROM {table} ORDER BY id DESC LIMIT 1 OFFSET $1", retention.MaxRows) is long tooMuch)
                session.Execute($"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE id <= $1 AND {condition} ORDER BY id LIMIT {MaxPruned})", tooMuch);
        }
    }

    // Parameters keep their places, whether they are used or not.
    private static string Where(HistoryQuery query) => (query.Server, query.Before) switch
    {
        (null, null) => "WHERE $1 IS NULL AND $2 IS NULL",
        (null, _) => "WHERE $1 IS NULL AND id < $2",
        (_, null) => "WHERE server = $1 AND $2 IS NULL",
        _ => "WHERE server = $1 AND id < $2",
    };
}
