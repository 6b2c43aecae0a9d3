namespace Steward.Discovery;

/// <summary>Remembers what sources have found. It may be called from several threads at a time, and an entry that cannot be read counts as none.</summary>
public interface IDiscoveryCache
{
    /// <summary>What is remembered under a key, also when it has expired: a source that fails falls back on it.</summary>
    ValueTask<CachedDiscovery?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Remembers, in place of what was remembered under this key.</summary>
    ValueTask PutAsync(CachedDiscovery entry, CancellationToken cancellationToken);
}
