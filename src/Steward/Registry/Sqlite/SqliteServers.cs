using Steward.Configuration;

namespace Steward.Registry.Sqlite;

/// <summary>The definitions in the file, sealed.</summary>
internal sealed class SqliteServers(SqliteWriter writer, SqliteReaders readers, DefinitionSeal seal) : IServerTable
{
    public Task<RegistryContent> ReadAsync(CancellationToken cancellationToken) => readers.ReadAsync(session => Read(session, seal), cancellationToken);

    public Task<bool> AddAsync(RegisteredServer server, CancellationToken cancellationToken)
    {
        var (config, definition) = (server.Config, Seal(server));
        return writer.WriteAsync(
            session => session.Execute(
                """
                INSERT INTO servers (id, name, transport, enabled, tags, source, created, updated, definition)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING
                """,
                config.Id, config.Name, config.Transport.ToString(), !config.Disabled, TagsOf(config), server.Source, server.Created.ToRow(), server.Updated.ToRow(), definition) == 1,
            cancellationToken);
    }

    public Task<bool> UpdateAsync(RegisteredServer server, CancellationToken cancellationToken)
    {
        var (config, definition) = (server.Config, Seal(server));
        return writer.WriteAsync(
            session => session.Execute(
                "UPDATE servers SET name = $2, transport = $3, enabled = $4, tags = $5, source = $6, updated = $7, definition = $8 WHERE id = $1",
                config.Id, config.Name, config.Transport.ToString(), !config.Disabled, TagsOf(config), server.Source, server.Updated.ToRow(), definition) == 1,
            cancellationToken);
    }

    public Task<bool> RemoveAsync(string id, CancellationToken cancellationToken) =>
        writer.WriteAsync(session => session.Execute("DELETE FROM servers WHERE id = $1", id) == 1, cancellationToken);

    public Task OverrideAsync(string id, bool? enabled, CancellationToken cancellationToken) => writer.WriteAsync(
        session => enabled is { } value
            ? session.Execute("INSERT INTO overrides (id, enabled) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET enabled = $2", id, value)
            : session.Execute("DELETE FROM overrides WHERE id = $1", id),
        cancellationToken);

    /// <summary>Reads all definitions; those that cannot be opened are named with the reason.</summary>
    /// <exception cref="IOException">There are some, and their key cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">There are some, and their key cannot be read.</exception>
    public static RegistryContent Read(SqliteSession session, DefinitionSeal seal)
    {
        var rows = session.Read(
            "SELECT id, transport, source, created, updated, definition FROM servers ORDER BY position",
            row => (Id: row.GetString(0), Transport: row.GetString(1), Source: row.GetString(2), Created: row.Time(3), Updated: row.Time(4), Definition: row.Bytes(5)));
        var (servers, unreadable) = (new List<RegisteredServer>(), new List<UnreadableServer>());
        if (rows.Count > 0)
            seal.LoadKey(); // where that fails, it fails here
        // To open thousands takes most of the time of a start.
        foreach (var (row, config, problem) in rows.AsParallel().AsOrdered().Select(row => (Row: row, Config: TryOpen(seal, row.Id, row.Definition, out var problem), Problem: problem)))
        {
            if (config is not null)
                servers.Add(new RegisteredServer(config, row.Source, row.Created, row.Updated));
            else
                unreadable.Add(new UnreadableServer(row.Id, row.Transport, row.Source, row.Created, problem!));
        }

        var overrides = session.Read("SELECT id, enabled FROM overrides", row => (Id: row.GetString(0), Enabled: row.GetBoolean(1)));
        return new(servers, unreadable, overrides.ToDictionary(row => row.Id, row => row.Enabled, StringComparer.Ordinal));
    }

    private static string TagsOf(ServerConfig config) => string.Join(' ', config.Tags);

    private byte[] Seal(RegisteredServer server)
    {
        try
        {
            return seal.Close(server.Config);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RegistryException($"The key of the registry cannot be used: {failure.Message}", failure);
        }
    }

    private static ServerConfig? TryOpen(DefinitionSeal seal, string id, byte[] definition, out string? problem)
    {
        try
        {
            problem = null;
            return seal.OpenDefinition(id, definition);
        }
        catch (InvalidDataException unusable)
        {
            problem = unusable.Message;
            return null;
        }
    }
}
