namespace Steward.Gateway;

/// <summary>How talkative one connection is: what it was last set to, and what requests of the modern era want of it.</summary>
internal sealed class TalkLevel
{
    private readonly Lock _gate = new();
    private LogSeverity? _set;
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

    /// <summary>Notes what a request wants; <see langword="true"/> where nobody has wanted as much of late.</summary>
    public bool Want(LogSeverity level, long now)
    {
        lock (_gate)
        {
            if (level > _wanted)
                return false;
            var isNews = level != _wanted;
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

    /// <summary>The connection could not be set to a level: it is to be tried again.</summary>
    public void Unset(LogSeverity level)
    {
        lock (_gate)
            _set = _set == level ? null : _set;
    }

    /// <summary>Notes what the connection is set to; <see langword="false"/> where it is already.</summary>
    public bool TrySet(LogSeverity level)
    {
        lock (_gate)
        {
            if (_set == level)
                return false;
            _set = level;
            return true;
        }
    }
}
