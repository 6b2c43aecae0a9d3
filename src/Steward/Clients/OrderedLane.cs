using Microsoft.Extensions.Logging;

namespace Steward.Clients;

/// <summary>
/// Does one thing after the other, in the order in which they came: handlers of notifications, and behind them the ends of requests. So
/// a call's progress has been heard before the call is over. What finds the lane empty and need not wait runs at once, where it was posted.
/// </summary>
internal sealed class OrderedLane(TimeProvider time, ILogger logger)
{
    /// <summary>A handler that takes longer is left behind: it keeps nobody else waiting any more.</summary>
    public static readonly TimeSpan HandlerBound = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Queue<(Action? End, Func<Task>? Handle)> _waiting = [];
    private bool _isBusy;

    /// <summary>How much waits.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

    /// <summary>Ends something behind all that was posted before.</summary>
    /// <param name="end">Must not block or throw.</param>
    public void Post(Action end)
    {
        lock (_gate)
        {
            if (_isBusy)
            {
                _waiting.Enqueue((end, null));
                return;
            }
        }

        end();
    }

    /// <summary>Has something handled behind all that was posted before.</summary>
    public void Post(Func<Task> handle)
    {
        lock (_gate)
        {
            _waiting.Enqueue((null, handle));
            if (_isBusy)
                return;
            _isBusy = true;
        }

        _ = Task.Run(DrainAsync); // cannot fault
    }

    private async Task DrainAsync()
    {
        while (true)
        {
            (Action? End, Func<Task>? Handle) next;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out next))
                {
                    _isBusy = false;
                    return;
                }
            }

            next.End?.Invoke();
            if (next.Handle is { } handle)
                await HandleAsync(handle).ConfigureAwait(false);
        }
    }

    private async Task HandleAsync(Func<Task> handle)
    {
        try
        {
            var handling = handle();
            if (handling.IsCompletedSuccessfully)
                return;
            await handling.WaitAsync(HandlerBound, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            logger.HandlerLeftBehind(HandlerBound.TotalSeconds);
        }
        catch (Exception failure) // a handler of the user's: what it throws must harm nothing else
        {
            logger.HandlerFailed(failure);
        }
    }
}
