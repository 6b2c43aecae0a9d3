namespace Steward.Events;

/// <summary>Events by how much they matter, so that dropping looks at nothing; their numbers put them in order again. Its owner locks.</summary>
internal sealed class EventLevels
{
    private readonly Queue<StewardEvent>[] _levels = [new(), new(), new(), new()];

    public int Count { get; private set; }

    public void Add(StewardEvent happened)
    {
        _levels[LevelOf(happened)].Enqueue(happened);
        Count++;
    }

    /// <summary>Takes the one that was published first; <see langword="null"/> where there is none.</summary>
    public StewardEvent? TakeFirst()
    {
        var first = _levels.Where(level => level.Count > 0).MinBy(level => level.Peek().Sequence);
        return first is null ? null : Drop(first);
    }

    /// <summary>Drops the oldest of the least important, but nothing for one that is less important still.</summary>
    /// <returns>Whether there is room for that one.</returns>
    public bool TryDropFor(StewardEvent newcomer)
    {
        var least = Array.FindIndex(_levels, level => level.Count > 0);
        if (least > LevelOf(newcomer))
            return false;
        Drop(_levels[least]);
        return true;
    }

    /// <summary>Drops the oldest of the least important of which there are many: each importance keeps a quarter of the room, if it needs it.</summary>
    public void DropOfMany() => Drop(_levels.First(level => level.Count * _levels.Length >= Count));

    public void Clear()
    {
        foreach (var level in _levels)
            level.Clear();
        Count = 0;
    }

    /// <summary>Those with a higher number, in their order.</summary>
    public IReadOnlyList<StewardEvent> After(long sequence) =>
        [.. _levels.SelectMany(level => level).Where(happened => happened.Sequence > sequence).OrderBy(happened => happened.Sequence)];

    private StewardEvent Drop(Queue<StewardEvent> level)
    {
        Count--;
        return level.Dequeue();
    }

    private int LevelOf(StewardEvent happened) => Math.Clamp((int)happened.Priority - 1, 0, _levels.Length - 1);
}
