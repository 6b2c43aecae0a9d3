using Microsoft.Extensions.Logging;

namespace Steward.Events;

/// <summary>
/// A handler that is told of events, one after the other in the order of publishing, on its own time: a slow one delays nobody
/// else, and one that throws hears of the next event as if nothing had been. It lasts until it is disposed.
/// </summary>
public sealed class EventSubscription : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly AsyncLocal<EventSubscription?> Handling = new();

    private readonly EventFilter _filter;
    private readonly EventQueue _queue;
    private readonly Func<StewardEvent, CancellationToken, ValueTask> _handler;
    private readonly Action<EventQueue> _leave;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _loop;
    private long _failures;
    private long _handled;

    internal EventSubscription(EventFilter filter, EventQueue queue, Func<StewardEvent, CancellationToken, ValueTask> handler, Action<EventQueue> leave, TimeProvider time, ILogger logger)
    {
        (_filter, _queue, _handler, _leave, _time, _logger) = (filter, queue, handler, leave, time, logger);
        // Without the context of whoever subscribes: it would be kept as long as the subscription lasts, and shown to the handler.
        using (ExecutionContext.SuppressFlow())
            _loop = Task.Run(RunAsync);
    }

    /// <summary>How many events were dropped because the handler was too slow. The handler is told, too: see <see cref="EventNames.EventsDropped"/>.</summary>
    public long Dropped => _queue.Dropped;

    /// <summary>How many events the handler was given.</summary>
    public long Handled => Interlocked.Read(ref _handled);

    /// <summary>How often the handler or its condition failed.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Ends the subscription: no further event is handed over. A handler at work is told by its token, and not waited for.</summary>
    public void Dispose()
    {
        _leave(_queue);
        _queue.Complete(discard: true);
        if (!_loop.IsCompleted)
            _end.Cancel(); // never disposed: it holds no handle
    }

    /// <summary>Ends the subscription and waits for the handler at work, five seconds at most; not at all where it is the handler that asks.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        if (Handling.Value != this)
            await ((Task)_loop).WaitAsync(Patience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    internal bool Owns(EventQueue queue) => ReferenceEquals(_queue, queue);

    private async Task RunAsync()
    {
        Handling.Value = this;
        while (await _queue.NextAsync(CancellationToken.None).ConfigureAwait(false) is { } happened)
        {
            try
            {
                // What the queue itself says has no number and is for everybody.
                if (happened.Sequence > 0 && _filter.Where is { } where && !where(happened))
                    continue;
                Interlocked.Increment(ref _handled);
                await _handler(happened, _end.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) // the edge to other people's code
            {
                if (Interlocked.Increment(ref _failures) == 1)
                    _logger.SubscriberFailed(happened.Name, failure); // once: a broken handler would fill the log
            }
        }
    }
}
