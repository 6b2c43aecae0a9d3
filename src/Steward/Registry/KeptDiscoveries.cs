using System.Text.Json;
using Steward.Discovery;

namespace Steward.Registry;

/// <summary>What sources of servers gave, kept in the registry from one run of the program to the next.</summary>
internal sealed class KeptDiscoveries(IMemoryTable table) : IDiscoveryCache
{
    public async ValueTask<CachedDiscovery?> GetAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await table.FindDiscoveryAsync(key, cancellationToken).ConfigureAwait(false) is { } row
                ? new CachedDiscovery(key, DiscoveryText.Read(row.Document), row.DiscoveredAt, row.ExpiresAt)
                : null;
        }
        catch (Exception unreadable) when (unreadable is RegistryException or JsonException or Configuration.ConfigException or InvalidOperationException)
        {
            return null; // it is found out again
        }
    }

    public ValueTask PutAsync(CachedDiscovery entry, CancellationToken cancellationToken)
    {
        table.Keep(new DiscoveryRow(entry.Key, DiscoveryText.Write(entry.Result), entry.DiscoveredAt, entry.ExpiresAt));
        return ValueTask.CompletedTask;
    }
}
