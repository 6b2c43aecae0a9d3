using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Registry;
using Steward.Registry.InMemory;
using Steward.Registry.Sqlite;
using Steward.Upstreams;

namespace Steward.Server.Daemon;

/// <summary>The store of the registry with what it held when the daemon started.</summary>
internal sealed class RegistryHome
{
    private RegistryHome(IRegistryStore store, IReadOnlyList<ServerMemory> memories)
    {
        Store = store;
        Eras = new KeptEras(store.Memory, memories);
        Catalogues = new RecalledCatalogues(store.Memory);
    }

    public IRegistryStore Store { get; }

    /// <summary>What the store holds of servers.</summary>
    public RegisteredSet Kept { get; } = new();

    /// <summary>Whether the store could be read.</summary>
    public bool IsOpen { get; private init; } = true;

    /// <summary>Of which era servers turned out to be, in this run of the daemon or an earlier one.</summary>
    public IEraArchive Eras { get; }

    /// <summary>What servers offered when they last ran.</summary>
    public RecalledCatalogues Catalogues { get; }

    /// <summary>A registry that lasts as long as the process, and begins with the servers of another.</summary>
    public static RegistryHome InMemory(RegistryContent content, TimeProvider time)
    {
        var home = new RegistryHome(new MemoryRegistryStore(time), []);
        home.Kept.Fill(content);
        return home;
    }

    /// <summary>Opens the registry of a data directory. Where it cannot be opened now, the daemon starts without its servers, and goes on trying.</summary>
    /// <exception cref="NewerRegistryException">It was written by a newer Steward.</exception>
    public static async Task<RegistryHome> OpenAsync(DataDirectory data, HistoryConfig retention, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var store = new SqliteRegistryStore(new SqliteRegistryOptions { Path = data.RegistryFile, KeyFile = data.RegistryKeyFile, Retention = retention }, time, logger);
        try
        {
            await store.OpenAsync(cancellationToken);
            var content = await store.Servers.ReadAsync(cancellationToken);
            foreach (var unreadable in content.Unreadable)
                logger.ServerUnreadable(unreadable.Id, unreadable.Problem);
            var home = new RegistryHome(store, await store.Memory.ReadMemoriesAsync(cancellationToken));
            home.Kept.Fill(content);
            return home;
        }
        catch (RegistryException problem) when (problem is not NewerRegistryException)
        {
            return new RegistryHome(store, []) { IsOpen = false }; // the store has said why
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }
}
