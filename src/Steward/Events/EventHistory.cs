namespace Steward.Events;

/// <summary>
/// The newest events. When it is full the least important give way, so that a server that talks without end does not push out what the
/// others came to; yet of every importance some stay, so that what happens often does not hide the rest. Its owner locks.
/// </summary>
internal sealed class EventHistory(int capacity)
{
    private readonly EventLevels _events = new();

    public void Add(StewardEvent happened)
    {
        _events.Add(happened);
        if (_events.Count > capacity)
            _events.DropOfMany();
    }

    /// <summary>Those with a higher number, in their order.</summary>
    public IReadOnlyList<StewardEvent> After(long sequence) => _events.After(sequence);
}
