namespace Steward.Events;

/// <summary>The newest events. Its owner locks.</summary>
internal sealed class EventHistory(int capacity)
{
    private readonly Queue<StewardEvent> _events = new();

    public void Add(StewardEvent happened)
    {
        _events.Enqueue(happened);
        if (_events.Count > capacity)
            _events.Dequeue();
    }

    /// <summary>Those with a higher number, in their order.</summary>
    public IReadOnlyList<StewardEvent> After(long sequence) => [.. _events.Where(happened => happened.Sequence > sequence)];
}
