namespace Steward.Discovery;

/// <summary>Remembers as long as the process lives. Bounded: the entry that expires first makes room.</summary>
public sealed class MemoryDiscoveryCache : IDiscoveryCache
{
    private const int StandardCapacity = 256;

    private readonly int _capacity;
    private readonly Dictionary<string, CachedDiscovery> _entries = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Remembers up to 256 answers.</summary>
    public MemoryDiscoveryCache()
        : this(StandardCapacity)
    {
    }

    internal MemoryDiscoveryCache(int capacity) => _capacity = capacity;

    /// <inheritdoc/>
    public ValueTask<CachedDiscovery?> GetAsync(string key, CancellationToken cancellationToken)
    {
        lock (_gate)
            return new(_entries.GetValueOrDefault(key));
    }

    /// <inheritdoc/>
    public ValueTask PutAsync(CachedDiscovery entry, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _entries[entry.Key] = entry;
            if (_entries.Count > _capacity)
                _entries.Remove(_entries.Values.MinBy(candidate => candidate.ExpiresAt)!.Key);
        }

        return ValueTask.CompletedTask;
    }
}
