using Microsoft.Extensions.Logging;

namespace Steward.Clients;

/// <summary>
/// Does one thing after the other, in the order in which they came: handlers of notifications, and behind them the ends of requests. So
/// a call's progress has been heard before the call is over. An end that finds the lane empty need not wait: it happens at once, where it was posted.
/// </summary>
/// <param name="name">What people call the other end.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class OrderedLane(string name, TimeProvider time, ILogger logger)
{
    /// <summary>A handler that takes longer is left behind: it keeps nobody else waiting any more.</summary>
    public static readonly TimeSpan HandlerBound = TimeSpan.FromSeconds(30);

    /// <summary>How many notifications wait at most. Beyond, the oldest are lost: what came last says best how things are. No end of a request ever is.</summary>
    public const int MostNotifications = 100_000;

    /// <summary>Of how many bytes they are at most; a single one of any size always has room.</summary>
    public const long MostBytes = 64L * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly LinkedList<(Action? End, Func<Task>? Handle, int Bytes)> _waiting = [];
    private int _notifications;
    private long _bytes;
    private bool _isBusy;
    private bool _isLosing;

    /// <summary>Ends something behind all that was posted before.</summary>
    /// <param name="end">Must not block or throw.</param>
    public void Post(Action end)
    {
        lock (_gate)
        {
            if (_isBusy)
            {
                _waiting.AddLast((end, null, 0));
                return;
            }
        }

        end();
    }

    /// <summary>Has a notification handled behind all that was posted before.</summary>
    /// <param name="handle">Handles it; may throw, and take as long as it likes.</param>
    /// <param name="bytes">How large it is.</param>
    public void Post(Func<Task> handle, int bytes)
    {
        bool begins, loses;
        lock (_gate)
        {
            _waiting.AddLast((null, handle, bytes));
            (_notifications, _bytes) = (_notifications + 1, _bytes + bytes);
            begins = !_isBusy;
            _isBusy = true;
            loses = GiveWay() && !_isLosing;
            _isLosing |= loses;
        }

        if (loses)
            logger.NotificationsLost(name, MostNotifications, MostBytes);
        if (begins)
            _ = Task.Run(DrainAsync); // cannot fault
    }

    /// <returns>Whether anything was lost.</returns>
    private bool GiveWay()
    {
        var isOver = false;
        while (_notifications > 1 && (_notifications > MostNotifications || _bytes > MostBytes))
        {
            isOver = true;
            var oldest = _waiting.First!;
            while (oldest.Value.Handle is null)
                oldest = oldest.Next!; // no more of them than there are requests
            Forget(oldest);
        }

        return isOver;
    }

    private void Forget(LinkedListNode<(Action? End, Func<Task>? Handle, int Bytes)> entry)
    {
        _waiting.Remove(entry);
        if (entry.Value.Handle is not null)
            (_notifications, _bytes) = (_notifications - 1, _bytes - entry.Value.Bytes);
    }

    private async Task DrainAsync()
    {
        while (true)
        {
            (Action? End, Func<Task>? Handle, int) next;
            lock (_gate)
            {
                if (_waiting.First is not { } first)
                {
                    _isBusy = _isLosing = false;
                    return;
                }

                next = first.Value;
                Forget(first);
            }

            next.End?.Invoke();
            if (next.Handle is { } handle)
                await HandleAsync(handle).ConfigureAwait(false);
        }
    }

    private async Task HandleAsync(Func<Task> handle)
    {
        var handling = Task.Run(handle); // on a thread of its own: one that blocks must not block the lane
        try
        {
            await handling.WaitAsync(HandlerBound, time).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!handling.IsCompleted)
        {
            logger.HandlerLeftBehind(name, HandlerBound.TotalSeconds);
            _ = ObserveAsync(handling); // cannot fault
        }
        catch (Exception failure) // a handler of the user's: what it throws must harm nothing else
        {
            logger.HandlerFailed(name, failure);
        }
    }

    private async Task ObserveAsync(Task handling)
    {
        try
        {
            await handling.ConfigureAwait(false);
        }
        catch (Exception failure) // see HandleAsync
        {
            logger.HandlerFailed(name, failure);
        }
    }
}
