namespace Steward.Upstreams;

/// <summary>How much was said over the present connection to a server, which its clients share; counted from its first byte.</summary>
/// <param name="Server">The server's id.</param>
/// <param name="ConnectedAt">Since when the server has been ready.</param>
public sealed record ConnectionStatistics(string Server, DateTimeOffset? ConnectedAt)
{
    /// <summary>How many messages were sent to the server: requests, answers and notifications, Steward's own among them.</summary>
    public long MessagesSent { get; init; }

    /// <summary>How many messages came from the server.</summary>
    public long MessagesReceived { get; init; }

    /// <summary>How many of its answers were errors.</summary>
    public long Errors { get; init; }

    /// <summary>How many requests wait for its answers now.</summary>
    public int Pending { get; init; }

    /// <summary>How many of its messages belonged to nothing: late, repeated or invented answers.</summary>
    public long Stray { get; init; }

    /// <summary>How many lines it wrote that are no messages; they are in its log.</summary>
    public long Noise { get; init; }

    /// <summary>How long ago it said the last word.</summary>
    public TimeSpan SilentFor { get; init; }
}
