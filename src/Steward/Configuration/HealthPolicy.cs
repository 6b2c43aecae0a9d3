namespace Steward.Configuration;

/// <summary>How a running server is probed.</summary>
public sealed record HealthPolicy
{
    /// <summary>The time between two probes.</summary>
    /// <value>Default: 30 seconds (<c>intervalMs</c>). <see cref="Timeout.InfiniteTimeSpan"/> (0 in the file) means no probes.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a probe may stay without an answer.</summary>
    /// <value>Default: 5 seconds (<c>timeoutMs</c>).</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After so many consecutive failed probes the server is restarted.</summary>
    /// <value>Default: 3 (<c>failureThreshold</c>).</value>
    public int FailureThreshold { get; init; } = 3;

    /// <summary>A call of a tool that is made with each probe; that it fails counts as that the probe does.</summary>
    /// <value>Default: <see langword="null"/>, which is that probes only ask for a sign of life (<c>call</c>).</value>
    public HealthCall? Call { get; init; }

    /// <summary>How long calls and probes should take at most: where a fifth of those within five minutes took longer the server is degraded.</summary>
    /// <value>Default: <see cref="Timeout.InfiniteTimeSpan"/> (0 in the file), which is that nobody minds (<c>latencyMs</c>).</value>
    public TimeSpan Latency { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>
    /// The part of the clients' calls within five minutes, of ten at least, that has to fail for the server to be degraded. A call fails that is not
    /// answered in time or cannot be delivered, or whose answer is an internal error; a tool's result that says it is an error is an answer like any other.
    /// </summary>
    /// <value>Default: 0.5 (<c>errorRate</c>). 0 means that nobody minds.</value>
    public double ErrorRate { get; init; } = 0.5;
}
