namespace Steward.Supervision;

/// <summary>
/// One reader's queue of statuses. Bounded: when the reader is slow, a server's older waiting status gives way to its newer one.
/// </summary>
internal sealed class StatusFeed
{
    private const int MaxWaiting = 256;

    private readonly Lock _gate = new();
    private readonly LinkedList<ServerStatus> _waiting = [];
    private TaskCompletionSource? _arrival;

    public void Add(ServerStatus status)
    {
        lock (_gate)
        {
            if (_waiting.Count >= MaxWaiting)
                DropOlderOf(status.Id);
            _waiting.AddLast(status);
            _arrival?.TrySetResult();
            _arrival = null;
        }
    }

    public async ValueTask<ServerStatus> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task arrival;
            lock (_gate)
            {
                if (_waiting.First is { } first)
                {
                    _waiting.RemoveFirst();
                    return first.Value;
                }

                arrival = (_arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await arrival.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void DropOlderOf(string id)
    {
        for (var node = _waiting.First; node is not null; node = node.Next)
        {
            if (node.Value.Id == id)
            {
                _waiting.Remove(node);
                return;
            }
        }
    }
}
