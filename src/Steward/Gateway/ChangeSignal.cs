using System.Threading.Channels;

namespace Steward.Gateway;

/// <summary>Tells whoever waits that something may have changed.</summary>
internal sealed class ChangeSignal
{
    private readonly Lock _gate = new(); // around memory only
    private ChannelWriter<bool>[] _waiting = [];
    private bool _isOver;

    /// <summary>Whether nothing will change any more.</summary>
    public bool IsOver => Volatile.Read(ref _isOver);

    /// <summary>Has a channel told, which must not block: one that is full drops what comes.</summary>
    public void Add(ChannelWriter<bool> waiting)
    {
        lock (_gate)
            _waiting = [.. _waiting, waiting];
    }

    public void Remove(ChannelWriter<bool> waiting)
    {
        lock (_gate)
            _waiting = [.. _waiting.Where(other => other != waiting)];
    }

    public void Raise()
    {
        foreach (var waiting in Volatile.Read(ref _waiting))
            waiting.TryWrite(true);
    }

    /// <summary>Tells that it is over.</summary>
    public void Complete()
    {
        Volatile.Write(ref _isOver, true);
        Raise();
    }
}
