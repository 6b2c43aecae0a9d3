using Steward.Configuration;

namespace Steward.Registry.Sqlite;

/// <summary>What was found out, in the file.</summary>
internal sealed class SqliteMemory(SqliteWriter writer, SqliteReaders readers, DefinitionSeal seal) : IMemoryTable
{
    public string? DigestOf(ServerConfig definition)
    {
        try
        {
            return seal.Digest(definition);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null; // the definitions say so where it matters
        }
    }

    public async Task<IReadOnlyList<ServerMemory>> ReadMemoriesAsync(CancellationToken cancellationToken) => await readers.ReadAsync(
        session => session.Read(
            "SELECT server, digest, era FROM memories",
            row => new ServerMemory(row.GetString(0), row.GetString(1), row.TextOrNull(2))),
        cancellationToken).ConfigureAwait(false);

    public async Task<ServerMemory?> ReadMemoryAsync(string server, CancellationToken cancellationToken) => (await readers.ReadAsync(
        session => session.Read(
            "SELECT digest, era, catalogue FROM memories WHERE server = $1",
            row => new ServerMemory(server, row.GetString(0), row.TextOrNull(1), row.Bytes(2)),
            server),
        cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    public void Keep(ServerMemory memory) => writer.Post(session => session.Execute(
        """
        INSERT INTO memories (server, digest, era, catalogue) VALUES ($1, $2, $3, $4)
        ON CONFLICT (server) DO UPDATE SET digest = $2,
            era = CASE WHEN digest = $2 THEN coalesce($3, era) ELSE $3 END,
            catalogue = CASE WHEN digest = $2 THEN coalesce($4, catalogue) ELSE $4 END
        """,
        memory.Server, memory.Digest, memory.Era, memory.Catalogue.IsEmpty ? null : memory.Catalogue.ToArray()));

    public void Forget(string server) => writer.Post(session => session.Execute("DELETE FROM memories WHERE server = $1", server));

    public async Task<DiscoveryRow?> FindDiscoveryAsync(string key, CancellationToken cancellationToken) => (await readers.ReadAsync(
        session => session.Read(
            "SELECT document, discovered, expires FROM discoveries WHERE key = $1",
            row => seal.Open(row.Bytes(0), PlaceOf(key)) is { } document ? new DiscoveryRow(key, document, row.Time(1), row.Time(2)) : null,
            key),
        cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    public void Keep(DiscoveryRow discovery) => writer.Post(session => session.Execute(
        """
        INSERT INTO discoveries (key, document, discovered, expires) VALUES ($1, $2, $3, $4)
        ON CONFLICT (key) DO UPDATE SET document = $2, discovered = $3, expires = $4
        """,
        discovery.Key, seal.Close(discovery.Document.Span, PlaceOf(discovery.Key)), discovery.DiscoveredAt.ToRow(), discovery.ExpiresAt.ToRow()));

    private static string PlaceOf(string key) => $"discovery\n{key}";
}
