namespace Steward.Registry;

/// <summary>Something that happened to a server.</summary>
/// <param name="Server">The server's id.</param>
/// <param name="Kind">What happened.</param>
/// <param name="At">When.</param>
/// <param name="Detail">More in words, for people.</param>
public sealed record LifecycleEvent(string Server, LifecycleEventKind Kind, DateTimeOffset At, string? Detail = null)
{
    /// <summary>The row's number: later events have higher ones.</summary>
    /// <value>0 until a store has kept it.</value>
    public long Id { get; init; }
}
