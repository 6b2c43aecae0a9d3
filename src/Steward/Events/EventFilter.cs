namespace Steward.Events;

/// <summary>Which events somebody wants. What is given must hold all together.</summary>
public sealed record EventFilter
{
    /// <summary>Every event.</summary>
    public static EventFilter All { get; } = new();

    /// <summary>Events of these categories.</summary>
    /// <value>Default: empty, which means any.</value>
    public IReadOnlyCollection<string> Categories { get; init; } = [];

    /// <summary>Events of these names.</summary>
    /// <value>Default: empty, which means any.</value>
    public IReadOnlyCollection<string> Names { get; init; } = [];

    /// <summary>The least priority.</summary>
    /// <value>Default: <see cref="EventPriority.Low"/>, which means any.</value>
    public EventPriority MinimumPriority { get; init; } = EventPriority.Low;

    /// <summary>A further condition. It runs on the subscriber's own time, never on the publisher's; where it throws, only the subscriber has failed.</summary>
    public Func<StewardEvent, bool>? Where { get; init; }

    /// <summary>The same as it is now: whoever publishes looks at it, and must not meet a collection that its owner is just changing.</summary>
    internal EventFilter Copy() => this with { Categories = [.. Categories], Names = [.. Names] };

    /// <summary>Whether an event passes all but <see cref="Where"/>, which may take its time.</summary>
    internal bool Admits(StewardEvent happened) =>
        happened.Priority >= MinimumPriority
        && (Categories.Count == 0 || Categories.Contains(happened.Category, StringComparer.Ordinal))
        && (Names.Count == 0 || Names.Contains(happened.Name, StringComparer.Ordinal));
}
