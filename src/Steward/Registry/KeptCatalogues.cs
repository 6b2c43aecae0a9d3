using System.Collections.Concurrent;
using Steward.Catalog;
using Steward.Configuration;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Registry;

/// <summary>What each server offers, kept in the registry so that it is known while the server does not run.</summary>
internal sealed class KeptCatalogues(McpServerManager manager, IMemoryTable table)
{
    /// <summary>Under which name the server itself stands beside its lists: the revision that was spoken with it, and its answer to the handshake.</summary>
    public const string ServerMember = "server";
    public const string RevisionMember = "revision";
    public const string SaidMember = "said";

    // What is longer is read anew when the server runs; nobody reads it in a list.
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, (ServerCatalog Catalogue, ServerConfig Definition)> _kept = new(StringComparer.Ordinal);

    /// <summary>The server runs, and may offer something else than before. One that offers less than it should does not make the rest forgotten.</summary>
    public void Note(string id)
    {
        if (manager.FindServer(id) is not { } server || server.Run is not { } run || run.IsShort)
            return;
        var (catalogue, definition) = (run.Catalog, server.Config);
        if (_kept.TryGetValue(id, out var kept) && ReferenceEquals(kept.Catalogue, catalogue) && ReferenceEquals(kept.Definition, definition))
            return;
        _kept[id] = (catalogue, definition);
        if (table.DigestOf(definition) is { } digest && Write(catalogue, run.Connection.Server) is { Length: <= MaxBytes } document)
            table.Keep(new ServerMemory(id, digest, Catalogue: document));
    }

    /// <summary>The server is no more.</summary>
    public void Forget(string id)
    {
        _kept.TryRemove(id, out _);
        table.Forget(id);
    }

    /// <summary>What a server offers, or offered when it last ran by its present definition: an object of lists, and what it said of itself. <see langword="null"/> where that is not known.</summary>
    /// <exception cref="RegistryException">It cannot be read now.</exception>
    public async Task<(ReadOnlyMemory<byte> Document, bool IsCurrent)?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (manager.FindServer(id) is not { } server)
            return null;
        if (server.Run is { } run)
            return (Write(run.Catalog, run.Connection.Server), true);
        var known = await table.ReadMemoryAsync(id, cancellationToken).ConfigureAwait(false);
        return known is { Catalogue.IsEmpty: false } && known.Digest == table.DigestOf(server.Config) ? (known.Catalogue, false) : null;
    }

    private static byte[] Write(ServerCatalog catalogue, HandshakeResult server) => JsonRpcWriter.Object(json =>
    {
        json.WriteStartObject(ServerMember);
        json.WriteString(RevisionMember, server.Revision);
        json.WritePropertyName(SaidMember);
        json.WriteRawValue(server.Raw, skipInputValidation: true);
        json.WriteEndObject();
        foreach (var kind in Enum.GetValues<CatalogKind>())
        {
            json.WriteStartArray(kind.ItemsMember());
            foreach (var item in catalogue[kind])
                json.WriteRawValue(item.Raw, skipInputValidation: true);
            json.WriteEndArray();
        }
    });
}
