namespace Steward.Upstreams;

/// <content>Whether anybody uses the connection.</content>
internal sealed partial class UpstreamConnection
{
    private long _lastUsed; // when somebody last called or was answered; guarded by the gate, as all of these
    private bool _wasUsed;
    private bool _isDeaf; // its link takes nothing any more; its end is about to be seen, unless the server lives on like that

    /// <summary>How many calls wait for answers; <see langword="null"/> where it takes none any more.</summary>
    public int? Load
    {
        get
        {
            lock (_gate)
                return _closedBecause is null && !_isRetired && !_isDeaf ? _pending.Count + _goingOn : null;
        }
    }

    /// <summary>Whether it takes no calls any more: its end is there or about to be seen, or another has taken its place.</summary>
    public bool IsGone => Load is null;

    /// <summary>Whether somebody has ever used it.</summary>
    public bool WasUsed
    {
        get
        {
            lock (_gate)
                return _wasUsed;
        }
    }

    /// <summary>For how long nobody has used it; <see langword="null"/> while somebody does.</summary>
    public TimeSpan? UnusedFor
    {
        get
        {
            lock (_gate)
                return IsUsed() ? null : _time.GetElapsedTime(_lastUsed);
        }
    }

    /// <summary>Takes no calls from now on, unless one is under way by which somebody uses it.</summary>
    /// <returns>Whether none is.</returns>
    public bool TryRest(string reason)
    {
        lock (_gate)
        {
            if (IsUsed())
                return false;
            _closedBecause ??= reason;
            return true;
        }
    }

    /// <summary>Whether anybody waits for something. What Steward asks for itself, such as probes, does not count.</summary>
    private bool IsUsed() => _goingOn > 0 || _pending.Values.Any(static call => call.IsUse);

    private void NoteDeaf()
    {
        lock (_gate)
            _isDeaf = true;
    }
}
