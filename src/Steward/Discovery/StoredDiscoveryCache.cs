using Steward.Registry;

namespace Steward.Discovery;

/// <summary>Remembers in the registry's store, beyond the life of the process.</summary>
internal sealed class StoredDiscoveryCache(IMemoryTable memories) : IDiscoveryCache
{
    public async ValueTask<CachedDiscovery?> GetAsync(string key, CancellationToken cancellationToken) =>
        await memories.FindDiscoveryAsync(key, cancellationToken).ConfigureAwait(false) is { } row
            ? new(row.Key, DiscoveryJson.Read(row.Document), row.DiscoveredAt, row.ExpiresAt)
            : null;

    public ValueTask PutAsync(CachedDiscovery entry, CancellationToken cancellationToken)
    {
        memories.Keep(new DiscoveryRow(entry.Key, DiscoveryJson.Write(entry.Result), entry.DiscoveredAt, entry.ExpiresAt));
        return ValueTask.CompletedTask;
    }
}
