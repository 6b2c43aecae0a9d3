using Steward.Configuration;

namespace Steward.Registry;

/// <summary>
/// Connections and events. Recording returns at once and never fails: when rows come faster than the disk takes them, or the disk
/// is full, the newest are lost and counted.
/// </summary>
internal interface IHistoryTable
{
    /// <summary>How many rows were lost since the store was opened.</summary>
    long Lost { get; }

    /// <summary>Keeps more or less from now on. What is too much goes soon.</summary>
    void Retain(HistoryConfig retention);

    void Record(LifecycleEvent occurrence);

    /// <summary>A server is connected. Where its last connection is still open, that one's end went unseen.</summary>
    void Connected(string server, DateTimeOffset at);

    /// <summary>The open connection of a server has ended; nothing is recorded where there is none.</summary>
    void Disconnected(string server, DateTimeOffset at, ConnectionOutcome outcome, string? error);

    /// <summary>A connection was tried and did not come about.</summary>
    void NotConnected(string server, DateTimeOffset at, string? error);

    /// <exception cref="RegistryException">It cannot be read.</exception>
    Task<IReadOnlyList<LifecycleEvent>> ReadEventsAsync(HistoryQuery query, CancellationToken cancellationToken);

    /// <exception cref="RegistryException">It cannot be read.</exception>
    Task<IReadOnlyList<ConnectionRecord>> ReadConnectionsAsync(HistoryQuery query, CancellationToken cancellationToken);

    /// <summary>Forgets the events, and the connections that have ended, of one server or of all.</summary>
    /// <returns>How many rows there were.</returns>
    /// <exception cref="RegistryException">It cannot be written.</exception>
    Task<int> ClearAsync(string? server, CancellationToken cancellationToken);
}
