using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Steward.Events;

/// <summary>
/// Tells whoever wants to know what happens. Publishing never blocks and never fails because of a subscriber: each has a bounded
/// queue and a turn of its own, and hears in the order of publishing. All members may be called from any thread.
/// </summary>
public sealed class EventBus : IAsyncDisposable
{
    private readonly EventBusOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly EventHistory _history;
    private readonly List<EventQueue> _queues = [];
    private readonly List<EventSubscription> _subscriptions = [];
    private long _last;
    private bool _isComplete;

    /// <summary>Makes a bus.</summary>
    /// <param name="options">How much it keeps.</param>
    /// <param name="time">The clock; the system's where none is given.</param>
    /// <param name="loggers">Where failures of subscribers are noted; nowhere if none is given.</param>
    /// <exception cref="ArgumentOutOfRangeException">A capacity cannot be kept.</exception>
    public EventBus(EventBusOptions? options = null, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        _options = options ?? new();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.QueueCapacity, 1, "options.QueueCapacity");
        ArgumentOutOfRangeException.ThrowIfNegative(_options.HistoryCapacity, "options.HistoryCapacity");
        _time = time ?? TimeProvider.System;
        _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger("Steward.Events");
        _history = new EventHistory(_options.HistoryCapacity);
    }

    /// <summary>How many subscribers there are.</summary>
    public int SubscriberCount
    {
        get
        {
            lock (_gate)
                return _queues.Count;
        }
    }

    /// <summary>Tells everybody. Returns at once; after the bus was disposed it does nothing.</summary>
    /// <returns>The event with its number and time.</returns>
    public StewardEvent Publish(StewardEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        lock (_gate) // numbering and handing over belong together: every queue has the order of the numbers
        {
            if (_isComplete)
                return happened;
            happened = happened with { Sequence = ++_last, Timestamp = happened.Timestamp == default ? _time.GetUtcNow() : happened.Timestamp };
            _history.Add(happened);
            foreach (var queue in _queues)
                queue.Add(happened);
            return happened;
        }
    }

    /// <summary>Has a handler told of events from now on, until the subscription is disposed.</summary>
    /// <param name="filter">Which events.</param>
    /// <param name="handler">What to do. Its token fires when the subscription ends.</param>
    /// <exception cref="ObjectDisposedException">The bus was disposed.</exception>
    public EventSubscription Subscribe(EventFilter filter, Func<StewardEvent, CancellationToken, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(handler);
        filter = filter.Copy();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isComplete, this);
            var queue = new EventQueue(filter, _options.QueueCapacity, _time);
            var subscription = new EventSubscription(filter, queue, handler, Leave, _time, _logger);
            _queues.Add(queue);
            _subscriptions.Add(subscription);
            return subscription;
        }
    }

    /// <summary>Has a handler that need not wait for anything told of events from now on, until the subscription is disposed.</summary>
    /// <param name="filter">Which events.</param>
    /// <param name="handler">What to do.</param>
    /// <exception cref="ObjectDisposedException">The bus was disposed.</exception>
    public EventSubscription Subscribe(EventFilter filter, Action<StewardEvent> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Subscribe(filter, (happened, _) =>
        {
            handler(happened);
            return ValueTask.CompletedTask;
        });
    }

    /// <summary>
    /// Events to read one by one: those of the history after a given number, then every further one, without a gap or a repetition
    /// between the two. It begins when the first is asked for, and ends when the bus is disposed.
    /// </summary>
    /// <param name="filter">Which events.</param>
    /// <param name="after">The number after which to begin; null begins with the next event that is published.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<StewardEvent> ReadAsync(EventFilter filter, long? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var queue = Enter(filter.Copy(), after);
        try
        {
            while (await queue.NextAsync(cancellationToken).ConfigureAwait(false) is { } happened)
            {
                if (happened.Sequence == 0 || filter.Where is not { } where || where(happened))
                    yield return happened;
            }
        }
        finally
        {
            Leave(queue);
        }
    }

    /// <summary>Waits for an event that is published from now on.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="where">A further condition.</param>
    /// <param name="timeout">How long to wait at most.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The event; null when the time was up, or the bus was disposed, before it came.</returns>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<StewardEvent?> WaitForAsync(string name, Func<StewardEvent, bool>? where, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        using var deadline = new CancellationTokenSource(timeout, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var filter = new EventFilter { Names = [name], Where = where };
        try
        {
            await foreach (var happened in ReadAsync(filter, after: null, end.Token).ConfigureAwait(false))
            {
                if (happened.Name == name)
                    return happened;
            }

            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The newest past events that meet the query, the oldest of them first.</summary>
    public IReadOnlyList<StewardEvent> History(EventQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        IReadOnlyList<StewardEvent> all;
        lock (_gate)
            all = _history.After(0);
        return [.. all.Where(query.Admits).TakeLast(Math.Max(query.Limit, 0))];
    }

    /// <summary>Ends all subscriptions and readers; what waits for readers is still read. Handlers at work are told, and waited for: five seconds at most.</summary>
    public async ValueTask DisposeAsync()
    {
        EventSubscription[] subscriptions;
        lock (_gate)
        {
            _isComplete = true;
            foreach (var queue in _queues)
                queue.Complete(discard: false);
            subscriptions = [.. _subscriptions];
        }

        await Task.WhenAll(subscriptions.Select(subscription => subscription.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private EventQueue Enter(EventFilter filter, long? after)
    {
        lock (_gate)
        {
            var missed = after is { } number ? _history.After(number) : [];
            var queue = new EventQueue(filter, _options.QueueCapacity + missed.Count, _time); // what it asked for takes no room from what comes
            foreach (var past in missed)
                queue.Add(past);
            _queues.Add(queue);
            if (_isComplete)
                queue.Complete(discard: false);
            return queue;
        }
    }

    private void Leave(EventQueue queue)
    {
        lock (_gate)
        {
            var at = _queues.IndexOf(queue);
            if (at < 0)
                return;
            _queues.RemoveAt(at);
            _subscriptions.RemoveAll(subscription => subscription.Owns(queue));
        }
    }
}
