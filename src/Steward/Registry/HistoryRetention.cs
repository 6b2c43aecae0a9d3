namespace Steward.Registry;

/// <summary>How much history is kept. What is older, or more, goes oldest first.</summary>
/// <param name="MaxAge">How long a row is kept.</param>
/// <param name="MaxRows">How many connections, and how many events, are kept.</param>
internal sealed record HistoryRetention(TimeSpan MaxAge, int MaxRows)
{
    /// <summary>90 days, and 100,000 rows of either kind.</summary>
    public static HistoryRetention Standard { get; } = new(TimeSpan.FromDays(90), 100_000);
}
