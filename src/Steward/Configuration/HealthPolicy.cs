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
}
