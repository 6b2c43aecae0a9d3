using System.Collections.Concurrent;
using Steward.Configuration;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Registry;

/// <summary>The eras of servers, kept in the registry: begins with what it holds, and writes what becomes known.</summary>
internal sealed class KeptEras(IMemoryTable table, IEnumerable<ServerMemory> known) : IEraArchive
{
    private readonly ConcurrentDictionary<string, (string Digest, ProtocolEra Era)> _known = new(
        from memory in known
        let era = Enum.TryParse<ProtocolEra>(memory.Era, out var parsed) ? parsed : (ProtocolEra?)null
        where era is not null
        select KeyValuePair.Create(memory.Server, (memory.Digest, era.Value)));

    public ProtocolEra? Find(ServerConfig definition) =>
        _known.TryGetValue(definition.Id, out var memory) && memory.Digest == table.DigestOf(definition) ? memory.Era : null;

    public void Keep(ServerConfig definition, ProtocolEra era)
    {
        if (table.DigestOf(definition) is not { } digest || (_known.TryGetValue(definition.Id, out var memory) && memory == (digest, era)))
            return;
        _known[definition.Id] = (digest, era);
        table.Keep(new ServerMemory(definition.Id, digest, era.ToString()));
    }

    public void Forget(ServerConfig definition)
    {
        if (_known.TryRemove(definition.Id, out _))
            table.Forget(definition.Id);
    }
}
