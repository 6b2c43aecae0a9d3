namespace Steward.Configuration;

/// <summary>How much history is kept. What is older, or more, goes oldest first; a connection that lasts stays.</summary>
public sealed record HistoryConfig
{
    /// <summary>How long a row is kept.</summary>
    /// <value>Default: 90 days (<c>maxAgeDays</c>).</value>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How many connections, and how many events, are kept.</summary>
    /// <value>Default: 100,000 of either kind (<c>maxRows</c>).</value>
    public int MaxRows { get; init; } = 100_000;
}
