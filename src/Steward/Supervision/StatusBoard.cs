using System.Runtime.CompilerServices;

namespace Steward.Supervision;

/// <summary>The latest status of every server, and a feed that begins with it and misses no server's latest after.</summary>
internal sealed class StatusBoard
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ServerStatus> _latest = new(StringComparer.Ordinal);
    private readonly HashSet<StatusFeed> _feeds = [];

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

    /// <summary>Every server's status now, then every change. A slow reader loses steps in between, never where a server has come to.</summary>
    public async IAsyncEnumerable<ServerStatus> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var feed = new StatusFeed();
        lock (_gate)
        {
            foreach (var status in _latest.Values)
                feed.Add(status);
            _feeds.Add(feed);
        }

        try
        {
            while (true)
                yield return await feed.NextAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
                _feeds.Remove(feed);
        }
    }

    public async Task<ServerStatus> WaitForAsync(string id, Func<ServerStatus, bool> predicate, CancellationToken cancellationToken)
    {
        await foreach (var status in WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            if (status.Id == id && predicate(status))
                return status;
        }

        throw new OperationCanceledException(cancellationToken);
    }
}
