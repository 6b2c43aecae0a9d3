using System.Runtime.CompilerServices;

namespace Steward.Supervision;

/// <summary>The latest status of every server, and a feed that begins with it and misses no server's latest after.</summary>
internal sealed class StatusBoard
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ServerStatus> _latest = new(StringComparer.Ordinal);
    private readonly HashSet<StatusFeed> _feeds = [];
    private long _highestLeft; // so that a server that comes again counts on from where it left
    private bool _isComplete;

    public ServerStatus? Find(string id)
    {
        lock (_gate)
            return _latest.GetValueOrDefault(id);
    }

    /// <summary>
    /// Publishes a status; gives it its version. The status of a server that is new to the board has none yet; every other one is made
    /// from the latest, and is dropped where that has left the board: somebody else may have its id by now.
    /// </summary>
    public ServerStatus Publish(ServerStatus status)
    {
        lock (_gate)
        {
            var latest = _latest.GetValueOrDefault(status.Id);
            if (status.Version > 0 && latest?.Version != status.Version)
                return status; // its version never comes again: who has the id now counts on from a higher one
            status = status with { Version = (latest?.Version ?? _highestLeft) + 1 };
            _latest[status.Id] = status;
            foreach (var feed in _feeds)
                feed.Add(status);
            return status;
        }
    }

    /// <summary>Takes a server off the board: readers hear of it once more, and whoever waits for it is told.</summary>
    public void Leave(string id)
    {
        lock (_gate)
        {
            if (!_latest.Remove(id, out var last))
                return;
            last = last with { IsRemoved = true, Version = last.Version + 1 };
            _highestLeft = Math.Max(_highestLeft, last.Version);
            foreach (var feed in _feeds)
                feed.Add(last);
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

    /// <exception cref="UnknownServerException">The server is not on the board, or has left it first.</exception>
    /// <exception cref="ObjectDisposedException">The board was completed first.</exception>
    public async Task<ServerStatus> WaitForAsync(string id, Func<ServerStatus, bool> predicate, CancellationToken cancellationToken)
    {
        await foreach (var status in WatchAsync(id, cancellationToken).ConfigureAwait(false))
        {
            if (status.IsRemoved)
                throw new UnknownServerException(id, Ids());
            if (predicate(status))
                return status;
        }

        throw new ObjectDisposedException(nameof(McpServerManager), $"The manager was shut down before server '{id}' came to what was waited for.");
    }

    private string[] Ids()
    {
        lock (_gate)
            return [.. _latest.Keys];
    }

    private async IAsyncEnumerable<ServerStatus> WatchAsync(string? onlyId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var feed = new StatusFeed(onlyId);
        lock (_gate)
        {
            // Whoever asks for one that has just left would hear of it never more.
            if (onlyId is not null && !_latest.ContainsKey(onlyId))
                throw new UnknownServerException(onlyId, [.. _latest.Keys]);
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
