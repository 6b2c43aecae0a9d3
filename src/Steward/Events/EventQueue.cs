namespace Steward.Events;

/// <summary>
/// What waits for one subscriber, in the order of publishing. Bounded: when it is full the oldest of the least important gives
/// way, be it the newcomer, and the subscriber is told how many were lost before it hears of anything else.
/// </summary>
internal sealed class EventQueue(EventFilter filter, int capacity, TimeProvider time)
{
    private readonly EventLevels _waiting = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _arrival;
    private bool _isComplete;
    private long _dropped;
    private long _untold;

    /// <summary>How many events were dropped.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Adds an event that the filter admits. Never blocks, whatever the subscriber does.</summary>
    public void Add(StewardEvent happened)
    {
        if (!filter.Admits(happened))
            return;
        lock (_gate)
        {
            if (_isComplete)
                return;
            if (_waiting.Count >= capacity)
            {
                _untold++;
                Interlocked.Increment(ref _dropped);
                if (!_waiting.TryDropFor(happened))
                    return;
            }

            _waiting.Add(happened);
            Wake();
        }
    }

    /// <summary>Ends the queue.</summary>
    /// <param name="discard">Whether what waits is not wanted any more.</param>
    public void Complete(bool discard)
    {
        lock (_gate)
        {
            _isComplete = true;
            if (discard)
            {
                _waiting.Clear();
                _untold = 0;
            }

            Wake();
        }
    }

    /// <summary>The next event, or null when none will come any more.</summary>
    public async ValueTask<StewardEvent?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task arrival;
            lock (_gate)
            {
                if (Take() is { } next)
                    return next;
                if (_isComplete)
                    return null;
                arrival = (_arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await arrival.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private StewardEvent? Take() => _untold > 0 ? TellOfLoss() : _waiting.TakeFirst();

    private StewardEvent TellOfLoss()
    {
        var count = _untold;
        _untold = 0;
        return new()
        {
            Name = EventNames.EventsDropped,
            Category = EventCategories.System,
            Priority = EventPriority.High,
            Timestamp = time.GetUtcNow(),
            Source = "events",
            Data = StewardEvent.DataOf(json => json.WriteNumber("count"u8, count)),
        };
    }

    private void Wake()
    {
        _arrival?.TrySetResult();
        _arrival = null;
    }
}
