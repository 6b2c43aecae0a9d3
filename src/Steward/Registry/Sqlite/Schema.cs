namespace Steward.Registry.Sqlite;

/// <summary>
/// The tables, by the steps that made them. A step that was released is never changed; each is one transaction, together with the
/// version it leads to. Times are milliseconds since 1970, UTC. Of a server's definition only what is no secret stands in columns.
/// </summary>
internal static class Schema
{
    /// <summary>Marks the file as Steward's: "Stwd".</summary>
    public const int ApplicationId = 0x53747764;

    public static IReadOnlyList<SchemaStep> Steps { get; } =
    [
        new(1, """
            CREATE TABLE servers (
                position INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                name TEXT,
                transport TEXT NOT NULL,
                enabled INTEGER NOT NULL,
                tags TEXT NOT NULL,
                source TEXT NOT NULL,
                created INTEGER NOT NULL,
                updated INTEGER NOT NULL,
                definition BLOB NOT NULL
            );
            CREATE TABLE overrides (
                id TEXT NOT NULL PRIMARY KEY,
                enabled INTEGER NOT NULL
            ) WITHOUT ROWID;
            """),
        new(2, """
            CREATE TABLE connections (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                server TEXT NOT NULL,
                connected INTEGER NOT NULL,
                disconnected INTEGER,
                outcome TEXT NOT NULL,
                error TEXT
            );
            CREATE INDEX connections_by_server ON connections (server, id);
            CREATE INDEX connections_by_time ON connections (connected);
            CREATE INDEX connections_open ON connections (server) WHERE outcome = 'Open';
            CREATE TABLE events (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                at INTEGER NOT NULL,
                server TEXT NOT NULL,
                kind TEXT NOT NULL,
                detail TEXT
            );
            CREATE INDEX events_by_server ON events (server, id);
            CREATE INDEX events_by_time ON events (at);
            CREATE TABLE alive (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL);
            """),
        new(3, """
            CREATE TABLE memories (
                server TEXT NOT NULL PRIMARY KEY,
                digest TEXT NOT NULL,
                era TEXT,
                catalogue BLOB
            );
            CREATE TABLE discoveries (
                key TEXT NOT NULL PRIMARY KEY,
                document BLOB NOT NULL,
                discovered INTEGER NOT NULL,
                expires INTEGER NOT NULL
            );
            """),
    ];

    public static int Newest => Steps[^1].Version;
}
