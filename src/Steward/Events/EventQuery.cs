namespace Steward.Events;

/// <summary>Which past events somebody wants.</summary>
public sealed record EventQuery
{
    /// <summary>Only of this category.</summary>
    public string? Category { get; init; }

    /// <summary>Only of this name.</summary>
    public string? Name { get; init; }

    /// <summary>Only of this priority or above.</summary>
    /// <value>Default: <see cref="EventPriority.Low"/>, which means any.</value>
    public EventPriority MinimumPriority { get; init; } = EventPriority.Low;

    /// <summary>Only at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>At most so many, the newest.</summary>
    /// <value>Default: 100.</value>
    public int Limit { get; init; } = 100;

    internal bool Admits(StewardEvent happened) =>
        (Category is null || Category == happened.Category)
        && (Name is null || Name == happened.Name)
        && happened.Priority >= MinimumPriority
        && (Since is null || happened.Timestamp >= Since);
}
