using System.Text.Json;
using Steward.Discovery;

namespace Steward.Registry;

/// <summary>
/// What sources of servers gave, kept in the registry from one run of the program to the next. The store writes it when it comes to
/// it, and a disk may fail or hang; so the newest answers are in memory as well, and who asks after a put sees what was put.
/// </summary>
internal sealed class KeptDiscoveries(IMemoryTable table) : IDiscoveryCache
{
    // An answer of the registry has up to some thousand servers. What falls out of memory before it is written costs a request.
    private const int MostInMemory = 16;

    private readonly MemoryDiscoveryCache _newest = new(MostInMemory);

    public async ValueTask<CachedDiscovery?> GetAsync(string key, CancellationToken cancellationToken)
    {
        if (await _newest.GetAsync(key, cancellationToken).ConfigureAwait(false) is { } newest)
            return newest;
        try
        {
            return await table.FindDiscoveryAsync(key, cancellationToken).ConfigureAwait(false) is { } row
                ? new CachedDiscovery(key, DiscoveryJson.Read(row.Document), row.DiscoveredAt, row.ExpiresAt)
                : null;
        }
        catch (Exception unreadable) when (unreadable is RegistryException or JsonException or Configuration.ConfigException)
        {
            return null; // it is found out again
        }
    }

    public async ValueTask PutAsync(CachedDiscovery entry, CancellationToken cancellationToken)
    {
        await _newest.PutAsync(entry, cancellationToken).ConfigureAwait(false);
        table.Keep(new DiscoveryRow(entry.Key, DiscoveryJson.Write(entry.Result), entry.DiscoveredAt, entry.ExpiresAt));
    }
}
