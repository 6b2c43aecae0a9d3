using Microsoft.Extensions.Logging;

namespace Steward.Discovery;

/// <summary>
/// What sources have said: of remote ones in the cache, of those of this machine only in memory, and only to fall back on. A
/// cache that fails costs a request, never an answer.
/// </summary>
internal sealed class SourceMemory(IDiscoveryCache cache, TimeSpan cacheFor, ILogger logger)
{
    private readonly MemoryDiscoveryCache _local = new();

    /// <summary>What is remembered and not old yet.</summary>
    public async Task<CachedDiscovery?> FindFreshAsync(IDiscoverySource source, string key, DateTimeOffset now) =>
        source.IsRemote && await FindAsync(source, key).ConfigureAwait(false) is { } found && IsFresh(found, now) ? found : null;

    /// <summary>What is remembered, however old.</summary>
    public async Task<CachedDiscovery?> FindAsync(IDiscoverySource source, string key)
    {
        try
        {
            return await For(source).GetAsync(key, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            logger.CacheUnreadable(source.Name, error);
            return null;
        }
    }

    public async Task<CachedDiscovery> RememberAsync(IDiscoverySource source, string key, DiscoveryResult result, DateTimeOffset now)
    {
        var entry = new CachedDiscovery(key, result, now, now + cacheFor);
        try
        {
            await For(source).PutAsync(entry, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            logger.CacheUnwritable(source.Name, error);
        }

        return entry;
    }

    // What was found in the future was found before somebody set the clock back: nobody knows how old it is.
    private static bool IsFresh(CachedDiscovery found, DateTimeOffset now) => found.DiscoveredAt <= now && now < found.ExpiresAt;

    private IDiscoveryCache For(IDiscoverySource source) => source.IsRemote ? cache : _local;
}
