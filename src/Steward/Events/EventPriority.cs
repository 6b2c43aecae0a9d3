namespace Steward.Events;

/// <summary>How much an event matters. Subscribers can ask for a least priority, and of a full queue the least important event goes first.</summary>
public enum EventPriority
{
    /// <summary>Chatter: of interest while one looks for something.</summary>
    Low = 1,

    /// <summary>What happens in the course of things.</summary>
    Normal = 2,

    /// <summary>What somebody should hear of soon: a server came or went.</summary>
    High = 3,

    /// <summary>What somebody must hear of at once.</summary>
    Critical = 4,
}
