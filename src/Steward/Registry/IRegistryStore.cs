namespace Steward.Registry;

/// <summary>Where the registry is kept. All members may be called from any thread, and none of them holds its caller up.</summary>
internal interface IRegistryStore : IAsyncDisposable
{
    IServerTable Servers { get; }

    IHistoryTable History { get; }

    IMemoryTable Memory { get; }

    /// <summary>Makes the store ready, and closes the connections that an earlier process left open.</summary>
    /// <exception cref="NewerRegistryException">It was written by a newer Steward.</exception>
    /// <exception cref="RegistryException">It cannot be opened now. Every further use tries again.</exception>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Waits until everything that was recorded before is readable, or lost.</summary>
    Task FlushAsync(CancellationToken cancellationToken);
}
