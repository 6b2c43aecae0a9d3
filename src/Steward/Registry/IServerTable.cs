namespace Steward.Registry;

/// <summary>The definitions. A change is on disk when its task completes, and survives whatever happens to the process or the machine.</summary>
internal interface IServerTable
{
    /// <summary>Everything there is of servers.</summary>
    /// <exception cref="RegistryException">It cannot be read.</exception>
    Task<RegistryContent> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Adds a server.</summary>
    /// <returns>Whether it was added; there may be one of its id.</returns>
    /// <exception cref="RegistryException">It cannot be written.</exception>
    Task<bool> AddAsync(RegisteredServer server, CancellationToken cancellationToken);

    /// <summary>Changes a server. When it was added stays.</summary>
    /// <returns>Whether there is one of its id.</returns>
    /// <exception cref="RegistryException">It cannot be written.</exception>
    Task<bool> UpdateAsync(RegisteredServer server, CancellationToken cancellationToken);

    /// <summary>Removes a server, also an unreadable one. Its history stays.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="RegistryException">It cannot be written.</exception>
    Task<bool> RemoveAsync(string id, CancellationToken cancellationToken);

    /// <summary>Keeps whether a declared server is enabled, against what its file says; <see langword="null"/> goes back to the file.</summary>
    /// <exception cref="RegistryException">It cannot be written.</exception>
    Task OverrideAsync(string id, bool? enabled, CancellationToken cancellationToken);
}
