using System.Runtime.CompilerServices;

namespace Steward.Supervision;

/// <summary>The latest status of every server, and a feed that begins with it and misses no server's latest after.</summary>
internal sealed class StatusBoard
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ServerStatus> _latest = new(StringComparer.Ordinal);
    private readonly HashSet<StatusFeed> _feeds = [];
    private bool _isComplete;

    public ServerStatus? Find(string id)
    {
        lock (_gate)
            return _latest.GetValueOrDefault(id);
    }

    /// <summary>Publishes a status; gives it its version.</summary>
    public ServerStatus Publish(ServerStatus status)
    {
        lock (_gate)
        {
            status = status with { Version = (_latest.GetValueOrDefault(status.Id)?.Version ?? 0) + 1 };
            _latest[status.Id] = status;
            foreach (var feed in _feeds)
                feed.Add(status);
            return status;
        }
    }

    /// <summary>Says that no server will change any more: readers come to their end.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            foreach (var feed in _feeds)
                feed.Complete();
        }
    }

    /// <summary>Every server's status now, then every change, until the board is complete. A slow reader loses steps in between, never where a server has come to.</summary>
    public IAsyncEnumerable<ServerStatus> WatchAsync(CancellationToken cancellationToken = default) => WatchAsync(onlyId: null, cancellationToken);

    /// <exception cref="ObjectDisposedException">The board was completed first.</exception>
    public async Task<ServerStatus> WaitForAsync(string id, Func<ServerStatus, bool> predicate, CancellationToken cancellationToken)
    {
        await foreach (var status in WatchAsync(id, cancellationToken).ConfigureAwait(false))
        {
            if (predicate(status))
                return status;
        }

        throw new ObjectDisposedException(nameof(McpServerManager), $"The manager was shut down before server '{id}' came to what was waited for.");
    }

    private async IAsyncEnumerable<ServerStatus> WatchAsync(string? onlyId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var feed = new StatusFeed(onlyId);
        lock (_gate)
        {
            foreach (var status in _latest.Values)
                feed.Add(status);
            _feeds.Add(feed);
            if (_isComplete)
                feed.Complete();
        }

        try
        {
            while (await feed.NextAsync(cancellationToken).ConfigureAwait(false) is { } status)
                yield return status;
        }
        finally
        {
            lock (_gate)
                _feeds.Remove(feed);
        }
    }
}
