using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using Steward.Catalog;
using Steward.Configuration;
using Steward.Upstreams;

namespace Steward.Registry;

/// <summary>
/// What servers offered when they last ran, out of what the registry keeps: so the tools of a server that rests are listed before anybody has called it, and
/// one that comes back with fewer is found out.
/// </summary>
internal sealed class RecalledCatalogues(IMemoryTable table) : IToolArchive
{
    private readonly ConcurrentDictionary<string, ServerMemory> _memories = new(StringComparer.Ordinal);

    /// <summary>Reads what is known of servers, for <see cref="Find"/>. What cannot be read now is not known.</summary>
    public async Task ReadAsync(IEnumerable<ServerConfig> servers, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var server in servers)
            {
                if (await table.ReadMemoryAsync(server.Id, cancellationToken).ConfigureAwait(false) is { Catalogue.IsEmpty: false } memory)
                    _memories[server.Id] = memory;
            }
        }
        catch (RegistryException)
        {
            // The store has said why; the servers are started to see what they offer.
        }
    }

    /// <summary>What a server was when it last ran by this very definition; <see langword="null"/> where that was not known when Steward started.</summary>
    public Recollection? Find(ServerConfig definition)
    {
        if (!_memories.TryGetValue(definition.Id, out var memory) || memory.Digest != table.DigestOf(definition))
            return null;
        try
        {
            var catalog = new ServerCatalog([.. Enum.GetValues<CatalogKind>().Select(kind => CatalogList.Empty with { Items = Read(kind, memory.Catalogue) })]);
            return new Recollection(catalog.Filtered(definition.Tools), ReadSaid(memory.Catalogue));
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            _memories.TryRemove(definition.Id, out _); // written by another version: it is listed anew
            return null;
        }
    }

    public async Task<KnownTools?> FindAsync(ServerConfig definition, CancellationToken cancellationToken)
    {
        try
        {
            var known = await table.ReadMemoryAsync(definition.Id, cancellationToken).ConfigureAwait(false);
            return known is { Catalogue.IsEmpty: false } && known.Digest == table.DigestOf(definition)
                ? new KnownTools([.. Read(CatalogKind.Tools, known.Catalogue).Select(static tool => tool.Key)], ReadSaid(known.Catalogue)?.ServerName)
                : null;
        }
        catch (Exception unreadable) when (unreadable is RegistryException or JsonException or InvalidOperationException)
        {
            return null; // it can be learned again, and no start may fail for it
        }
    }

    private static HandshakeResult? ReadSaid(ReadOnlyMemory<byte> document)
    {
        using var root = JsonDocument.Parse(document);
        if (!root.RootElement.TryGetProperty(KeptCatalogues.ServerMember, out var server) || server.ValueKind != JsonValueKind.Object)
            return null;
        var revision = server.TryGetProperty(KeptCatalogues.RevisionMember, out var spoken) ? spoken.GetString() : null;
        if (revision is null || !server.TryGetProperty(KeptCatalogues.SaidMember, out var said))
            return null;
        var raw = JsonMarshal.GetRawUtf8Value(said).ToArray();
        return revision == ProtocolRevisions.Modern ? HandshakeResult.ReadDiscovery(raw, revision) : HandshakeResult.Read(raw);
    }

    private static List<CatalogItem> Read(CatalogKind kind, ReadOnlyMemory<byte> document)
    {
        List<CatalogItem> items = [];
        CatalogPage.Read(kind, document.Span, items);
        return items;
    }
}
