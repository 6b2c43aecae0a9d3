using System.Security.Cryptography;
using Steward.Configuration;

namespace Steward.Registry.InMemory;

/// <summary>What was found out, in memory.</summary>
internal sealed class MemoryMemory : IMemoryTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ServerMemory> _memories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DiscoveryRow> _discoveries = new(StringComparer.Ordinal);

    public string DigestOf(ServerConfig definition) => Convert.ToHexStringLower(SHA256.HashData(DefinitionText.WriteLasting(definition)));

    public Task<IReadOnlyList<ServerMemory>> ReadMemoriesAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult<IReadOnlyList<ServerMemory>>([.. _memories.Values.Select(memory => memory with { Catalogue = default })]);
    }

    public Task<ServerMemory?> ReadMemoryAsync(string server, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult(_memories.GetValueOrDefault(server));
    }

    public void Keep(ServerMemory memory)
    {
        lock (_gate)
        {
            _memories[memory.Server] = _memories.GetValueOrDefault(memory.Server) is { } known && known.Digest == memory.Digest
                ? memory with { Era = memory.Era ?? known.Era, Catalogue = memory.Catalogue.IsEmpty ? known.Catalogue : memory.Catalogue }
                : memory;
        }
    }

    public void Forget(string server)
    {
        lock (_gate)
            _memories.Remove(server);
    }

    public Task<DiscoveryRow?> FindDiscoveryAsync(string key, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult(_discoveries.GetValueOrDefault(key));
    }

    public void Keep(DiscoveryRow discovery)
    {
        lock (_gate)
            _discoveries[discovery.Key] = discovery;
    }
}
