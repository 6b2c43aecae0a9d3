using Steward.Configuration;

namespace Steward.Registry;

/// <summary>What can be found out again: what was learned of servers, and what sources of servers gave. Keeping never fails; it may be lost.</summary>
internal interface IMemoryTable
{
    /// <summary>What stands for a definition: the same for an equal one. <see langword="null"/> where it cannot be told now.</summary>
    string? DigestOf(ServerConfig definition);

    /// <summary>What was learned of all servers, but for what they offer.</summary>
    /// <exception cref="RegistryException">It cannot be read.</exception>
    Task<IReadOnlyList<ServerMemory>> ReadMemoriesAsync(CancellationToken cancellationToken);

    /// <exception cref="RegistryException">It cannot be read.</exception>
    Task<ServerMemory?> ReadMemoryAsync(string server, CancellationToken cancellationToken);

    /// <summary>Keeps what was learned. Of one definition the parts are kept side by side; another definition begins anew.</summary>
    void Keep(ServerMemory memory);

    void Forget(string server);

    /// <summary>What a source gave, also where it has expired.</summary>
    /// <exception cref="RegistryException">It cannot be read.</exception>
    Task<DiscoveryRow?> FindDiscoveryAsync(string key, CancellationToken cancellationToken);

    void Keep(DiscoveryRow discovery);
}
