namespace Steward.Gateway;

/// <summary>How much an event stream holds.</summary>
/// <param name="UnsentBytes">Bytes that wait for a slow or absent client; one message of any size always has room.</param>
/// <param name="DropsOldest">Whether the oldest waiting events give way; else the client's connection is broken.</param>
/// <param name="ReplayEvents">Events kept for a client that reads again.</param>
/// <param name="ReplayBytes">Bytes kept for a client that reads again.</param>
internal sealed record EventStreamLimits(long UnsentBytes, bool DropsOldest, int ReplayEvents, long ReplayBytes)
{
    /// <summary>The stream of one request: nothing may get lost on the way to its result.</summary>
    public static EventStreamLimits Call { get; } = new(64L * 1024 * 1024, DropsOldest: false, ReplayEvents: 1_000, ReplayBytes: 1024 * 1024);

    /// <summary>The same where no client can come back for what it has missed.</summary>
    public static EventStreamLimits Unrepeated { get; } = Call with { ReplayEvents = 0, ReplayBytes = 0 };

    /// <summary>The stream of a subscription: who does not read it for so long is cut off, and subscribes anew.</summary>
    public static EventStreamLimits Subscription { get; } = new(1024 * 1024, DropsOldest: false, ReplayEvents: 0, ReplayBytes: 0);

    /// <summary>The stream that a GET opens, if the client ever does: news, of which the latest count.</summary>
    public static EventStreamLimits General { get; } = new(1024 * 1024, DropsOldest: true, ReplayEvents: 200, ReplayBytes: 256 * 1024);
}
