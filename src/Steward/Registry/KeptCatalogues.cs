using System.Collections.Concurrent;
using Steward.Catalog;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Registry;

/// <summary>What each server offers, kept in the registry so that it is known while the server does not run.</summary>
internal sealed class KeptCatalogues(McpServerManager manager, IMemoryTable table)
{
    // What is longer is read anew when the server runs; nobody reads it in a list.
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, ServerCatalog> _kept = new(StringComparer.Ordinal);

    /// <summary>The server runs, and may offer something else than before.</summary>
    public void Note(string id)
    {
        if (manager.FindServer(id) is not { Current: UpstreamRun run } server || (_kept.TryGetValue(id, out var kept) && ReferenceEquals(kept, run.Catalog)))
            return;
        var catalogue = run.Catalog;
        _kept[id] = catalogue;
        if (table.DigestOf(server.Config) is { } digest && Write(catalogue) is { Length: <= MaxBytes } document)
            table.Keep(new ServerMemory(id, digest, Catalogue: document));
    }

    /// <summary>The server is no more.</summary>
    public void Forget(string id)
    {
        _kept.TryRemove(id, out _);
        table.Forget(id);
    }

    /// <summary>What a server offers, or offered when it last ran by its present definition: an object of lists. <see langword="null"/> where that is not known.</summary>
    /// <exception cref="RegistryException">It cannot be read now.</exception>
    public async Task<(ReadOnlyMemory<byte> Document, bool IsCurrent)?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (manager.FindServer(id) is not { } server)
            return null;
        if (server.Current is UpstreamRun run)
            return (Write(run.Catalog), true);
        var known = await table.ReadMemoryAsync(id, cancellationToken).ConfigureAwait(false);
        return known is { Catalogue.IsEmpty: false } && known.Digest == table.DigestOf(server.Config) ? (known.Catalogue, false) : null;
    }

    private static byte[] Write(ServerCatalog catalogue) => JsonRpcWriter.Object(json =>
    {
        foreach (var kind in Enum.GetValues<CatalogKind>())
        {
            json.WriteStartArray(kind.ItemsMember());
            foreach (var item in catalogue[kind])
                json.WriteRawValue(item.Raw, skipInputValidation: true);
            json.WriteEndArray();
        }
    });
}
