namespace Steward.Supervision;

/// <summary>
/// One reader's queue of statuses, of all servers or of one. Bounded: when the reader is slow, a server's older waiting status gives way to its newer one.
/// </summary>
internal sealed class StatusFeed(string? onlyId)
{
    private const int MaxWaiting = 256;

    private readonly Lock _gate = new();
    private readonly LinkedList<ServerStatus> _waiting = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal); // of what waits, by server
    private TaskCompletionSource? _arrival;
    private bool _isComplete;

    public void Add(ServerStatus status)
    {
        if (onlyId is not null && onlyId != status.Id)
            return;
        lock (_gate)
        {
            if (_waiting.Count >= MaxWaiting && _counts.ContainsKey(status.Id))
                DropOlderOf(status.Id);
            _waiting.AddLast(status);
            _counts[status.Id] = _counts.GetValueOrDefault(status.Id) + 1;
            Wake();
        }
    }

    /// <summary>Ends the feed: what waits is still read.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            Wake();
        }
    }

    /// <summary>The next status, or <see langword="null"/> when none will come any more.</summary>
    public async ValueTask<ServerStatus?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task arrival;
            lock (_gate)
            {
                if (_waiting.First is { } first)
                {
                    Remove(first);
                    return first.Value;
                }

                if (_isComplete)
                    return null;
                arrival = (_arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await arrival.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Wake()
    {
        _arrival?.TrySetResult();
        _arrival = null;
    }

    private void DropOlderOf(string id)
    {
        for (var node = _waiting.First; node is not null; node = node.Next)
        {
            if (node.Value.Id == id)
            {
                Remove(node);
                return;
            }
        }
    }

    private void Remove(LinkedListNode<ServerStatus> node)
    {
        _waiting.Remove(node);
        if (--_counts[node.Value.Id] == 0)
            _counts.Remove(node.Value.Id);
    }
}
