namespace Steward.Upstreams;

/// <summary>
/// How much was said over the present connection to a server, which its clients share; counted from its first byte. Where several processes of it run, that over all of
/// theirs, and over those that have ended since the server was started.
/// </summary>
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

    /// <summary>The same with what was said over another connection to the server.</summary>
    internal ConnectionStatistics With(ConnectionStatistics other) => this with
    {
        MessagesSent = MessagesSent + other.MessagesSent,
        MessagesReceived = MessagesReceived + other.MessagesReceived,
        Errors = Errors + other.Errors,
        Pending = Pending + other.Pending,
        Stray = Stray + other.Stray,
        Noise = Noise + other.Noise,
        SilentFor = SilentFor < other.SilentFor ? SilentFor : other.SilentFor,
    };
}
