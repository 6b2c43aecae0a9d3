namespace Steward.Events;

/// <summary>How much an <see cref="EventBus"/> keeps.</summary>
public sealed record EventBusOptions
{
    /// <summary>How many events the history has; 0 for none. Of a full one the least important go first, but of each <see cref="EventPriority"/> a quarter may stay.</summary>
    /// <value>Default: 1,000.</value>
    public int HistoryCapacity { get; init; } = 1000;

    /// <summary>How many events wait for one subscriber before some are dropped for it.</summary>
    /// <value>Default: 1,024. At least 1.</value>
    public int QueueCapacity { get; init; } = 1024;
}
