namespace Steward.Gateway;

/// <summary>How talkative one connection is: what it was last set to, and what requests of the modern era want of it.</summary>
internal sealed class TalkLevel
{
    private readonly Lock _gate = new();
    private LogSeverity? _set;
    private int _setAt; // after as many renewals of its session: a server that forgot it has forgotten the level as well
    private Func<Task>? _due;
    private TaskCompletionSource? _bringing;
    private LogSeverity? _wanted;
    private long _wantedAt;

    /// <summary>What requests want; <see langword="null"/> for nothing.</summary>
    public LogSeverity? Wanted
    {
        get
        {
            lock (_gate)
                return _wanted;
        }
    }

    /// <summary>Notes what a request wants; <see langword="true"/> where nobody has wanted as much of late, or the server does not know it any more.</summary>
    public bool Want(LogSeverity level, long now, int renewals)
    {
        lock (_gate)
        {
            var isForgotten = _set is not null && _setAt != renewals;
            if (level > _wanted)
                return isForgotten;
            var isNews = level != _wanted || isForgotten;
            (_wanted, _wantedAt) = (level, now);
            return isNews;
        }
    }

    /// <summary>Forgets what was wanted before a moment; <see langword="true"/> where something was.</summary>
    public bool Forget(long before)
    {
        lock (_gate)
        {
            if (_wanted is null || _wantedAt > before)
                return false;
            _wanted = null;
            return true;
        }
    }

    /// <summary>Whether the connection is set to a level.</summary>
    /// <param name="level">The level.</param>
    /// <param name="renewals">How often its session has been opened again.</param>
    public bool Knows(LogSeverity level, int renewals)
    {
        lock (_gate)
            return _set == level && _setAt == renewals;
    }

    /// <summary>Notes what the connection is set to; <see langword="null"/> where it did not take what it was told.</summary>
    public void NoteSet(LogSeverity? level, int renewals)
    {
        lock (_gate)
            (_set, _setAt) = (level, renewals);
    }

    /// <summary>
    /// Sets the connection, by one at a time: two that tell it at once could do so in another order than they note it. Whoever comes meanwhile has it
    /// done once more; the last of several stands for all.
    /// </summary>
    /// <param name="bring">Sets it; must not fault.</param>
    public Task BringAsync(Func<Task> bring)
    {
        TaskCompletionSource done;
        lock (_gate)
        {
            _due = bring;
            if (_bringing is { } other)
                return other.Task;
            _bringing = done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _ = BringDueAsync(done); // cannot fault
        return done.Task;
    }

    private async Task BringDueAsync(TaskCompletionSource done)
    {
        while (TakeDue() is { } bring)
            await bring().ConfigureAwait(false);
        done.SetResult();
    }

    private Func<Task>? TakeDue()
    {
        lock (_gate)
        {
            (var due, _due) = (_due, null);
            if (due is null)
                _bringing = null;
            return due;
        }
    }
}
